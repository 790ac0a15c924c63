"""The tables of an empty database, made from the models at once.

A new site would otherwise go through every step of the past, and before each step Django draws all models anew: half a
minute of processor time for 160 tables, against two seconds this way. What migrations say in SQL (triggers, storage) is
run as well; what they do to rows has nothing to do here. A test compares both ways column by column.
"""

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunSQL


def make_tables() -> bool:
    """False, and nothing is done, where there are tables. All that `migrate` has left to do then is its signals."""
    if connection.introspection.table_names():
        return False
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    with transaction.atomic():  # all of it, or nothing that a second start would take for whole
        _make(executor, plan)
    return True


def _make(executor, plan) -> None:
    with connection.schema_editor(atomic=True) as editor:
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
    with connection.schema_editor(atomic=True) as editor:
        for migration in plan:
            for operation in migration.operations:
                if isinstance(operation, RunSQL):
                    operation.database_forwards(migration.app_label, editor, None, None)
        executor.recorder.ensure_schema()
        rows = executor.recorder.migration_qs
        rows.bulk_create(executor.recorder.Migration(app=step.app_label, name=step.name) for step in plan)
