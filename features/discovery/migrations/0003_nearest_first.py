import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

KEYS = (
    "ARRAY[id >> 6 << 6 | 12 | (standing > 10)::int, id >> 9 << 6 | 18 | (standing > 10)::int, "
    "id >> 12 << 6 | 24 | (standing > 10)::int, id >> 15 << 6 | 30 | (standing > 10)::int, "
    "id >> 18 << 6 | 36 | (standing > 10)::int, id >> 21 << 6 | 42 | (standing > 10)::int, "
    "id >> 24 << 6 | 48 | (standing > 10)::int]"
)


class Migration(migrations.Migration):
    dependencies = [("discovery", "0002_search")]

    operations = [
        # A large site's index takes longer to make than a page may take to answer.
        migrations.RunSQL("SET LOCAL statement_timeout = 0", migrations.RunSQL.noop),
        migrations.RemoveIndex("document", "document_words"),
        migrations.AddIndex(
            "document",
            django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    output_field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                    template=KEYS,
                ),
                models.F("words"),
                name="document_words",
            ),
        ),
        # The index is a new one: what 0002_search said of the old.
        migrations.RunSQL("ALTER INDEX document_words SET (gin_pending_list_limit = 512)", migrations.RunSQL.noop),
    ]
