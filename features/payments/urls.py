from django.urls import path

from features.payments.views import orders, webhook

urlpatterns = [
    path("payments/webhook/", webhook.webhook, name="stripe_webhook"),
    path("payments/orders/<str:public_id>/", orders.order, name="order"),
    path("payments/orders/<str:public_id>/checkout/", orders.checkout, name="order_checkout"),
    path("payments/orders/<str:public_id>/departure/", orders.departure, name="order_departure"),
    path("payments/orders/<str:public_id>/look/", orders.look, name="order_look"),
    path("account/payments/", orders.orders, name="orders"),
]
