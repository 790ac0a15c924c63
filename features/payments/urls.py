from django.urls import path

from features.payments.views import manage, orders, webhook

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
]
