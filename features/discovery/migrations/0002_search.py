import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("discovery", "0001_initial")]

    operations = [
        migrations.AddField(
            "document",
            "starts_at",
            models.DateTimeField(null=True, help_text="When it takes place: what is to come is found first"),
        ),
        migrations.AddField("document", "standing", models.PositiveSmallIntegerField(default=10)),
        migrations.AddIndex("document", models.Index(fields=["updated_at"], name="document_by_change")),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30))),
            ],
            options={"indexes": [django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="word_keys")]},
        ),
        # Texts and vectors are kept beside the row, so that counting and choosing among thousands of rows reads little.
        migrations.RunSQL("ALTER TABLE discovery_document SET (toast_tuple_target = 128)", migrations.RunSQL.noop),
        # What was published lately waits unsorted beside the index, and every search reads through it: an eighth of the
        # usual length is a few milliseconds.
        migrations.RunSQL("ALTER INDEX document_words SET (gin_pending_list_limit = 512)", migrations.RunSQL.noop),
    ]
