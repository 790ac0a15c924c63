"""What makes somebody found under another name, or by other people, and is changed elsewhere than on their profile."""

from allauth.account.models import EmailAddress
from django.db.models.signals import post_save
from django.dispatch import receiver

from features.accounts.models import RoleGrant, User
from features.profiles import services
from features.sessions.models import SkillSession

IN_THE_SEARCH = {"name", "handle", "headline", "languages", "is_active"}


@receiver(post_save, sender=User)
def person_saved(instance, update_fields, **kwargs):
    if update_fields is None or IN_THE_SEARCH & set(update_fields):
        services.publish_person(instance)


@receiver(post_save, sender=EmailAddress)
def has_come_in(instance, **kwargs):
    """However an address was proved: by a letter, by another site, or by whoever made the account."""
    if instance.verified:
        services.publish_person(instance.user)


@receiver(post_save, sender=RoleGrant)
def role_changed(instance, **kwargs):
    services.publish_person(instance.person)


@receiver(post_save, sender=SkillSession)
def session_saved(instance, **kwargs):
    """A first session makes its host's page one for everybody."""
    if instance.is_published:
        services.publish_person(instance.host)
