from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0008_two_sides'),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='cause',
            field=models.CharField(choices=[('flags', 'Reported'), ('first', 'First post'), ('edit', 'Suggested edit'), ('dispute', 'Two sides say different things'), ('changed', 'Changed, waits to be shown')], max_length=10),
        ),
    ]
