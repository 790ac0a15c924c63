"""The other pages that a person is sent to: where sellers say who they are, where they see their payouts, and where
subscribers look after card and invoices. An answer is a page, `>address` to go to, or None where there is nothing."""

from html import escape

from tests.local_stripe import connect, subscriptions
from tests.local_stripe.pages import PAGE, amount
from tests.local_stripe.state import State


def show(state: State, path: str) -> str | None:
    kind, _slash, name = path.strip("/").partition("/")
    thing = state.objects.get(name)
    if thing is None or kind not in PAGES:
        return None
    return PAGES[kind](state, thing)


def act(state: State, path: str, wanted: str) -> str | None:
    kind, _slash, name = path.strip("/").partition("/")
    thing = state.objects.get(name)
    if thing is None or kind not in ACTS:
        return None
    return ACTS[kind](state, thing, wanted)


def _form(*buttons: tuple[str, str]) -> str:
    rows = "".join(f'<button name="act" value="{act}">{words}</button>' for act, words in buttons)
    return f'<form method="post">{rows}</form>'


# --- Connect ----------------------------------------------------------------------------------------------------------
def _onboarding(state, link):
    if link["is_used"] or link["expires_at"] <= state.now():
        return f">{link['refresh_url']}"
    account = state.objects[link["account"]]
    body = f"<h1>Who are you, and where is your bank?</h1><p>Account in {escape(account['country'])}.</p>" + _form(
        ("all", "Answer everything"), ("part", "Leave the bank account out"), ("leave", "Go back without an answer")
    )
    return PAGE.format(title="Who are you?", body=body)


def _answer(state, link, wanted):
    if link["is_used"] or link["expires_at"] <= state.now():
        return f">{link['refresh_url']}"
    link["is_used"] = True
    if wanted == "all":
        connect.fill_in(state, link["account"])
    elif wanted == "part":
        connect.fill_in(state, link["account"], missing=["external_account"])
    return f">{link['return_url']}"


def _express(state, account):
    payouts = [
        one for one in state.of_kind("payout") if state.objects[f"{one['id']}/owner"]["account"] == account["id"]
    ]
    rows = "".join(f"<tr><td>{one['id']}</td><td>{amount(one['amount'], one['currency'])}</td></tr>" for one in payouts)
    body = f"<h1>Payouts</h1><table>{rows}</table>" + _form(("pay_out", "Pay out to the bank now"))
    return PAGE.format(title="Payouts", body=body)


def _pay_out(state, account, wanted):
    if wanted == "pay_out":
        connect.pay_out(state, account["id"])
    return _express(state, account)


# --- Billing Portal ---------------------------------------------------------------------------------------------------
def _portal(state, session):
    customer = state.objects[session["customer"]]
    rows = "".join(
        f"<tr><td>{one['id']}: {one['status']}</td><td>{amount(one['amount_due'], one['currency'])}</td></tr>"
        for one in state.of_kind("invoice")
        if one["customer"] == customer["id"]
    )
    card = "A card that is declined" if customer.get("fails") else "A card that works"
    buttons = [("good", "Use a card that works"), ("bad", "Use a card that is declined")]
    if _running(state, session):
        buttons.append(("cancel", "Cancel at the end of the period"))
    body = f"<h1>Card and invoices</h1><p>{card}.</p><table>{rows}</table>{_form(*buttons, ('leave', 'Back'))}"
    return PAGE.format(title="Card and invoices", body=body)


def _running(state, session):
    mine = [one for one in state.of_kind("subscription") if one["customer"] == session["customer"]]
    return next((one for one in mine if one["status"] not in ("canceled", "unpaid")), None)


def _look_after(state, session, wanted):
    customer, running = state.objects[session["customer"]], _running(state, session)
    if wanted == "leave":
        return f">{session['return_url']}"
    if wanted in ("good", "bad"):
        customer["fails"] = wanted == "bad"
    if wanted == "good" and running and running["status"] == "past_due":
        invoice = state.objects[running["latest_invoice"]]
        if subscriptions.settle(state, running, invoice):
            running["status"] = "active"
            state.tell("customer.subscription.updated", running)
    if wanted == "cancel" and running:
        running |= {"cancel_at_period_end": True, "canceled_at": state.now()}
        state.tell("customer.subscription.updated", running)
    return _portal(state, session)


PAGES = {"connect": _onboarding, "express": _express, "portal": _portal}
ACTS = {"connect": _answer, "express": _pay_out, "portal": _look_after}
