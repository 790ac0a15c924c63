"""What nobody types: a NUL in an address, a query or a form breaks nothing."""

from urllib.parse import urlencode

import pytest

from core.signatures import is_signed
from core.text import number, numbers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/join/%00/", "/meet/a%00b/", "/c/%00/", "/people/%00/", "/api/v1/skills/%00/", "/%00"]
)
def test_an_address_with_one_names_nothing(client, learner, path):
    assert client.get(path).status_code == 404
    client.force_login(learner)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("query", ["%00", "pyt%00hon", "%0%000", "%00%00"])
def test_in_a_query_it_is_left_out(client, query):
    answer = client.get(f"/sessions/?q={query}&page=%00")
    assert answer.status_code == 200
    assert "\0" not in "".join(answer.wsgi_request.GET.values())


def test_in_a_form_it_is_left_out(client, expert):
    client.force_login(expert)
    assert client.post("/inbox/reading/", {"url": "/a\0genda/"}).status_code == 303
    form = urlencode({"title": ["Kn\0ots", "%00 stays"], "skills": "\0"}, doseq=True)
    answer = client.post("/sessions/new/", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert answer.wsgi_request.POST.getlist("title") == ["Knots", "%00 stays"]


def test_a_number_that_is_too_long_is_none(client, expert):
    client.force_login(expert)
    assert client.post(f"/sessions/kept/{'9' * 5000}/").status_code == 404


def test_a_signature_with_such_a_number_is_none(client, settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_local", "whsec_local"
    signed = {"Stripe-Signature": f"t={'9' * 5000},v1=00"}
    answer = client.post("/payments/webhook/", "{}", content_type="application/json", headers=signed)
    assert answer.status_code == 400
    assert not is_signed("{}", "secret", f"t={'9' * 5000},v1=00", 0)


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "²", "٣", "9" * 19, "9" * 5000, "1 ", "x"])
def test_only_plain_digits_are_a_number(typed):
    assert number(typed) is None


def test_what_is_a_number():
    assert numbers(["007", "x", "999999999999999999"]) == [7, 999_999_999_999_999_999]
