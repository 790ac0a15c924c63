from django.core.management.base import BaseCommand, CommandError

from features.profiles.services import demo_removal


class Command(BaseCommand):
    help = "Take the demo world out: invented people and all that hangs on them. Without --yes it only says what goes."

    def add_arguments(self, parser):
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *args, yes, **options):
        if not yes:
            self._tell(demo_removal.look())
            self.stdout.write("Nothing was changed. Run it with --yes to remove this.")
            return
        try:
            found = demo_removal.remove_demo(by=None)
        except demo_removal.RemovalRefused as refused:
            way = "Make one first: manage.py createsuperuser, then give others the role organiser at /manage/people/."
            raise CommandError(f"{refused} {way}") from refused
        self._tell(found)
        self.stdout.write("Gone." if found.ids(demo_removal.User) else "There is no demo world here.")

    def _tell(self, found):
        for name, number in demo_removal.words_for(found):
            self.stdout.write(f"{number:8} {name}")
        for model, number in found.of_real_people.items():
            if number:
                self.stdout.write(f"{number:8} {model._meta.verbose_name_plural} of real people among them")
