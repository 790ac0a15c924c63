"""A lively queue for the demo world: reports, a first post that waits, an objection, and entries in the log.

Everything goes through the services, with the time at which it would have happened.
"""

from datetime import timedelta

from django.db import transaction

from core.models import RateCounter
from features.accounts.models import User
from features.forum import services
from features.forum.models import Board, Thread
from features.moderation import services as moderation
from features.moderation.models import Case, Entry
from features.notifications.models import Notification

SELLS = (
    "Dont waste time with indexes. Our tool makes any query fast with one click, first month free for members here:"
    " https://bulk-data.example/offer"
)
RUDE = "Anybody who still does this by hand should look for another job, honestly."
OFF = "By the way, does somebody here know a good dentist in Porto?"
TWICE = "Same as above, see my blog for the rest."
UNCLEAR = "We have a report with sales and stock. It was fine and now it takes minutes. I changed nothing, I think."
ASKED_BACK = "Which tool makes it, and how many rows does it read? Put both into the question: it decides the answer."
HELD = "Hello all, I am new! I collect links about Excel, here is my list: https://lists.example/excel"


@transaction.atomic
def fill(now):
    people = {person.email.partition("@")[0]: person for person in User.objects.filter(is_demo=True).order_by("pk")}
    questions = Thread.objects.filter(author__is_demo=True, kind="question", state="shown", about="")
    threads = list(questions.order_by("-pk")[:6])
    if Entry.objects.filter(by__is_demo=True).exists() or len(threads) < 4 or "moderator" not in people:
        return
    # First posts of the demo's beginning were looked at long ago.
    Case.objects.filter(person__is_demo=True, cause=Case.Cause.FIRST).update(
        outcome=Case.Outcome.KEPT,
        decided_by=people["moderator"],
        decided_at=now - timedelta(days=2),
        opened_at=now - timedelta(days=2, minutes=35),
    )
    moderator, organiser = people["moderator"], people["organiser"]
    _sold_twice(people, threads, moderator, now)

    def flag(who, post, reason, words, at):
        moderation.flag(person=people[who], key=f"post:{post.pk}", reason=reason, words=words, now=at)

    rude = _say(people["corin"], threads[1], RUDE, now - timedelta(hours=5))
    flag("devi", rude, "rude", "This is not how we talk here.", now - timedelta(hours=4))
    flag("hana", rude, "rude", "", now - timedelta(hours=2))
    off = _say(people["farah"], threads[2], OFF, now - timedelta(hours=3))
    flag("emil", off, "off_topic", "", now - timedelta(minutes=80))
    review = moderation.things_of(people["learner"], seen_by=moderator, most=20)
    for thing in [thing for thing in review if thing.kind == "review"][:1]:
        moderation.flag(
            person=people["isaac"],
            key=thing.key,
            reason="unclear",
            words="Which session was this about?",
            now=now - timedelta(minutes=50),
        )
    opening = threads[1].posts.select_related("thread__board").get(part="opening")
    if services.may_suggest(people["isaac"], opening, opening.thread):
        services.suggest(
            by=people["isaac"],
            post=opening,
            text=f"{opening.text}\n\nWhat I have tried so far is in the comments.",
            reason="It says where to look before asking the same again.",
            now=now - timedelta(minutes=35),
        )
    newcomer = people["yasmin"]
    User.objects.filter(pk=newcomer.pk).update(joined_at=now - timedelta(hours=2))
    newcomer.refresh_from_db()
    held = services.remark(
        author=newcomer,
        post=threads[0].posts.get(part="opening"),
        text=HELD,
        typed=1.0,
        now=now - timedelta(minutes=65),
    )
    if held.state == "shown":  # they had written before: then a moderator's colleague took it out of sight
        services.set_state(post=held, state="held", now=now)
        moderation.open_case(moderation.thing(f"post:{held.pk}"), Case.Cause.FIRST, 1, now - timedelta(minutes=65))
    _in_workshop(people, now)
    _objection(people, threads, organiser, now)
    moderation.write_note(
        by=organiser,
        person=people["corin"],
        now=now - timedelta(days=12),
        words="Talked to him after the second complaint. He means well and writes late at night.",
    )
    ids = "|".join(str(person.pk) for person in people.values())
    RateCounter.objects.filter(key__regex=rf"^(flag|forum_\w+):({ids})$").delete()
    old = Notification.objects.filter(kind__in=["act_done", "act_undone"], recipient__is_demo=True, mailed_at=None)
    old.update(created_at=now - timedelta(hours=3), mailed_at=now - timedelta(hours=3), read_at=now)


def _say(person, thread, words, at):
    return services.reply(author=person, thread=thread, text=words, now=at)


def _in_workshop(people, now):
    """A first question that a volunteer has looked at."""
    asker = next((person for person in reversed(people.values()) if services.is_new(person)), None)
    board = Board.objects.filter(is_demo=True).order_by("position").first()
    if asker is None or board is None:
        return
    thread = services.ask(
        author=asker, board=board, kind="question", title="My report is slow since last week, why is that?",
        text=UNCLEAR, skills=[board.skill], in_workshop=True, now=now - timedelta(hours=3),
    )  # fmt: skip
    if thread.state == "workshop":
        services.remark(
            author=people["moderator"], post=thread.posts.get(part="opening"), text=ASKED_BACK,
            now=now - timedelta(hours=2),
        )  # fmt: skip


def _sold_twice(people, threads, moderator, now):
    """Advertising that was removed yesterday, and again today: three reports took that out of sight."""
    seller = people["gintaras"]
    first = _say(seller, threads[3], TWICE, now - timedelta(days=1, hours=3))
    for who in ("devi", "hana"):
        moderation.flag(
            person=people[who], key=f"post:{first.pk}", reason="advertising", now=now - timedelta(days=1, hours=2)
        )
    moderation.act(
        by=moderator,
        name="remove",
        keys=[f"post:{first.pk}"],
        reason="advertising",
        words="Say it here; a link alone helps nobody.",
        now=now - timedelta(days=1, hours=1),
    )
    second = _say(seller, threads[0], SELLS, now - timedelta(hours=4))
    for who, hours in (("devi", 3), ("hana", 3), ("emil", 2)):
        moderation.flag(
            person=people[who],
            key=f"post:{second.pk}",
            reason="advertising",
            words="Sells, does not answer." if who == "devi" else "",
            now=now - timedelta(hours=hours),
        )


def _objection(people, threads, organiser, now):
    """The organiser closed a thread, and its author sees it differently: a moderator decides."""
    thread = threads[4] if len(threads) > 4 else threads[-1]
    opening = thread.posts.get(part="opening")
    [entry] = moderation.act(
        by=organiser,
        name="close",
        keys=[f"post:{opening.pk}"],
        reason="repeated",
        words="The other thread has all of this, with more answers.",
        now=now - timedelta(days=2),
    )
    moderation.appeal_act(
        person=thread.author,
        entry=entry,
        now=now - timedelta(days=1),
        words="It is close, but mine is about the phone and not about the desk. Please look again.",
    )
