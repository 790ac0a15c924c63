"""Webhooks on their way: signed as Stripe signs them; sent twice, late, in another order or never, as a plan says."""

import json
import random
import threading
import time
import urllib.error
import urllib.request


def signed(event: dict, secret: str, timestamp: int | None = None) -> tuple[bytes, str]:
    """Body and header of a delivery."""
    import stripe

    body = json.dumps(event)
    stamp = int(time.time()) if timestamp is None else timestamp
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret, stamp)


class Sender:
    """Delivers each event from a thread of its own, and again until it is thanked for; `hands` of them at a time."""

    def __init__(
        self, url: str, secret: str, *, drop=0.0, double=0.0, delay=0.0, seed=1, pauses=(1, 3, 9, 27), hands=200
    ):
        self.url, self.secret = url, secret
        self.drop, self.double, self.delay, self.pauses = drop, double, delay, pauses
        self.chance = random.Random(seed)
        self.lock, self.threads, self.hands = threading.Lock(), [], threading.Semaphore(hands)
        self.counts = {"sent": 0, "dropped": 0, "doubled": 0, "refused": 0}

    def __call__(self, event):
        with self.lock:
            if self.chance.random() < self.drop:
                self.counts["dropped"] += 1
                return
            copies = 2 if self.chance.random() < self.double else 1
            self.counts["doubled"] += copies - 1
            waits = [self.chance.random() * self.delay for _ in range(copies)]
        for wait in waits:
            thread = threading.Thread(target=self.deliver, args=(event, wait), daemon=True)
            thread.start()
            self.threads = [*[one for one in self.threads if one.is_alive()], thread]

    def flush(self, patience=5.0):
        """Stripe, too, waits a few seconds for the site to hear of a payment before it sends the buyer back."""
        deadline = time.monotonic() + patience
        for thread in list(self.threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def is_idle(self) -> bool:
        return not any(thread.is_alive() for thread in list(self.threads))

    def deliver(self, event, wait):
        time.sleep(wait)
        for pause in (*self.pauses, None):
            with self.hands:
                is_taken = self.post(event)
            if is_taken:
                self.counts["sent"] += 1
                return
            self.counts["refused"] += 1
            if pause is not None:
                time.sleep(pause)

    def post(self, event) -> bool:
        body, header = signed(event, self.secret)
        headers = {"Stripe-Signature": header, "Content-Type": "application/json"}
        request = urllib.request.Request(self.url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return 200 <= answer.status < 300
        except (urllib.error.URLError, OSError):
            return False
