"""What the stand-in remembers: objects, events, answers by idempotency key, its own clock, and what is to go wrong."""

import copy
import json
import secrets
import threading
import time
from collections import deque
from pathlib import Path

API_VERSION = "2026-10-28.endive"


class Fault(Exception):
    """What the plan says happens to this request: a status, or `reset` for a line that breaks after the work."""


class State:
    def __init__(self, path: Path | None = None):
        self.lock = threading.RLock()
        self.path = path
        self.reset()
        if path and path.exists():
            kept = json.loads(path.read_text())
            self.objects, self.events, self.answers = kept["objects"], kept["events"], kept["answers"]

    def reset(self):
        self.objects: dict[str, dict] = {}
        self.events: list[dict] = []
        self.answers: dict[str, list] = {}
        self.faults: deque = deque()  # (method and path begin with, what happens), each used once
        self.requests: list[tuple[str, str]] = []
        self.skew = 0.0
        self.listeners: list = []

    def now(self) -> int:
        return int(time.time() + self.skew)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(12)}"

    def put(self, thing: dict) -> dict:
        self.objects[thing["id"]] = thing
        return thing

    def of_kind(self, kind: str) -> list[dict]:
        """The newest first."""
        return [thing for thing in reversed(list(self.objects.values())) if thing["object"] == kind]

    def tell(self, kind: str, thing: dict, **more) -> dict:
        """Note that something happened, and tell whoever listens. Like Stripe's, it holds the object as it is now."""
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": copy.deepcopy(thing)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        } | more
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        return event

    def keep(self):
        if self.path:
            draft = self.path.with_suffix(".new")
            draft.write_text(json.dumps({"objects": self.objects, "events": self.events, "answers": self.answers}))
            draft.rename(self.path)
