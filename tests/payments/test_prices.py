"""What can be a price: of every currency, what Stripe charges and what its fee leaves something of."""

from decimal import Decimal

import pytest

from features.library.forms import WorkForm
from features.mentoring.forms import OfferForm
from features.mentoring.hour_forms import OfficeHourForm
from features.mentoring.models import Offer, OfficeHour
from features.payments.services import why_not_price
from features.payments.views.subscriptions import PlanForm
from features.payments.views.wallet import PackageForm
from features.sessions.models import SkillSession
from features.sessions.ticket_forms import TicketForm


@pytest.mark.parametrize(
    ("typed", "currency", "parts", "said"),
    [
        ("0", "EUR", 1, ""), ("1", "EUR", 1, ""), ("0.99", "EUR", 1, "at least €1.00"), ("1.005", "EUR", 1, "such as"),
        ("-1", "EUR", 1, "such as"), ("50", "JPY", 1, ""), ("49", "JPY", 1, "at least JPY"),
        ("50.5", "JPY", 1, "such as 4500"), ("174", "HUF", 1, "at least"), ("175", "HUF", 1, ""),
        ("2.99", "EUR", 3, "at least €3.00"), ("3", "EUR", 3, ""), ("1000000", "EUR", 1, "at most €999,999.99"),
    ],
)  # fmt: skip
def test_what_can_be_charged_is_a_price(typed, currency, parts, said):
    found = why_not_price(Decimal(typed), currency, parts=parts)
    assert said in found
    assert bool(said) is bool(found)


@pytest.mark.django_db
def test_every_form_that_names_a_price_refuses_what_cannot_be_charged(expert, stripe):
    sent = {"price": "0.20", "least": "2"}
    forms = [
        WorkForm(sent, author=expert), OfferForm(sent, instance=Offer(mentor=expert)),
        OfficeHourForm(sent, instance=OfficeHour(mentor=expert)), PlanForm(sent), PackageForm(sent),
        TicketForm(sent, session=SkillSession(currency="EUR")),
    ]  # fmt: skip
    assert ["at least" in str(form.errors.get("price", "")) for form in forms] == [True] * len(forms)


@pytest.mark.django_db
def test_meetings_and_shared_hours_are_sold_in_the_sites_currency(expert, settings):
    settings.CURRENCY = "JPY"
    sent = {"kind": "meeting", "title": "Half an hour", "minutes": "30", "change_hours": "24", "most_moves": "1"}
    offer = OfferForm(sent | {"price": "5000"}, instance=Offer(mentor=expert))
    assert "Price in JPY" in str(offer)
    assert offer.is_valid(), offer.errors
    made = offer.save()
    assert (made.price_minor, made.currency) == (5000, "JPY")
    assert 'value="5000"' in str(OfferForm(instance=made)["price"])
    hour = OfficeHourForm({"price": "3000", "least": "2", "most": "3"}, instance=OfficeHour(mentor=expert))
    assert "price" not in hour.errors
    assert (hour.instance.price_minor, hour.instance.currency) == (3000, "JPY")
