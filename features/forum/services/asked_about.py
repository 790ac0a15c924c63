"""What a question can be about besides its skills: a thing of another feature, named by a text key (`session:12`).

What that is, who sees it and whose it is, is known from what can be moderated: the forum knows no other feature."""

from django.utils.translation import gettext_lazy as _

from core.text import number
from features.discovery.models import Document
from features.forum.models import Board, Thread
from features.forum.services.refusals import ForumRefused
from features.moderation import services as moderation
from features.moderation.services import Thing
from features.skills.models import Skill

KINDS = {"session"}
AT_ONCE = 500


def about(person, key: str) -> Thing | None:
    """The thing, if this person sees it; `person` may be a stranger."""
    kind, _colon, ref = key.partition(":")
    if kind not in KINDS or number(ref) is None:
        return None
    found = moderation.thing(key)
    return found if found and found.state == "shown" and moderation.subjects[kind].shown_to(person, ref) else None


def check_about(person, key: str) -> None:
    if key and about(person, key) is None:
        raise ForumRefused("gone", _("What you ask about is not there any more. Ask without it."))


def skills_of(thing: Thing) -> list[Skill]:
    ids = Document.objects.filter(kind=thing.kind, ref=thing.ref).values_list("skills", flat=True).first()
    return list(Skill.objects.filter(pk__in=ids or []).order_by("name")[:3])


def board_for(skills) -> Board | None:
    """The board of the area in which most of these skills lie; the first one, if there is none for them."""
    areas = [area for skill in skills for area in (skill.pk, skill.parent_id) if area]
    boards = list(Board.objects.filter(is_open=True))
    return max(boards, key=lambda board: areas.count(board.skill_id), default=None)


def forget_what_is_gone() -> None:
    """Questions about things that are no longer there are about nothing but their skills."""
    keys = list(Thread.objects.exclude(about="").order_by().values_list("about", flat=True).distinct())
    gone = set(keys) - moderation.things(keys).keys()
    Thread.objects.filter(about__in=gone).update(about="", recorded_second=None)
