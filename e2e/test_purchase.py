"""A paid seat: held, left at the till, taken up again, declined, paid, and given back for the amount that was shown;
one with a code and a receipt, and one for a credit."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from core.jobs import run_pending
from e2e.ways import plain_phone_and_scripted_desk
from e2e.world import published
from features.payments import services
from features.payments.models import Invoice, Payment, Refund
from features.sessions import services as sessions
from features.sessions.models import Registration


@plain_phone_and_scripted_desk
def test_a_seat_is_bought_and_given_back(enter, post, till, screen, javascript, expert, learner, skill):
    session = published(expert, [skill], starts_in=timedelta(days=9), price_minor=4500)
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"{session.get_absolute_url()}registration/")
    page.get_by_role("button", name="Take a seat").click()
    expect(page.get_by_role("heading", name="Pay, and it is yours")).to_be_visible()

    page.get_by_role("button", name="Pay €45.00").click()
    expect(page.get_by_text("A local stand-in for Stripe.")).to_be_visible()
    page.get_by_role("button", name="Leave without paying").click()
    expect(page.get_by_text("You have not paid, and nothing was charged.")).to_be_visible()
    assert not Payment.objects.exists()

    page.goto(session.get_absolute_url())
    page.get_by_role("link", name="Finish payment").first.click()
    page.get_by_role("button", name="Finish payment €45.00").click()
    page.get_by_role("button", name="Have the card declined").click()
    expect(page.get_by_role("alert")).to_contain_text("The card was declined.")
    page.get_by_role("button", name="Pay 45.00 EUR").click()
    expect(page.get_by_role("heading", name="Paid", exact=True)).to_be_visible()
    assert Registration.objects.confirmed().get().person == learner
    run_pending()
    assert {letter.subject.partition(":")[0] for letter in post.to(learner.email)} == {"You have a seat", "Receipt"}

    page.goto(f"{session.get_absolute_url()}registration/cancellation/")
    expect(page.get_by_text("You get €45.00 of €45.00 back.")).to_be_visible()
    page.get_by_role("button", name="Give my seat back").click()
    expect(page.get_by_text("Your seat is given back.")).to_be_visible()
    run_pending()
    assert Refund.objects.get().state == "done"
    assert len(till.state.of_kind("refund")) == 1


@plain_phone_and_scripted_desk
def test_a_code_makes_it_cheaper_and_a_credit_pays_for_the_next(
    enter, till, screen, javascript, expert, learner, skill
):
    first, second = (published(expert, [skill], starts_in=timedelta(days=n), price_minor=4500) for n in (8, 9))
    services.make_coupon(by=expert, code="SPRING", percent=20, currency="EUR")
    package = services.offer_package(
        seller=expert, scope="session", units=2, price_minor=8000, currency="EUR", valid_days=90
    )
    page = enter(learner, screen=screen, javascript=javascript)
    page.goto(f"{first.get_absolute_url()}registration/")
    page.get_by_role("button", name="Take a seat").click()
    page.get_by_text("I have a code").click()
    page.get_by_label("Code").fill("autumn")
    page.get_by_role("button", name="Take it off").click()
    expect(page.get_by_text("There is no such code.")).to_be_visible()
    page.get_by_label("Code").fill("spring")
    page.get_by_role("button", name="Take it off").click()
    page.get_by_role("button", name="Pay €36.00").click()
    page.get_by_role("button", name="Pay 36.00 EUR").click()
    expect(page.get_by_role("heading", name="Paid", exact=True)).to_be_visible()
    number = Invoice.objects.get().number
    page.get_by_role("link", name=f"Invoice {number}").click()
    expect(page.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("link", name="Download as PDF").click()
    assert file.value.suggested_filename == f"{number}.pdf"

    services.settle(order=services.buy_package(package=package, person=learner), now=timezone.now())
    page.goto(f"{second.get_absolute_url()}registration/")
    page.get_by_role("button", name="Take a seat").click()
    page.get_by_role("button", name="Use one of your 2 credits").click()
    expect(page.get_by_text("Paid with a credit.")).to_be_visible()
    assert Registration.objects.confirmed().count() == 2
    page.goto("/account/wallet/")
    expect(page.get_by_text("1 of 2 with Amara Okonjo")).to_be_visible()


def test_a_button_that_is_pressed_while_the_page_asks_for_news_stays(enter, till, expert, learner, skill):
    """It asks every three seconds: one press in thirty would do nothing."""
    session = published(expert, [skill], starts_in=timedelta(days=9), price_minor=4500)
    seat = sessions.register(session=session, person=learner)
    page = enter(learner)
    page.goto(f"/payments/orders/{services.order_of('registration', seat.pk).public_id}/?back=paid")
    button = page.get_by_role("button", name="I do not want it after all")
    button.hover()
    page.mouse.down()
    with page.expect_request_finished(lambda request: "back=paid" in request.url):
        pass
    page.wait_for_timeout(200)
    page.mouse.up()
    expect(page.get_by_role("heading", name="This order is over")).to_be_visible()
