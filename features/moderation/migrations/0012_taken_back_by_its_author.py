from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0011_areas_that_became_one'),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='outcome',
            field=models.CharField(blank=True, choices=[('acted', 'Something was done'), ('kept', 'It stays as it is'), ('ignored', 'Closed without a word on who was right'), ('gone', 'Its author took it back')], max_length=8),
        ),
    ]
