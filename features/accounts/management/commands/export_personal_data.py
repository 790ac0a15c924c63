import json

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from features.accounts.models import User
from features.accounts.personal_data import export_all


class Command(BaseCommand):
    help = "Print everything the site knows about one person, as JSON."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *args, email, **options):
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError("Nobody here has this address. Addresses are compared in small letters.")
        self.stdout.write(json.dumps(export_all(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
