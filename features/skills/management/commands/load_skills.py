from django.core.management.base import BaseCommand

from features.skills.services import load_starter


class Command(BaseCommand):
    help = "Add the starter set of skills. What the site already calls something else is left as it is."

    def handle(self, **options):
        self.stdout.write(f"{load_starter()} skills added.")
