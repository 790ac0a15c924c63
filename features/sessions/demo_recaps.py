"""What hosts of the demo world posted after their sessions: public and not, with a transcript and without."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from features.sessions import services
from features.sessions.models import SkillSession

WORLD = Path(__file__).with_name("demo_recaps.toml")
NOTHING = {
    "notes": "", "notes_for": "everybody", "recording_url": "", "recording_for": "seats", "recording_seconds": None,
    "has_captions": False, "captions_url": "", "transcript": "",
}  # fmt: skip


def fill(now: datetime) -> None:
    held = SkillSession.objects.held(now).filter(host__is_demo=True).select_related("host")
    for said in tomllib.loads(WORLD.read_text("utf-8"))["recap"]:
        session = held.get(title=said["session"])
        at = min(session.ends_at + timedelta(hours=said["hours"]), now - timedelta(minutes=30))
        data = {name: said.get(name, usual) for name, usual in NOTHING.items()}
        data["transcript"] = "\n\n".join(" ".join(part.split()) for part in data["transcript"].split("\n\n")).strip()
        recap = services.post_recap(session=session, by=session.host, data=data, tell=True, now=at)
        services.tell_of_recap(recap.pk, now=at)
