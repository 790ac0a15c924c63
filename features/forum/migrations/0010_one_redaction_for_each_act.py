import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forum', '0009_threads_an_author_wrote_in'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='redaction',
            name='html',
        ),
        migrations.AddField(
            model_name='redaction',
            name='passage',
            field=models.TextField(default='', help_text='What was taken out; empty: all of it'),
        ),
        migrations.AddField(
            model_name='redaction',
            name='title',
            field=models.CharField(default='', help_text='Of the thread, where the post opens it', max_length=150),
        ),
        migrations.AlterField(
            model_name='redaction',
            name='post',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='redactions', to='forum.post'),
        ),
    ]
