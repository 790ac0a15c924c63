"""A person as the site search knows them: what everybody who finds the document may see, and nothing else."""

from features.accounts.models import User
from features.discovery import services as discovery
from features.discovery.models import Visibility
from features.profiles.access import public_people
from features.profiles.services.portraits import portrait
from features.skills import services as skills
from features.skills.access import visibilities
from features.skills.models import Visibility as Blocks

KIND = "person"


def publish_person(person: User) -> None:
    """Write the document anew, within the caller's transaction. Whoever has left, or never came in, has none."""
    person = User.objects.get(pk=person.pk)
    if not person.is_active or User.objects.filter(pk=person.pk).unconfirmed().exists():
        discovery.withdraw(KIND, str(person.pk))
        return
    is_public = public_people().filter(pk=person.pk).exists()
    open_to = {Blocks.PUBLIC} if is_public else {Blocks.PUBLIC, Blocks.MEMBERS}
    shown = portrait(person, {block for block, level in visibilities(person).items() if level in open_to})
    claimed = [claim.skill for claim in shown.skills]
    discovery.publish(
        kind=KIND,
        ref=str(person.pk),
        title=person.name,
        text="\n".join(shown.sentences()),
        names=[f"@{person.handle}", *skills.names_of(claimed)],
        skills=[skill.pk for skill in claimed],
        language=(person.languages or ["en"])[0],
        visibility=Visibility.PUBLIC if is_public else Visibility.MEMBERS,
        url=person.get_absolute_url(),
    )
