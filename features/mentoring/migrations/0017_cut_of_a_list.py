from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('mentoring', '0016_travel'),
    ]

    operations = [
        migrations.AddField('matchlist', 'cut_mentor', models.BigIntegerField(null=True)),
        migrations.AddField('matchlist', 'cut_score', models.IntegerField(null=True)),
        migrations.RunSQL(
            'UPDATE mentoring_matchlist'
            ' SET cut_mentor = mentors[cardinality(mentors)], cut_score = scores[cardinality(scores)]'
            ' WHERE cardinality(mentors) >= 50',
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            'matchlist',
            models.CheckConstraint(
                condition=Q(cut_mentor=None, cut_score=None) | Q(cut_mentor__isnull=False, cut_score__isnull=False),
                name='cut_is_whole',
            ),
        ),
    ]
