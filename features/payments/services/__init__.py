"""The verbs of this feature. Pages, API, jobs and other features call these; there is no second rule set."""

from features.payments.policies import Preset, Quote, policy, policy_words
from features.payments.services.books import balances, book
from features.payments.services.checkout import CheckoutRefused, checkout_url, end_hold, end_holds, leave, look
from features.payments.services.coupons import (
    Priced,
    find_coupon,
    make_coupon,
    on_sale,
    price_lists,
    reduced,
    use_coupon,
    uses_of,
    why_not,
    withdraw_coupon,
)
from features.payments.services.credits import (
    buy_package,
    give_back_credits,
    offer_package,
    packages_of,
    refund_worth,
    refund_worths,
    withdraw_package,
)
from features.payments.services.disputes import can_go_back
from features.payments.services.earnings import Earned, debts, earned_with, release_earnings
from features.payments.services.entitlements import end_entitlements, entitle, entitle_many, entitled, entitled_to
from features.payments.services.events import Handler, forget_events, handlers, pull_events, receive
from features.payments.services.gifts import give, give_back_gift, may_give_back_gift, take
from features.payments.services.incidents import report, resolve
from features.payments.services.invoicing import forget_demo, is_vat_id, save_billing_details, seller
from features.payments.services.orders import (
    Fulfilment,
    GoneMeanwhile,
    Line,
    OrderRefused,
    asked_for,
    fulfilments,
    is_set_up,
    lock_order,
    open_order,
    order_of,
    price_of,
    release,
    settle,
)
from features.payments.services.paid import paid_things
from features.payments.services.payout_accounts import (
    apply_account,
    dashboard_url,
    look_at_account,
    may_be_paid,
    onboarding_url,
    selling_begins,
)
from features.payments.services.plans import save_plan, withdraw_plan
from features.payments.services.prices import lowest_price, why_not_price
from features.payments.services.reconciling import reconcile, since_of
from features.payments.services.refunds import (
    ask_refund,
    give_credit_back,
    paid_for,
    refund_by_organiser,
    refund_quote,
    refund_thing,
    send_refund,
)
from features.payments.services.refunds_again import refunds_after_dispute
from features.payments.services.rights import right_of, rights_in, use_right
from features.payments.services.selling import (
    EntitlementFulfilment,
    SaleRefused,
    end_purchase,
    key_pages,
    purchase_of,
    sell,
)
from features.payments.services.spending import credits_left, return_credit, spend_credit
from features.payments.services.subscription_mirror import end_surplus
from features.payments.services.subscription_refunds import (
    RefundRefused,
    refund_subscription,
    send_subscription_refund,
)
from features.payments.services.subscriptions import end_at_once, end_row, go_on_paused, remind_of_charges
from features.payments.services.taking import sync_checkout
from features.payments.services.till import credit_comes_back, credits_for, pay_with_credit
from features.payments.services.transfers import send_reversal, send_transfer, try_again, try_transfer_again

__all__ = [
    "CheckoutRefused",
    "Earned",
    "EntitlementFulfilment",
    "Fulfilment",
    "GoneMeanwhile",
    "Handler",
    "Line",
    "OrderRefused",
    "Preset",
    "Priced",
    "Quote",
    "RefundRefused",
    "SaleRefused",
    "apply_account",
    "ask_refund",
    "asked_for",
    "balances",
    "book",
    "buy_package",
    "can_go_back",
    "checkout_url",
    "credit_comes_back",
    "credits_for",
    "credits_left",
    "dashboard_url",
    "debts",
    "earned_with",
    "end_at_once",
    "end_entitlements",
    "end_hold",
    "end_holds",
    "end_purchase",
    "end_row",
    "end_surplus",
    "entitle",
    "entitle_many",
    "entitled",
    "entitled_to",
    "find_coupon",
    "forget_demo",
    "forget_events",
    "fulfilments",
    "give",
    "give_back_credits",
    "give_back_gift",
    "give_credit_back",
    "go_on_paused",
    "handlers",
    "is_set_up",
    "is_vat_id",
    "key_pages",
    "leave",
    "lock_order",
    "look",
    "look_at_account",
    "lowest_price",
    "make_coupon",
    "may_be_paid",
    "may_give_back_gift",
    "offer_package",
    "on_sale",
    "onboarding_url",
    "open_order",
    "order_of",
    "packages_of",
    "paid_for",
    "paid_things",
    "pay_with_credit",
    "policy",
    "policy_words",
    "price_lists",
    "price_of",
    "pull_events",
    "purchase_of",
    "receive",
    "reconcile",
    "reduced",
    "refund_by_organiser",
    "refund_quote",
    "refund_subscription",
    "refund_thing",
    "refund_worth",
    "refund_worths",
    "refunds_after_dispute",
    "release",
    "release_earnings",
    "remind_of_charges",
    "report",
    "resolve",
    "return_credit",
    "right_of",
    "rights_in",
    "save_billing_details",
    "save_plan",
    "sell",
    "seller",
    "selling_begins",
    "send_refund",
    "send_reversal",
    "send_subscription_refund",
    "send_transfer",
    "settle",
    "since_of",
    "spend_credit",
    "sync_checkout",
    "take",
    "try_again",
    "try_transfer_again",
    "use_coupon",
    "use_right",
    "uses_of",
    "why_not",
    "why_not_price",
    "withdraw_coupon",
    "withdraw_package",
    "withdraw_plan",
]
