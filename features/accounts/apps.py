from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "features.accounts"
    label = "accounts"
