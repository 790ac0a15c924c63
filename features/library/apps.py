from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "features.library"
    label = "library"
