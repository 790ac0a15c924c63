"""The one kind of cause that no other feature records: what people say of themselves."""

from django.utils.translation import gettext_lazy as _

from features.skills.levels import Rule
from features.skills.services import Source, sources
from features.skills.services.evidence import DECLARED


def _tell(keys, viewer):
    return {}  # its words say it all


def register():
    sources.register(
        DECLARED,
        Source(
            rule=Rule(reach=1.5, weight=0.2),
            basis=_("Self-declared"),
            words=_("Says so on their profile"),
            why=_("What people say of themselves is a beginning. Anything they do here soon outweighs it."),
            tell=_tell,
        ),
    )
