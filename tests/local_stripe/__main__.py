"""`python -m tests.local_stripe`: beside the demo. Key, secret, and where webhooks go come from the environment."""

import os
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from tests.local_stripe import demo
from tests.local_stripe.money import expire_due
from tests.local_stripe.sender import Sender
from tests.local_stripe.server import Server
from tests.local_stripe.state import State


def main() -> None:
    state = State(Path(os.environ["DATA_DIR"]) / "local-stripe.json")
    if not state.objects:
        demo.begin(state)
    state.listeners.append(Sender(f"{os.environ['SITE_URL']}/payments/webhook/", os.environ["STRIPE_WEBHOOK_SECRET"]))
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    with Server(urlsplit(os.environ["STRIPE_API_URL"]).port, state, os.environ["STRIPE_SECRET_KEY"]):
        while not stopping.wait(5):
            with state.lock:
                expire_due(state)
    sys.exit(0)


if __name__ == "__main__":
    main()
