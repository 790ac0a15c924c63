from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('mentoring', '0015_both_speak_at_the_end'),
    ]

    operations = [
        migrations.AddField(
            model_name='bookingrules',
            name='travel_from',
            field=models.DateField(blank=True, null=True, verbose_name='travelling from'),
        ),
        migrations.AddField(
            model_name='bookingrules',
            name='travel_until',
            field=models.DateField(blank=True, null=True, verbose_name='travelling until'),
        ),
        migrations.AddField(
            model_name='bookingrules',
            name='travel_zone',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='on the clocks of'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='bookingrules',
            constraint=models.CheckConstraint(
                condition=Q(travel_from=None, travel_until=None, travel_zone='')
                | (Q(travel_from__isnull=False, travel_until__gte=F('travel_from')) & ~Q(travel_zone='')),
                name='journey_is_whole',
            ),
        ),
    ]
