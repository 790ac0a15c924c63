from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mentoring', '0013_hours_held'),
    ]

    operations = [
        migrations.AddField(
            model_name='booking',
            name='mentee_says_met_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='booking',
            name='mentor_says_met_at',
            field=models.DateTimeField(null=True),
        ),
    ]
