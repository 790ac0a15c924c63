"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things

ACTS = {
    "coupon.made": AuditAct(_("made a code"), None),
    "coupon.withdrawn": _("withdrew a code"),
    "coupon.restored": _("put a code back"),
    "payment.refunded": _("paid back"),
    "subscription.refunded": _("paid back a subscription"),
    "plan.saved": AuditAct(_("changed a plan"), None),
    "plan.withdrawn": _("withdrew a plan"),
    "payments.transfer_tried_again": _("tried a transfer again"),
    "payments.incident_resolved": _("settled what was wrong with a payment"),
}
THINGS = {
    "coupon": AuditThing(_("Code")),
    "payment": AuditThing(_("Payment")),
    "refund": AuditThing(_("Refund")),
    "subscription_payment": AuditThing(_("Payment for a subscription"), "manage_subscription_payment"),
    "plan": AuditThing(_("Plan"), "manage_plan"),
    "transfer": AuditThing(_("Transfer")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
