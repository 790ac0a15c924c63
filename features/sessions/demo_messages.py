"""What two hosts of the demo world write to those who registered: one is known and heard at once, the other waits."""

from datetime import datetime, timedelta

from features.sessions import services
from features.sessions.models import Registration, SessionMessage, SkillSession

HEARD = {
    "title": "Bring something of your own",
    "text": "It is more fun with a case from your work: one page is enough, and nothing secret.\n\n"
    "We open the room ten minutes early, so that everybody can try the sound.",
}
FIRST = {
    "title": "Two things before we meet",
    "text": "This is my first session here, so tell me what you hope for: there is a box on the page.\n\n"
    "And please have paper and a pencil ready. We draw before we type.",
}


def fill(now: datetime) -> None:
    coming = SkillSession.objects.upcoming(now).filter(host__is_demo=True, starts_at__gt=now + timedelta(hours=12))
    coming = coming.filter(pk__in=Registration.objects.confirmed().values("session")).select_related("host")
    open_ones = {HEARD["title"]: (HEARD, True), FIRST["title"]: (FIRST, False)}
    for session in coming.order_by("starts_at", "pk"):
        for title, (words, trusted) in list(open_ones.items()):
            if services.is_trusted(session.host, now) == trusted:
                _write(session, words, now - timedelta(hours=3))
                del open_ones[title]
                break
        if not open_ones:
            return


def _write(session, words, at):
    data = words | {"audience": SessionMessage.Audience.SEATS, "ticket": None}
    message = services.save_message(message=SessionMessage(session=session), by=session.host, data=data, now=at)
    services.send_message(message=message, by=session.host, now=at)
    services.tell_attendees(message.pk, now=at)
