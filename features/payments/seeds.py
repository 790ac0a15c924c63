"""What the demo world sells: plans, packages and codes, and what somebody got by one of them. Only where something can
be sold, and nothing of it asks Stripe."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from features.accounts.access import has_role
from features.accounts.models import Role, User
from features.payments import demo_sales, services
from features.payments.models import CreditLot, Order, Package, Plan

DAY = timedelta(days=1)


@transaction.atomic
def fill(now):
    if not services.is_set_up() or Package.objects.filter(seller__is_demo=True).exists():
        return
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True).order_by("pk")}
    organiser, expert, learner = people["organiser"], people["expert"], people["learner"]
    _plans(organiser, now)
    package = _package(expert, "session", 5, 18000, now)
    _package(expert, "mentoring", 5, 27500, now)
    if has_role(people["mentor"], Role.EXPERT):
        _package(people["mentor"], "mentoring", 3, 16500, now)
    _coupon(expert, now, code="WELCOME", percent=20, most=50)
    _coupon(organiser, now, code="FRIENDS", percent=100, most=10, is_for_site=True)
    _with_code(package, learner, now)
    members = [person for name, person in people.items() if name not in ("expert", "learner")]
    demo_sales.fill(expert, people["mentor"], members, now)


def _plans(organiser, now):
    told = [
        (_("All of the library"), Plan.Interval.MONTH, 1200, 7),
        (_("All of the library, for a year"), Plan.Interval.YEAR, 12000, 0),
    ]
    for name, interval, amount, trial in told:
        plan = Plan(name=name, about=_("Every article and every course"), interval=interval, trial_days=trial)
        services.save_plan(plan=plan, amount_minor=amount, currency=settings.CURRENCY, by=organiser, now=now - 90 * DAY)


def _package(seller, scope, units, price_minor, now):
    return services.offer_package(
        seller=seller, scope=scope, units=units, price_minor=price_minor, currency=settings.CURRENCY, valid_days=180,
        now=now - 60 * DAY,
    )  # fmt: skip


def _coupon(by, now, **facts):
    services.make_coupon(
        by=by, currency=settings.CURRENCY, starts_at=now - 30 * DAY, ends_at=now + 60 * DAY, now=now - 30 * DAY, **facts
    )


def _with_code(package, person, now):
    """Credits that a friend of the site has got by a code, twenty days ago."""
    then = now - 20 * DAY
    order = services.buy_package(package=package, person=person, now=then)
    services.use_coupon(order=Order.objects.get(pk=order.pk), code="FRIENDS", now=then)
    lot = CreditLot.objects.get(person=person)
    services.spend_credit(person=person, seller=package.seller, scope=package.scope, cause=f"demo:{lot.pk}", now=then)
