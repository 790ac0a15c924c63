"""`python -m tests.steps`: `migrate --step-by-step` at a quarter of its cost.

Before each step Django draws all models anew that are related to the one that it changes, which are all. An index or a
constraint needs no model drawn anew before another kind of step looks at that model; models and columns that are added
one after the other need it once, and only they: those that point to them still know their table. All the others are
drawn before a step of another kind. What every step sends to the database is the same, in the same order.
"""

import os
from itertools import groupby

import django
from django.core.management import call_command
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration

from core import garbage

UNSEEN = (AddIndex, AddConstraint)  # they are looked up in the state by name, and their columns in the model
TOGETHER = (CreateModel, AddField)  # what each reads of a model is what itself has added
plain_apply = Migration.apply


def apply(migration, state, editor, collect_sql=False):
    if not (editor.atomic_migration and migration.atomic):
        _draw_all(state)
        return plain_apply(migration, state, editor, collect_sql)
    for kind, steps in groupby(migration.operations, key=type):
        if kind in UNSEEN or kind in TOGETHER:
            _run(migration.app_label, state, editor, kind, list(steps))
        else:
            for step in steps:
                _draw_all(state)
                before = state.clone()
                step.state_forwards(migration.app_label, state)
                step.database_forwards(migration.app_label, editor, before, state)
    return state


def _run(app_label, state, editor, kind, steps):
    before = state.clone() if kind is AddField else state
    drawn = state.__dict__.pop("apps")
    for step in steps:
        step.state_forwards(app_label, state)
    state.__dict__["apps"] = drawn
    state.is_drawn = False
    if kind in TOGETHER:
        names = {(step.name if kind is CreateModel else step.model_name).lower() for step in steps}
        for name in names:
            state.apps.unregister_model(app_label, name)
        state.apps.render_multiple([state.models[app_label, name] for name in names])
    for step in steps:
        step.database_forwards(app_label, editor, before, state)


def _draw_all(state):
    if not getattr(state, "is_drawn", True):
        state.is_drawn = True
        del state.apps
        _ = state.apps  # or the copy of before would draw them once more


if __name__ == "__main__":
    garbage.leave_it()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()
    Migration.apply = apply
    call_command("migrate", step_by_step=True, skip_checks=True, verbosity=0)
