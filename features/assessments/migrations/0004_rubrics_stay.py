from django.db import migrations

# Never change what work was judged by: other words are another rubric. Who made it may be forgotten.
RUBRICS_STAY = """
    CREATE FUNCTION assessments_rubrics_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (NEW.digest, NEW.content) IS DISTINCT FROM (OLD.digest, OLD.content) THEN
            RAISE EXCEPTION 'a rubric is never changed: make another one' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER rubrics_stay BEFORE UPDATE ON assessments_rubric
        FOR EACH ROW EXECUTE FUNCTION assessments_rubrics_stay();
"""
NO_MORE = """
    DROP TRIGGER rubrics_stay ON assessments_rubric;
    DROP FUNCTION assessments_rubrics_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_work")]
    operations = [migrations.RunSQL(RUBRICS_STAY, NO_MORE)]
