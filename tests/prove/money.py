"""1,000 purchases of 10 seats, webhooks doubled, late, lost, in any order, a worker killed every 2 s: to the cent."""

import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from core import processes
from core.launch import worker_command
from tests.local_stripe import money
from tests.local_stripe.sender import Sender
from tests.local_stripe.server import Server
from tests.prove.site import Site, running_site

PEOPLE, SEATS, KILL_EVERY, WORKERS = 1000, 10, 2, 5
KEY, SECRET = "sk_test_local", "whsec_local"
PATIENCE = 300
SHARE_LEFT = 20  # one in so many never pays
HANDS = 12  # deliveries at a time: more than the site has threads, and none waits for so long that it gives up


def sale(
    people=PEOPLE, seats=SEATS, *, workers=WORKERS, kill_every=KILL_EVERY, drop=0.2, double=0.3, delay=3.0, seed=1
) -> dict:
    """What came of it, by the site's rows and by Stripe's."""
    chance = random.Random(seed)
    with Server(key=KEY) as server, running_site(workers=2, worker=False, environment=_environment(server)) as site:
        site.ask(f"money_world.gather({people}, {seats})")
        pages = _pages(site, server, people, seats)
        url = f"{site.url}/payments/webhook/"
        sender = Sender(url, SECRET, drop=drop, double=double, delay=delay, seed=seed, hands=HANDS)
        server.state.listeners.append(sender)
        with ThreadPoolExecutor(1) as till, Workers(site, workers) as staff:
            paid = till.submit(_pay, server, pages[: people - seats], pages[people - seats :], chance)
            while not (paid.done() and sender.is_idle()):
                time.sleep(kill_every)
                staff.kill_one()
            site.ask(f"money_world.settle({PATIENCE})")
            server.state.faults.clear()
            sender.drop = 0.0  # the storm is over: what comes of mending it is heard of, as on any day
            server.state.skew += 32 * 60  # whoever has not paid by now cannot any more
            first = site.ask("money_world.reconcile()")
            left = site.ask(f"money_world.settle({PATIENCE})")
            while not sender.is_idle():
                time.sleep(1)
            second = site.ask("money_world.reconcile()")
        found = site.ask("money_world.verdict()")
        return _judged(server.state, found, seats) | {
            "purchases": people, "pages": len(pages), "paid pages": paid.result(), "kills": staff.kills,
            "jobs not done": left,
            "jobs that a kill interrupted": found["interrupted"], "jobs given up": found["parked"],
            "webhooks": dict(sender.counts), "mended by reconciling": first["mended"],
            "mended by reconciling again": second["mended"], "open incidents": len(found["incidents"]),
            "even": second["even"],
        }  # fmt: skip


def _environment(server) -> dict[str, str]:
    """No pool: each thread of a referee keeps a connection to itself."""
    return {
        "STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_URL": server.url, "JOB_LEASE": "2",
        "DATABASE_POOL": "0",
    }  # fmt: skip


def _pages(site, server, people, seats) -> list[str]:
    """Stripe gives no answer whenever a page is to be closed."""
    server.state.faults.extend([("POST /v1/checkout/sessions/", 500)] * people * 2)
    pages = site.ask(f"money_world.open_pages({seats}, {seats // 2})")
    server.state.faults.clear()
    return pages


def _pay(server, late, held, chance) -> int:
    """Who holds a seat pays, and nearly everybody who has lost theirs, in any order; some twice; and now and then
    Stripe's answer is lost."""
    chance.shuffle(late)
    payers = late[len(late) // SHARE_LEFT :] + held
    chance.shuffle(payers)
    for number, name in enumerate(payers):
        with server.state.lock:
            money.pay(server.state, name)
        if number % 10 == 0:
            server.state.faults.append(("POST /v1/refunds", chance.choice([500, "reset", 409])))
            server.state.faults.append(("GET /v1/", 500))
        time.sleep(0.03)
    return len(payers)


class Workers:
    """Of which one is killed with -9 every so often; a new one takes its place. They are children of the thread that
    hires them, and end with it."""

    def __init__(self, site: Site, number: int):
        self.site, self.number, self.at_work, self.kills = site, number, [], 0

    def __enter__(self):
        for _ in range(self.number):
            self._hire()
        return self

    def __exit__(self, *_):
        processes.stop(self.at_work, 10)

    def _hire(self):
        self.at_work.append(self.site._start(worker_command(), "worker"))

    def kill_one(self):
        self.site._kill(self.at_work.pop(0))
        self.kills += 1
        self._hire()


def _judged(state, found, seats) -> dict:
    """Rows against Stripe's objects."""
    charges = {charge["payment_intent"]: charge for charge in state.of_kind("charge")}
    theirs = sum(part["amount"] for part in money.balance(state)["available"])
    held: Counter = Counter()
    for buyer, amount, _back, _kept in found["paid"].values():
        held[buyer] += amount
    refunded = Counter(refund["payment_intent"] for refund in state.of_kind("refund"))
    for name, charge in charges.items():
        held[found["paid"].get(name, [None])[0]] -= charge["amount_refunded"]
    kept = {buyer: left for buyer, left in held.items() if left}
    return {
        "seats": found["confirmed"],
        "seats counted": found["taken"],
        "charges": len(charges),
        "charges without a row": len(set(charges) - set(found["paid"])),
        "double charges": sum(left > 4500 for left in kept.values()),
        "losers who were not paid back": len(set(kept) - set(found["seated"])),
        "winners who did not pay": len(set(found["seated"]) - set(kept)),
        "refunds at Stripe": sum(refunded.values()),
        "charges refunded twice": sum(count > 1 for count in refunded.values()),
        "refunds without an end": found["refunds"] - found["refunds_done"],
        "books less Stripe's, in cents": found["balances"].get("stripe EUR", 0) - theirs,
    }


NOTHING = (
    "charges without a row", "double charges", "losers who were not paid back", "winners who did not pay",
    "charges refunded twice", "refunds without an end", "books less Stripe's, in cents", "jobs not done",
    "jobs given up", "mended by reconciling again", "open incidents",
)  # fmt: skip


def faults(result: dict, seats: int) -> list[str]:
    wrong = [f"{name}: {result[name]}" for name in NOTHING if result[name]]
    if not result["seats"] == result["seats counted"] == seats:
        wrong.append(f"seats: {result['seats']}, counted {result['seats counted']}")
    if result["charges"] - result["refunds at Stripe"] != seats:
        wrong.append(f"{result['charges']} charges, {result['refunds at Stripe']} refunds")
    return wrong if result["even"] else [*wrong, "not even"]


def deliveries(times: int = 100, lost: int = 500, clicks: int = 50) -> dict:
    """The same event so many times at once; so many payments of which no word came; so many clicks on a refund."""
    with Server(key=KEY) as server, running_site(workers=2, worker=False, environment=_environment(server)) as site:
        site.ask(f"money_world.gather({lost + 1}, {lost + 1})")
        pages = site.ask(f"money_world.open_pages({lost + 1}, 0)")
        with server.state.lock:
            money.pay(server.state, pages[0])
        event = server.state.events[-1]
        sender = Sender(f"{site.url}/payments/webhook/", SECRET)
        with ThreadPoolExecutor(times) as pool:
            answers = list(pool.map(lambda _n: sender.post(event), range(times)))
        once = site.ask("money_world.verdict()")
        with server.state.lock:
            for page in pages[1:]:
                money.pay(server.state, page)
        began = time.monotonic()
        repaired = site.ask("money_world.reconcile()")
        seconds = time.monotonic() - began
        after = site.ask("money_world.verdict()")
        refunds = site.ask(f"money_world.press_refund({clicks})")
        again = site.ask("money_world.reconcile()")
    return {
        "deliveries": times, "thanked for": sum(answers), "payments of it": len(once["paid"]), "events": once["events"],
        "lost": lost, "seated by one run": after["confirmed"] - once["confirmed"], "seconds": round(seconds),
        "even": repaired["even"] and again["even"], "clicks": clicks, "refunds": refunds,
        "refunds at Stripe": len(server.state.of_kind("refund")),
    }  # fmt: skip


def faults_of_deliveries(result: dict) -> list[str]:
    wanted = {
        "thanked for": result["deliveries"], "payments of it": 1, "events": 1, "seated by one run": result["lost"],
        "even": True, "refunds": 1, "refunds at Stripe": 1,
    }  # fmt: skip
    return [f"{name}: {result[name]}, not {value}" for name, value in wanted.items() if result[name] != value]


def main(arguments=()) -> int:
    people = int(arguments[0]) if arguments else PEOPLE
    steps = int(arguments[1]) if len(arguments) > 1 else 10_000
    wrong = _told("the sale", sale(people), lambda result: faults(result, SEATS))
    wrong += _told("deliveries", deliveries(), faults_of_deliveries)
    from tests.prove.money_machine import run

    wrong += _told("the machine", run(steps), lambda result: result["faults"])
    return 1 if wrong else 0


def _told(name, result, judge) -> list[str]:
    print(f"{name}:")
    for what, value in result.items():
        print(f"  {value!s:>8}  {what}")
    wrong = judge(result)
    print("\n".join(f"  NOT OK {one}" for one in wrong) or "  ok", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
