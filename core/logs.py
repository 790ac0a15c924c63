"""Logs: one JSON object a line, with ids and never with what identifies a person."""

import logging
import re
import traceback
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

EMAIL = re.compile(r"[^\s@<>\"'()]+@[^\s@<>\"'()]+\.[^\s@<>\"'()]+")
# DEL and the C1 controls, which JSON leaves as they are, and some terminals act on.
CONTROLS = re.compile("[\x7f-\x9f]")

access = logging.getLogger("masteryhub.access")
jobs = logging.getLogger("masteryhub.jobs")
security = logging.getLogger("masteryhub.security")

# Ties the lines of one request together; the same id is in the answer's X-Request-ID.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(BaseJsonFormatter):
    """JSON escapes control characters, so that one event stays one line; addresses in foreign messages are masked."""

    def __init__(self):
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields={"asctime": "time", "levelname": "level"}
        )

    def process_log_record(self, log_record):
        if current := request_id.get():
            log_record["request"] = current
        return {key: _masked(value) for key, value in log_record.items()}


class WithoutPath(logging.Filter):
    """Django names the path of what went wrong, and some paths are keys: their route says as much."""

    def filter(self, record):
        request = getattr(record, "request", None)  # its route, once this has seen the record
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            match = getattr(request, "resolver_match", None)
            paths = {request.path, request.path.encode("unicode_escape").decode()}  # Django escapes what it logs
            route = f"/{match.route}" if match else "unmatched"
            record.args = tuple(route if arg in paths else arg for arg in record.args)
            record.request = route
        return True


def _masked(value):
    if isinstance(value, str):
        plain = CONTROLS.sub("\ufffd", value)
        return EMAIL.sub("[address]", plain) if "@" in plain else plain
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return value


def where(error: BaseException) -> dict[str, str]:
    """The place in our own code that an error came through, for a log line that may not carry its words."""
    root = str(settings.BASE_DIR)
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(root) and "site-packages" not in frame.filename
    ]
    return {"where": f"{ours[-1].filename.removeprefix(root)}:{ours[-1].lineno}"} if ours else {}
