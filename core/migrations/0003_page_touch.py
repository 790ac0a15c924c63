import django.db.models.functions.datetime
from django.db import migrations, models

import core.models


class Migration(migrations.Migration):

    dependencies = [("core", "0002_idempotency_key")]

    operations = [
        migrations.CreateModel(
            name="PageTouch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=40)),
                ("xid", core.models.Xid()),
                ("touched_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("topic", "xid"), name="touched_once_a_transaction")],
            },
        ),
        migrations.RunSQL("ALTER TABLE core_pagetouch SET UNLOGGED", migrations.RunSQL.noop),
    ]
