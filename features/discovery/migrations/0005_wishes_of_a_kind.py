from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discovery", "0004_wishes")]

    operations = [
        migrations.RemoveConstraint(model_name="wish", name="one_wish_per_words"),
        migrations.AddField(
            model_name="wish",
            name="kind",
            field=models.CharField(blank=True, default="", max_length=30),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(fields=("person", "key", "kind"), name="one_wish_per_words"),
        ),
    ]
