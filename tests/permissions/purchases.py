"""What is paid in advance: one's own wallet and subscription, what experts sell, what the organiser offers."""


def _pk(name):
    return lambda w: [getattr(w, name).pk]


ARGUMENTS = {
    "manage_transfer": _pk("transfer"),
    "credits_refund": _pk("lot"),
    "package": _pk("package"),
    "package_withdrawal": _pk("package"),
    "plan_start": _pk("plan"),
    "plan_change": _pk("plan"),
    "manage_plan": _pk("plan"),
    "coupon": lambda w: [w.coupon.code],
    "coupon_withdrawal": _pk("coupon"),
    "manage_refund": _pk("payment"),
    "manage_order": lambda w: [w.payment.order.public_id],
    "manage_subscription_payment": _pk("subscription_payment"),
    "manage_subscription_refund": _pk("subscription_payment"),
    "plan_gift": _pk("plan"),
    "gift": lambda w: [w.gift.code],
    "gift_withdrawal": lambda w: [w.gift.code],
    "receipt": lambda w: [w.invoice.number],
    "invoice_file": lambda w: [w.invoice.number],
    "manage_invoice_file": lambda w: [w.invoice.number],
    "work_purchase": _pk("paid_work"),
    "work_refund": _pk("paid_work"),
}
SECRET = {"gift"}  # whoever has the address can take it
PLAN = {"name": "Plan", "about": "All", "interval": "month", "trial_days": "0", "price": "9"}
BODIES = {
    ("packages", "POST"): lambda w: {"scope": "session", "units": "5", "price": "99", "valid_days": "90"},
    ("subscription_act", "POST"): lambda w: {"act": "cancel"},
    ("manage_plans", "POST"): lambda w: PLAN,
    ("manage_plan", "POST"): lambda w: PLAN,
}

TABLE = """
#                       stranger unverif. member owner expert moderat. moderator+ organiser
wallet              GET  login    login    200    200   200    200      200        200
credits_refund      POST login    login    404    303   404    404      404        404
packages            GET  login    login    404    404   200    404      404        404
packages            POST login    login    404    404   422    404      404        404
package             GET  200
package             POST login    login    303    303   303    303      303        303
package_withdrawal  POST login    login    404    404   303    404      404        404
plans               GET  200
plan_start          POST login    login    303    303   303    303      303        303
plan_change         GET  login    login    302    302   302    302      302        302
plan_change         POST login    login    303    303   303    303      303        303
own_subscription    GET  login    login    200    200   200    200      200        200
subscription_act    POST login    login    303    303   303    303      303        303
manage_plans        GET  login    login    404    404   404    mfa      404        200
manage_plans        POST login    login    404    404   404    mfa      404        422
manage_plan         GET  login    login    404    404   404    mfa      404        200
manage_plan         POST login    login    404    404   404    mfa      404        422
coupons             GET  login    login    404    404   200    404      404        404
coupons             POST login    login    404    404   422    404      404        404
coupon              GET  200
coupon_withdrawal   POST login    login    404    404   303    404      404        303
manage_coupons      GET  login    login    404    404   404    mfa      404        200
manage_coupons      POST login    login    404    404   404    mfa      404        422
plan_gift           GET  login    login    200    200   200    200      200        200
plan_gift           POST login    login    303    303   303    303      303        303
gift                GET  200
gift                POST login    login    303    303   303    303      303        303
gift_withdrawal     POST login    login    404    303   404    404      404        404
receipts            GET  login    login    200    200   200    200      200        200
receipts_file       GET  login    login    200    200   200    200      200        200
receipt             GET  login    login    404    200   404    404      404        404
invoice_file        GET  login    login    404    200   404    404      404        404
billing             GET  login    login    200    200   200    200      200        200
billing             POST login    login    422    422   422    422      422        422
manage_refund       GET  login    login    404    404   404    mfa      404        200
manage_refund       POST login    login    404    404   404    mfa      404        422
manage_movements    GET  login    login    404    404   404    mfa      404        404
manage_movements    POST login    login    404    404   404    mfa      405        405
manage_order        GET  login    login    404    404   404    mfa      404        200
manage_order        POST login    login    404    404   404    mfa      405        405
manage_subscription_payment GET login login 404   404   404    mfa      404        200
manage_subscription_payment POST login login 404  404   404    mfa      405        405
manage_subscription_refund GET login login  404   404   404    mfa      404        200
manage_subscription_refund POST login login 404   404   404    mfa      404        422
manage_invoices     GET  login    login    404    404   404    mfa      404        200
manage_invoices     POST login    login    404    404   404    mfa      405        405
manage_invoices_file GET login    login    404    404   404    mfa      404        200
manage_invoices_file POST login    login    404    404   404    mfa      405        405
manage_invoice_file GET  login    login    404    404   404    mfa      404        200
manage_invoice_file POST login    login    404    404   404    mfa      405        405
earnings            GET  login    login    200    200   200    200      200        200
earnings_file       GET  login    login    200    200   200    200      200        200
payout_onboarding   POST login    login    302    422   302    302      again      again
payout_account      POST login    login    302    303   302    302      again      again
manage_transfer     GET  login    login    404    404   404    mfa      405        405
manage_transfer     POST login    login    404    404   404    mfa      404        303
work_purchase       POST login    login    303    303   303    303      303        303
work_refund         GET  login    login    302    302   302    302      302        302
work_refund         POST login    login    303    303   303    303      303        303
"""
