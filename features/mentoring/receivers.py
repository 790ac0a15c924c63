"""What changes whose lists: goals, claims, languages, hours, levels, the place where somebody lives."""

from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete, post_save

from features.calendar.models import WeeklyHours
from features.mentoring import services
from features.skills.models import Goal, PersonSkill, SpokenLanguage
from features.skills.signals import levels_changed

OF_PEOPLE = (Goal, PersonSkill, SpokenLanguage, WeeklyHours)
WHERE = {"time_zone", "languages", "is_active", "suspended_until"}


def connect():
    for model in OF_PEOPLE:
        post_save.connect(said_otherwise, sender=model, dispatch_uid=f"matching {model.__name__}")
        post_delete.connect(said_otherwise, sender=model, dispatch_uid=f"matching {model.__name__} gone")
    post_save.connect(lives_elsewhere, sender=get_user_model(), dispatch_uid="matching by zone")
    levels_changed.connect(levels_are_others)


def said_otherwise(sender, instance, origin=None, **kwargs):
    if isinstance(origin, sender) or origin is None or getattr(origin, "model", None) is sender:
        services.mark_dirty([instance.person_id], sender._meta.model_name)


def lives_elsewhere(sender, instance, created, update_fields, **kwargs):
    if not created and update_fields is not None and WHERE & set(update_fields):
        services.mark_dirty([instance.pk], "person")


def levels_are_others(sender, people, **kwargs):
    services.mark_dirty(services.those_in_lists(people), "level")
