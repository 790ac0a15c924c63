from django.core.management.base import BaseCommand

from features.skills.services import recount_levels


class Command(BaseCommand):
    help = "Count every level again from its causes. What is found different from them is mended and counted."

    def handle(self, **options):
        self.stdout.write(f"{recount_levels()} levels were not what their causes come to.")
