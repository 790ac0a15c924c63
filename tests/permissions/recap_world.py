"""What the host posted of a session that is over, and a question about it that its recording answers."""

from features.forum import services as forum
from features.sessions import services


def add_recap(world):
    data = {
        "notes": "Read it from the inside out.", "notes_for": "present", "recording_for": "everybody",
        "recording_url": "https://video.example.org/w/past", "recording_seconds": 3600, "has_captions": False,
        "captions_url": "", "transcript": "",
    }  # fmt: skip
    services.post_recap(session=world.past, by=world.host, data=data)
    world.recorded_thread = forum.ask(
        author=world.people["expert"], board=world.board, kind="question", title="Which line do I look at first?",
        text="It is a question that is long enough.", skills=[world.skill], about=f"session:{world.past.pk}",
    )  # fmt: skip
