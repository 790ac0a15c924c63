"""Answers as causes of a skill: the one that solved a question, and those that others found good."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.forum import services
from features.forum.models import Post, State
from features.skills import services as skills


def tell_accepted(keys, viewer):
    return _tell(keys, _("Solved “%(title)s”"))


def tell_valued(keys, viewer):
    return _tell(keys, _("An answer to “%(title)s” that others voted up"))


def _tell(keys, pattern):
    """Answers are public, so everybody is told the same."""
    numbers = [int(key.partition(":")[2]) for key in keys]
    posts = Post.objects.shown().filter(pk__in=numbers, thread__state=State.SHOWN).select_related("thread")
    return {
        f"post:{post.pk}": skills.Told(pattern % {"title": post.thread.title}, post.get_absolute_url())
        for post in posts
    }


def register():
    skills.sources.register(
        services.ACCEPTED,
        skills.Source(
            rule=skills.Rule(reach=4, weight=2),
            points=10,
            basis=gettext_lazy("Answered"),
            words=gettext_lazy("Solved somebody's question"),
            why=gettext_lazy("An answer in the forum about the skill that who asked marked as the one that solved it."),
            tell=tell_accepted,
        ),
    )
    skills.sources.register(
        services.VALUED,
        skills.Source(
            rule=skills.Rule(reach=3, weight=1),
            points=5,
            basis=gettext_lazy("Voted up"),
            words=gettext_lazy("Gave an answer that others found good"),
            why=gettext_lazy("An answer in the forum about the skill with three votes up more than down, or better."),
            tell=tell_valued,
        ),
    )
