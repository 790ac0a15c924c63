import django.db.models.deletion
from django.db import migrations, models

# What has begun goes on by the rules of today, the nearest that is known.
ATTEMPTS = """
    UPDATE assessments_attempt attempt SET
        rules = jsonb_build_object(
            'mode', bank.mode, 'most', bank.most, 'error', bank.error, 'penalty', bank.penalty,
            'pass_percent', bank.pass_percent
        ),
        out_of = CASE WHEN attempt.points IS NOT NULL THEN LEAST(bank.most, cardinality(attempt.drawn)) END
    FROM assessments_bank bank WHERE bank.id = attempt.bank_id
"""
# An example is of the task's rubric if it has points for each of its criteria; others count for none.
EXAMPLES = """
    UPDATE assessments_example example SET rubric_id = task.rubric_id
    FROM assessments_task task JOIN assessments_rubric rubric ON rubric.id = task.rubric_id
    WHERE task.id = example.task_id AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(rubric.content) criterion
        WHERE NOT jsonb_exists(example.scores, criterion ->> 'key')
    )
"""


def fill(apps, schema_editor):
    schema_editor.execute(ATTEMPTS)
    schema_editor.execute(EXAMPLES)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0006_talks")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="rules",
            field=models.JSONField(default=dict, help_text="The bank's, as they were when it began"),
        ),
        migrations.AddField(
            model_name="attempt",
            name="out_of",
            field=models.PositiveSmallIntegerField(help_text="Of a quiz: the points that there were", null=True),
        ),
        migrations.AddField(
            model_name="example",
            name="rubric",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="examples",
                to="assessments.rubric",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
