from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "features.payments"
    label = "payments"
