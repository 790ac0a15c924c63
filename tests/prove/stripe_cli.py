"""Stripe's own CLI triggers its events at our stand-in: `bin/prove stripe_cli PATH/OF/stripe` (npm: @stripe/cli)."""

import os
import shutil
import subprocess
import sys
import tempfile

from tests.local_stripe.server import Server

KEY = "sk_test_local0123456789abcdefghijk"
EVENTS = (
    "payment_intent.succeeded", "payment_intent.payment_failed", "charge.succeeded", "charge.refunded",
    "charge.dispute.created", "account.updated",
    "checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed", "invoice.paid", "invoice.payment_failed",
    "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
)  # fmt: skip


def main(arguments=()) -> int:
    binary = arguments[0] if arguments else shutil.which("stripe")
    if not binary:
        print("Name the CLI's binary: npm install @stripe/cli")
        return 1
    with Server(key=KEY) as server, tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"STRIPE_CLI_TELEMETRY_OPTOUT": "1", "HOME": home}
        address = server.url.replace("localhost", "127.0.0.1")
        failed = 0
        for event in EVENTS:
            server.state.reset()
            command = [binary, "trigger", event, "--api-base", address, "--api-key", KEY]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            good = done.returncode == 0 and event in {told["type"] for told in server.state.events}
            failed += not good
            print(f"{'ok    ' if good else 'NOT OK'} {event}{'' if good else done.stdout[-300:] + done.stderr[-300:]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
