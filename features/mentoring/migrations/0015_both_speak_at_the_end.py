from django.db import migrations, models
from django.db.models import F


def keep_what_was_said(apps, schema_editor):
    """Whoever ended it has spoken."""
    ended = apps.get_model("mentoring", "Engagement").objects.filter(ended_at__isnull=False)
    for side in ("mentor", "mentee"):
        said = {f"{side}_summary": F("summary"), f"{side}_said_at": F("ended_at")}
        ended.filter(ended_by=F(side)).update(**said)


class Migration(migrations.Migration):

    dependencies = [
        ('mentoring', '0014_says_met'),
    ]

    operations = [
        migrations.AddField(
            model_name='engagement',
            name='mentee_said_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='engagement',
            name='mentee_summary',
            field=models.TextField(blank=True, default='', max_length=2000),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='engagement',
            name='mentor_said_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='engagement',
            name='mentor_summary',
            field=models.TextField(blank=True, default='', max_length=2000),
            preserve_default=False,
        ),
        migrations.RunPython(keep_what_was_said, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='engagement',
            name='summary',
        ),
    ]
