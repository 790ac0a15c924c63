from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "features.payments"
    label = "payments"

    def ready(self):
        from core import nav, page_cache, seeds
        from features.accounts.access import StaffPage, staff_pages
        from features.accounts.health import health_reports
        from features.accounts.models import Role
        from features.accounts.personal_data import PersonalData, personal_data
        from features.payments import (
            audit_words,
            dispute_letters,
            health,
            letters,
            merging,
            own_data,
            payout_letters,
            services,
            subscription_letters,
        )
        from features.payments import seeds as payment_seeds

        audit_words.register()
        merging.register()
        personal_data.register(
            "payments", PersonalData(own_data.export, own_data.erase, leave=own_data.leave, foretell=own_data.foretell)
        )
        health_reports.register("payments", health.finding)
        letters.register()
        dispute_letters.register()
        payout_letters.register()
        seeds.seeds.register("payments", (57, payment_seeds.fill))
        staff_pages.register("manage_money", StaffPage(_("Money"), "manage_money", 60, (Role.ORGANISER,), "money"))
        staff_pages.register(
            "manage_invoices", StaffPage(_("Invoices"), "manage_invoices", 61, (Role.ORGANISER,), "money")
        )
        staff_pages.register(
            "manage_coupons", StaffPage(_("Coupons"), "manage_coupons", 71, (Role.ORGANISER,), "money")
        )
        page_cache.watch("packages", self, only={"package": ""})
        subscription_letters.register()
        staff_pages.register("manage_plans", StaffPage(_("Plans"), "manage_plans", 70, (Role.ORGANISER,), "money"))
        if services.is_set_up():
            nav.add(
                nav.Place(
                    _("Payments"),
                    "orders",
                    order=40,
                    section="money",
                    about=_("Receipts, refunds, what is still to be paid"),
                    is_near=True,
                ),
                nav.Place(_("Wallet"), "wallet", order=41, section="money", about=_("Credit, vouchers, when they end")),
                nav.Place(
                    _("Subscription"),
                    "own_subscription",
                    order=42,
                    section="money",
                    about=_("Your plan, and how to end it"),
                ),
                nav.Place(
                    _("Earnings"),
                    "earnings",
                    order=43,
                    section="teaching",
                    about=_("What you earned, line by line, and when it is paid out"),
                ),
                nav.Place(_("Subscriptions"), "plans", order=35, section="learn"),
            )
