"""Logs: one JSON object a line, with ids and never with what identifies a person."""

import logging
import re

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+")


class JsonFormatter(BaseJsonFormatter):
    """JSON escapes control characters, so that one event stays one line; addresses in foreign messages are masked."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields={"levelname": "level"})

    def process_log_record(self, log_record):
        return {k: EMAIL.sub("[address]", v) if isinstance(v, str) else v for k, v in log_record.items()}


access = logging.getLogger("masteryhub.access")
security = logging.getLogger("masteryhub.security")
