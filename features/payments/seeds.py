"""Something to buy in advance in the demo world, where money can be taken: packages by two experts, and a plan."""

from django.conf import settings
from django.db import transaction

from features.accounts.models import User
from features.payments import services
from features.payments.models import Package, Plan


@transaction.atomic
def fill(now):
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True)}
    if not services.is_set_up() or not people or Package.objects.filter(seller__is_demo=True).exists():
        return
    for seller, units, price_minor in (("mentor", 5, 32500), ("expert", 3, 21000)):
        services.offer_package(
            seller=people[seller],
            scope=Package.Scope.MENTORING,
            units=units,
            price_minor=price_minor,
            currency=settings.CURRENCY,
            valid_days=180,
            now=now,
        )
    plan = Plan(
        name="All of the library",
        about="Every article and course with a price, for as long as you have it",
        trial_days=14,
        offered_at=now,
        is_demo=True,
    )
    services.save_plan(plan=plan, amount_minor=1200, currency=settings.CURRENCY, by=people["organiser"], now=now)
