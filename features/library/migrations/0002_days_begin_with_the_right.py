from django.db import migrations, models
from django.db.models import F


def as_before(apps, schema_editor):
    """Whoever has begun goes on by the days they were told."""
    apps.get_model("library", "Enrolment").objects.update(opened_at=F("started_at"))


class Migration(migrations.Migration):
    dependencies = [("library", "0001_library")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="opened_at",
            field=models.DateTimeField(
                help_text="Since when all of it may be read: days count from here. Null: its free lessons were tried",
                null=True,
            ),
        ),
        migrations.RunPython(as_before, migrations.RunPython.noop, elidable=True),
    ]
