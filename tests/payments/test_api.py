"""Orders through the API: the way to the till, once however often it is asked for."""

import json

import pytest

from features.payments import services
from features.sessions import services as sessions
from features.sessions.models import Registration
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(stripe, expert, learner, client):
    client.force_login(learner)
    seat = sessions.register(session=make_session(expert, price_minor=4500), person=learner)
    return services.order_of("registration", seat.pk)


def send(client, method, path, **more):
    body = json.dumps(more.pop("body", {}))
    return client.generic(method, f"/api/v1/payments/{path}", body, content_type="application/json", **more)


def test_to_the_till_is_one_page_with_a_key_and_without(order, client, stripe):
    path = f"orders/{order.public_id}/checkout/"
    answers = [send(client, "POST", path, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    answers.append(send(client, "POST", path))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["url"] for answer in answers}) == 1
    assert len(stripe.state.of_kind("checkout.session")) == 1
    assert answers[0].json()["url"].startswith(stripe.url)


def test_a_code_is_taken_off_and_what_costs_nothing_is_paid(order, client, expert):
    services.make_coupon(by=expert, code="SPRING", percent=20, currency="EUR", most_each=5)
    services.make_coupon(by=expert, code="GUEST", percent=100, currency="EUR")
    path = f"orders/{order.public_id}/"
    assert client.get(f"/api/v1/payments/{path}").json()["state"] == "open"
    assert send(client, "PUT", f"{path}coupon/", body={"code": "NOPE"}).json()["code"] == "unknown_code"
    told = send(client, "PUT", f"{path}coupon/", body={"code": "spring"}).json()
    assert (told["total"], told["coupon"]) == ({"minor": 3600, "currency": "EUR"}, "SPRING")
    told = send(client, "PUT", f"{path}coupon/", body={"code": "guest"}).json()
    assert (told["state"], told["total"]["minor"]) == ("paid", 0)
    assert Registration.objects.confirmed().exists()
    assert send(client, "POST", f"{path}checkout/").json()["code"] == "paid"


def test_somebody_elses_order_is_not_there(order, client, outsider):
    client.force_login(outsider)
    for method, end in (("GET", ""), ("POST", "checkout/"), ("PUT", "coupon/")):
        body = {"code": "SPRING"}
        assert send(client, method, f"orders/{order.public_id}/{end}", body=body).status_code == 404
    assert client.get("/api/v1/payments/orders/").json()["items"] == []


def test_the_list_takes_no_more_queries_with_more_orders(order, client, expert, learner, django_assert_max_num_queries):
    for n in range(4):
        sessions.register(session=make_session(make_user(f"Host {n}"), price_minor=4500), person=learner)
    with django_assert_max_num_queries(7):
        assert len(client.get("/api/v1/payments/orders/").json()["items"]) == 5
