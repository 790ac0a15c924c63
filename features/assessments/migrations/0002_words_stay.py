from django.db import migrations

# A version is what people answered and what results were computed from: its words and its key never change. Who wrote it
# may be forgotten.
WORDS_STAY = """
    CREATE FUNCTION assessments_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.item_id, NEW.number, NEW.kind, NEW.text, NEW.html, NEW.content, NEW.explanation, NEW.digest)
            IS DISTINCT FROM (OLD.item_id, OLD.number, OLD.kind, OLD.text, OLD.html, OLD.content, OLD.explanation, OLD.digest)
        THEN
            RAISE EXCEPTION 'a version of an item is never changed: write a new one' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER words_stay BEFORE UPDATE ON assessments_itemversion
        FOR EACH ROW EXECUTE FUNCTION assessments_words_stay();
"""
NO_MORE = """
    DROP TRIGGER words_stay ON assessments_itemversion;
    DROP FUNCTION assessments_words_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]
    operations = [migrations.RunSQL(WORDS_STAY, NO_MORE)]
