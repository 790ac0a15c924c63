"""A work is bought through Stripe, is there at once, and goes with its money; how far one came stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.models import User
from features.library import services
from features.library.models import Certificate, Enrolment, Lesson
from features.payments import services as payments
from features.payments.models import Entitlement, Order, Refund
from features.skills.models import SkillEvidence
from tests.library.conftest import CANARY, hide, lessons_of
from tests.local_stripe import money
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(client, learner, stripe):  # noqa: F811
    client.force_login(learner)
    return client


def pay(stripe, order):  # noqa: F811
    payments.checkout_url(order=order)
    money.pay(stripe.state, order.checkouts.get(closed_at=None).stripe_id)


@pytest.fixture
def bought(buyer, paid_course, stripe, deliver, learner):  # noqa: F811
    hide(lessons_of(paid_course)[1])
    answer = buyer.post(f"/library/{paid_course.pk}/purchase/")
    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/payments/orders/{order.public_id}/")
    pay(stripe, order)
    assert set(deliver()) == {200}
    return order


def test_paid_it_is_there_and_stands_among_ones_courses(bought, buyer, learner, paid_course):
    assert CANARY in buyer.get(lessons_of(paid_course)[1].get_absolute_url()).text
    assert paid_course.title in buyer.get("/library/learning/").text
    assert Enrolment.objects.get(person=learner).work == paid_course
    assert buyer.get(f"/payments/orders/{bought.public_id}/").status_code == 200


def test_until_it_is_paid_nothing_is_open(buyer, learner, paid_course):
    hide(lessons_of(paid_course)[1])
    buyer.post(f"/library/{paid_course.pk}/purchase/")
    assert CANARY not in buyer.get(lessons_of(paid_course)[1].get_absolute_url()).text
    assert not payments.entitled(learner, paid_course.key)
    assert not Enrolment.objects.exists()


def test_two_tabs_are_one_order_and_what_one_has_is_not_sold_again(buyer, learner, paid_course, stripe, deliver):  # noqa: F811
    for _ in range(2):
        buyer.post(f"/library/{paid_course.pk}/purchase/")
    pay(stripe, Order.objects.get())
    deliver()
    with pytest.raises(services.LibraryRefused, match="yours"):
        services.buy(work=paid_course, person=learner)
    assert Order.objects.count() == 1


def test_given_back_in_time_the_money_comes_back_and_progress_stays(bought, buyer, learner, paid_course, stripe):  # noqa: F811
    Enrolment.objects.get(person=learner)
    assert "Give it back" in buyer.get(paid_course.get_absolute_url()).text
    assert "You get back all you paid, €45.00" in buyer.get(f"/library/{paid_course.pk}/refund/").text
    for _ in range(2):
        buyer.post(f"/library/{paid_course.pk}/refund/")
    run_pending()
    [refund] = Refund.objects.all()
    assert (refund.amount_minor, refund.state) == (4500, "done")
    assert CANARY not in buyer.get(lessons_of(paid_course)[1].get_absolute_url()).text
    assert Enrolment.objects.filter(person=learner).exists()
    assert buyer.post(f"/library/{paid_course.pk}/purchase/").status_code == 303
    assert Order.objects.count() == 2


def test_neither_after_two_weeks_nor_with_more_than_a_quarter_done(bought, learner, paid_course):
    now = timezone.now()
    assert services.may_give_back(paid_course, learner, now)
    assert not services.may_give_back(paid_course, learner, now + timedelta(days=15))
    services.mark_done(lesson=lessons_of(paid_course)[0], person=learner)
    assert not services.may_give_back(paid_course, learner, now)
    with pytest.raises(services.LibraryRefused, match="too_late"):
        services.give_back(work=paid_course, person=learner)


def test_what_was_finished_is_not_given_back_though_every_lesson_is_taken_back(bought, buyer, learner, paid_course):
    for act in (services.mark_done, services.mark_not_done):
        for lesson in lessons_of(paid_course):
            act(lesson=lesson, person=learner)
    assert not services.may_give_back(paid_course, learner, timezone.now())
    with pytest.raises(services.LibraryRefused, match="finished"):
        services.give_back(work=paid_course, person=learner)
    run_pending()
    assert not Refund.objects.exists()
    assert payments.entitled(learner, paid_course.key)


def test_what_was_given_back_comes_to_no_end_when_lessons_go_away(bought, learner, expert, paid_course):
    first, *rest = lessons_of(paid_course)
    for n in range(1, 3):  # of five, one is less than a quarter
        rest.append(services.add_lesson(section=first.section, title=f"More {n}"))
        services.save_lesson(lesson=rest[-1], data={"is_draft": False}, text="More.", video_url="")
    services.mark_done(lesson=first, person=learner)
    services.give_back(work=paid_course, person=learner)
    for lesson in rest:
        services.remove_lesson(lesson=lesson)
    assert Enrolment.objects.get(person=learner).completed_at is None
    assert not Certificate.objects.exists()


def test_a_refund_from_stripes_dashboard_closes_it_too(bought, learner, paid_course, stripe, deliver):  # noqa: F811
    payment = bought.payments.get()
    money.refund(stripe.state, {"payment_intent": payment.stripe_id, "amount": 1000})
    deliver()
    assert payments.entitled(learner, paid_course.key)
    money.refund(stripe.state, {"payment_intent": payment.stripe_id})
    deliver()
    assert not payments.entitled(learner, paid_course.key)


@pytest.fixture
def finished(bought, learner, paid_course):
    for lesson in lessons_of(paid_course):
        services.mark_done(lesson=lesson, person=learner)
    return Certificate.objects.get()


@pytest.fixture
def back_and_again(bought, buyer, paid_course, stripe, deliver):  # noqa: F811
    """Paid back in Stripe's dashboard, and bought once more."""

    def paid_back():
        money.refund(stripe.state, {"payment_intent": bought.payments.get().stripe_id})
        deliver()

    def bought_again():
        buyer.post(f"/library/{paid_course.pk}/purchase/")
        pay(stripe, Order.objects.latest("pk"))
        deliver()

    return paid_back, bought_again


def proves(person):
    return SkillEvidence.objects.standing().filter(person=person, kind="course_completed").exists()


def test_with_all_of_its_money_goes_what_it_proved_and_bought_again_it_holds(finished, back_and_again, buyer, learner):
    back, again = back_and_again
    back()
    assert "no longer holds" in buyer.get(finished.get_absolute_url()).text
    assert not proves(learner)
    again()
    assert "no longer holds" not in buyer.get(finished.get_absolute_url()).text
    assert proves(learner)


def test_who_may_read_it_by_another_right_keeps_what_it_proved(finished, back_and_again, learner):
    payments.entitle(person=learner, key="library", source="grant", ref="grant:1")
    back_and_again[0]()
    assert Certificate.objects.get().revoked_at is None
    assert proves(learner)


def test_what_its_author_revoked_stays_revoked_when_it_is_bought_again(finished, back_and_again, expert):
    services.revoke_certificate(certificate=finished, by=expert, reason="Copied")
    for act in back_and_again:
        act()
    assert Certificate.objects.get().revocation_reason == "Copied"


def test_a_hold_that_ends_unpaid_leaves_the_way_free(buyer, learner, paid_course):
    order = services.buy(work=paid_course, person=learner)
    payments.end_hold(order=order, now=timezone.now() + timedelta(hours=2))
    assert Entitlement.objects.get().revoked_at
    again = services.buy(work=paid_course, person=learner)
    assert again != order


def test_what_is_paid_is_what_the_page_says_also_when_an_order_was_begun_before(buyer, learner, paid_course, stripe):  # noqa: F811
    first = services.buy(work=paid_course, person=learner)
    payments.checkout_url(order=first)
    paid_course.price_minor = 2000
    paid_course.save()
    again = services.buy(work=paid_course, person=learner)
    assert (again.total_minor, services.buy(work=paid_course, person=learner)) == (2000, again)
    assert [page["status"] for page in stripe.state.of_kind("checkout.session")] == ["expired"]


def test_who_began_it_while_it_was_free_keeps_it(learner, outsider, expert, skill, course, stripe):  # noqa: F811
    services.begin(work=course, person=learner)
    data = {name: getattr(course, name) for name in ("title", "outcome", "about", "level", "language")}
    services.save_work(author=expert, data=data | {"price_minor": 2000}, skills=[skill], work=course)
    assert payments.entitled(learner, course.key)
    assert not payments.entitled(outsider, course.key)
    assert not payments.entitled(expert, course.key)


def test_nothing_is_sold_of_an_author_who_is_shut_out_also_to_who_tried_a_lesson(buyer, learner, expert, paid_course):
    Lesson.objects.filter(pk=lessons_of(paid_course)[0].pk).update(is_free=True)
    services.mark_done(lesson=Lesson.objects.get(pk=lessons_of(paid_course)[0].pk), person=learner)
    page = buyer.get(paid_course.get_absolute_url()).text
    assert 0 < page.index("Your money back within 14 days") < page.index("Buy it for €45.00")
    User.objects.filter(pk=expert.pk).update(is_active=False)
    page = buyer.get(paid_course.get_absolute_url())
    assert page.status_code == 200
    assert "/purchase/" not in page.text
    assert "not sold any more" in page.text
    buyer.post(f"/library/{paid_course.pk}/purchase/")
    assert not Order.objects.exists()


def test_the_author_and_who_asks_for_what_is_free_are_refused(expert, learner, paid_course, course, stripe):  # noqa: F811
    for work, person in ((paid_course, expert), (course, learner)):
        with pytest.raises(services.LibraryRefused):
            services.buy(work=work, person=person)
