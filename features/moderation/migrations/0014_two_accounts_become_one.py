import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# The log says the same as ever, but whose words it was about, and who decided, once two accounts have become one.
FUNCTION = """
CREATE OR REPLACE FUNCTION moderation_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    merging boolean := current_setting('moderation.merging', true) = 'on';
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('moderation.removal', true) = 'on' THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.words IN (OLD.words, '')) AND (NEW.by_id IS NULL OR NEW.by_id = OLD.by_id%(people)s)
           AND (NEW.person_id IS NULL OR NEW.person_id = OLD.person_id%(people)s)
           AND (NEW.id, NEW.act, NEW.kind, NEW.ref, NEW.place, NEW.reason, NEW.done_at, NEW.before)
               = (OLD.id, OLD.act, OLD.kind, OLD.ref, OLD.place, OLD.reason, OLD.done_at, OLD.before)
           AND (NEW.scope = OLD.scope OR merging)
           AND NEW.undoes_id IS NOT DISTINCT FROM OLD.undoes_id THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'the moderation log is append-only: %% refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
FOLLOWS_ITS_PERSON = FUNCTION % {"people": " OR merging"}
KEEPS_ITS_PERSON = FUNCTION % {"people": ""}


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0013_support_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.CharField(help_text='That of the account that is no more', max_length=30)),
                ('reason', models.CharField(max_length=300)),
                ('counts', models.JSONField(default=dict, help_text='By column: how many rows went over, and how many away')),
                ('merged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='merged_into', to=settings.AUTH_USER_MODEL)),
                ('staying', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['staying', '-merged_at'], name='merges_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('staying', models.F('merged')), _negated=True), name='two_accounts_become_one'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='merge_has_a_reason')],
            },
        ),
        migrations.RunSQL(FOLLOWS_ITS_PERSON, KEEPS_ITS_PERSON),
    ]
