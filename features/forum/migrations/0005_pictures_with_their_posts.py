from django.db import migrations, models
from django.db.models import Q

# They were open to whoever had their address; now they are seen with the post in which they stand.
PRIVATE = "UPDATE accounts_storedfile SET is_public = false WHERE kind = 'post' AND is_public"


class Migration(migrations.Migration):
    dependencies = [("forum", "0004_curating"), ("accounts", "0007_terms")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(condition=Q(text__contains="/files/"), fields=["author"], name="posts_with_pictures"),
        ),
        migrations.RunSQL(PRIVATE, migrations.RunSQL.noop),
    ]
