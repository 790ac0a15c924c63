from django.db import migrations

# The log says the same as ever, but for whose area it is once two areas have become one.
FUNCTION = """
CREATE OR REPLACE FUNCTION moderation_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('moderation.removal', true) = 'on' THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.words IN (OLD.words, '')) AND (NEW.by_id IS NULL OR NEW.by_id = OLD.by_id)
           AND (NEW.person_id IS NULL OR NEW.person_id = OLD.person_id)
           AND (NEW.id, NEW.act, NEW.kind, NEW.ref, NEW.place, NEW.reason, NEW.done_at, NEW.before)
               = (OLD.id, OLD.act, OLD.kind, OLD.ref, OLD.place, OLD.reason, OLD.done_at, OLD.before)
           AND (NEW.scope = OLD.scope%s)
           AND NEW.undoes_id IS NOT DISTINCT FROM OLD.undoes_id THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'the moderation log is append-only: %% refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""
FOLLOWS_ITS_AREA = FUNCTION % " OR current_setting('moderation.merging', true) = 'on'"
KEEPS_ITS_AREA = FUNCTION % ""


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0010_alter_case_cause'),
    ]

    operations = [migrations.RunSQL(FOLLOWS_ITS_AREA, KEEPS_ITS_AREA)]
