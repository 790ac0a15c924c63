"""What can be earned by writing what others found good, and what it lets one do in the forum."""

from django.utils.translation import gettext_lazy as _

from features.accounts.access import Ability
from features.forum import services
from features.forum.models import Post
from features.moderation import services as moderation
from features.moderation.services import Earned, Need


def _ups(person):
    return sum(Post.objects.filter(author=person, ups__gt=0).values_list("ups", flat=True)[:50])


def register():
    moderation.earned.register(
        Ability.VOTE_DOWN,
        Earned(
            ability=Ability.VOTE_DOWN,
            what=_("Say that an answer is wrong, so that better ones stand above it."),
            needs=(Need(label=_("Votes up for what you wrote"), wanted=services.TO_VOTE_DOWN, count=_ups),),
            order=10,
        ),
    )
    moderation.earned.register(
        Ability.LINK,
        Earned(
            ability=Ability.LINK,
            what=_("Give as many links as an answer needs; until then two."),
            needs=(Need(label=_("Votes up for what you wrote"), wanted=1, count=_ups),),
            order=5,
        ),
    )

    moderation.earned.register(
        Ability.TIDY,
        Earned(
            ability=Ability.TIDY,
            what=_("Read first questions in the workshop before others do, and help to make them clear."),
            needs=(Need(label=_("Votes up for what you wrote"), wanted=10, count=_ups),),
            order=15,
        ),
    )
