from django.urls import path

from features.payments.views import manage, orders, subscriptions, wallet, webhook

urlpatterns = [
    path("payments/webhook/", webhook.webhook, name="stripe_webhook"),
    path("payments/orders/<str:public_id>/", orders.order, name="order"),
    path("payments/orders/<str:public_id>/checkout/", orders.checkout, name="order_checkout"),
    path("payments/orders/<str:public_id>/departure/", orders.departure, name="order_departure"),
    path("payments/orders/<str:public_id>/look/", orders.look, name="order_look"),
    path("account/payments/", orders.orders, name="orders"),
    path("manage/money/", manage.overview, name="manage_money"),
    path("manage/money/books.csv", manage.entries_file, name="manage_money_file"),
    path("manage/money/incidents/<int:pk>/", manage.resolution, name="manage_incident"),
    path("account/wallet/", wallet.wallet, name="wallet"),
    path("account/wallet/<int:pk>/refund/", wallet.give_back, name="credits_refund"),
    path("packages/", wallet.packages, name="packages"),
    path("packages/<int:pk>/", wallet.package, name="package"),
    path("packages/<int:pk>/withdrawal/", wallet.withdrawal, name="package_withdrawal"),
    path("plans/", subscriptions.plans, name="plans"),
    path("plans/<int:pk>/start/", subscriptions.begin, name="plan_start"),
    path("plans/<int:pk>/change/", subscriptions.change, name="plan_change"),
    path("account/subscription/", subscriptions.own, name="own_subscription"),
    path("account/subscription/act/", subscriptions.act, name="subscription_act"),
    path("manage/plans/", subscriptions.manage, name="manage_plans"),
    path("manage/plans/<int:pk>/", subscriptions.manage_plan, name="manage_plan"),
]
