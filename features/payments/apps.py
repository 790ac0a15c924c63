from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "features.payments"
    label = "payments"

    def ready(self):
        from features.accounts.personal_data import PersonalData, personal_data
        from features.payments import own_data

        personal_data.register("payments", PersonalData(own_data.export, own_data.erase))
