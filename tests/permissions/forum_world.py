"""What the permission table needs of the forum: everybody's thread, the guest's own, and what is hidden."""

from features.forum import services
from features.forum.models import Board, Duplicate, Post, Thread
from features.moderation import services as moderation
from features.moderation.models import Case

HIDDEN = "Canary thread that nobody reads"
WORKSHOP = "Canary thread in the workshop"


def add_forum(world) -> None:
    expert, guest, host = (world.people[name] for name in ("expert", "guest", "host"))
    world.board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=world.skill)

    def ask(author, title):
        text = "It is a question that is long enough."
        return services.ask(
            author=author, board=world.board, kind="question", title=title, text=text, skills=[world.skill]
        )

    # What members write into is the expert's: what they do there touches nothing of the guest or the host.
    world.thread = ask(expert, "Why is my query slow on Mondays?")
    world.opening = world.thread.posts.get()
    world.answer = services.reply(author=expert, thread=world.thread, text="Because of the backup.")
    world.comment = services.remark(author=expert, post=world.answer, text="Or so it seems.")
    world.own_thread = ask(guest, "How do I read this plan aloud?")
    world.own_answer = services.reply(author=expert, thread=world.own_thread, text="From the inside out.")
    world.own_post = services.reply(author=guest, thread=world.thread, text="Mine is slow on Tuesdays.")
    world.duplicate = Duplicate.objects.create(thread=world.own_thread, of=world.thread, proposed_by=expert)
    world.hidden_thread = ask(host, HIDDEN)
    Thread.objects.filter(pk=world.hidden_thread.pk).update(state="hidden")
    Post.objects.filter(thread=world.hidden_thread).update(state="hidden")
    world.hidden_post = world.hidden_thread.posts.get()
    world.workshop_thread = ask(host, WORKSHOP)
    Thread.objects.filter(pk=world.workshop_thread.pk).update(state="workshop")
    Post.objects.filter(thread=world.workshop_thread).update(state="workshop")
    services.index(world.workshop_thread)
    services.index(world.hidden_thread)
    # A reported answer, and one of the guest's that a moderator hid.
    moderation.flag(person=host, key=f"post:{world.answer.pk}", reason="unclear")
    world.case = Case.objects.get(kind="post", ref=str(world.answer.pk))
    post = services.reply(author=guest, thread=world.thread, text="This one was hidden: canary-of-the-hidden.")
    [world.hiding] = moderation.act(
        by=world.people["organiser"], name="hide", keys=[f"post:{post.pk}"], reason="unclear", words="Say more."
    )
