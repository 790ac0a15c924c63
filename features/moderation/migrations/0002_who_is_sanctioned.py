from django.db import migrations


def say_who_is(apps, schema_editor):
    sanctions = apps.get_model("moderation", "Sanction").objects.filter(lifted_at=None)
    people = apps.get_model("accounts", "User").objects
    people.filter(pk__in=sanctions.values("person")).update(is_sanctioned=True)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial"), ("accounts", "0004_user_is_sanctioned")]

    operations = [migrations.RunPython(say_who_is, migrations.RunPython.noop)]
