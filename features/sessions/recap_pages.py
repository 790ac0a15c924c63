"""What stays of a session, as its page and its machines' page show it: plain data in, a context out."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import recordings
from features.sessions import services
from features.sessions.models import Recap, SkillSession


@dataclass(frozen=True)
class Stays:
    """`seen` is what this person sees; `public` what everybody does, for machines. `is_host` sees how it stands."""

    recap: Recap | None
    seen: services.Seen
    public: services.Seen
    is_host: bool
    may_post: bool
    has_seat: bool

    @property
    def length(self) -> str:
        seconds = self.recap.recording_seconds if self.recap else None
        return recordings.clock(seconds) if seconds else ""

    @property
    def is_kept_back(self) -> bool:
        """Something is there that whoever has a seat does not see: they are told so, and not what it says."""
        return bool(
            self.has_seat
            and self.recap
            and not self.is_host
            and (bool(self.recap.notes), bool(self.recap.recording_url)) != (self.seen.notes, self.seen.recording)
        )

    def __bool__(self):
        return bool(self.seen or self.may_post or self.is_kept_back)


def stays(session: SkillSession, person, now, *, has_seat: bool = False) -> Stays | None:
    """None where nobody can have posted anything yet."""
    if not session.is_published or not session.has_started(now):
        return None
    recap = Recap.objects.filter(session=session).first()
    is_host = session.is_hosted_by(person)
    may_post = is_host and not services.why_not_post(session, person, now)
    if recap is None:
        return Stays(None, services.Seen(), services.Seen(), is_host, may_post, has_seat)
    recap.session = session
    seen = services.seen_by(recap, person)
    is_there = not recap.withdrawn_at and not recap.removed_at
    public = services.seen_by(recap, None) if person.is_authenticated else seen
    return Stays(recap, seen, public, is_host, may_post, has_seat and is_there)


def recorded_in(found: Stays, session: SkillSession) -> dict | None:
    """schema.org/CreativeWork, of a recording that everybody may see."""
    if not found.recap or not found.public.recording:
        return None
    made = {"@type": "CreativeWork", "name": session.title, "url": found.recap.recording_url}
    if found.recap.is_captioned:
        made["accessibilityFeature"] = ["captions" if found.recap.has_captions else "transcript"]
    return made


def markdown(found: Stays | None) -> list[str]:
    """The same for programs that read text."""
    if not found or not found.seen:
        return []
    lines: list[str] = []
    recap = found.recap
    assert recap
    if found.seen.recording:
        lines += ["", f"## {_('Recording')}", "", f"<{recap.recording_url}>"]
        if recap.captions_url:
            lines.append(f"\n{_('Captions or transcript')}: <{recap.captions_url}>")
        if recap.transcript:
            lines += ["", f"### {_('Transcript')}", "", recap.transcript]
    if found.seen.notes:
        lines += ["", f"## {_('Notes')}", "", recap.notes]
    return lines
