from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forum', '0013_the_latest_of_an_author'),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='is_aside',
            field=models.BooleanField(db_default=False, default=False, help_text='Came here by a merge, and was not written as an answer: a question does not count it as one'),
        ),
    ]
