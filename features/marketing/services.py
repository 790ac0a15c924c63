"""Writing a newsletter, trying it on oneself, and sending it once to all of a segment."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import hit
from core.text import one_line, render_markdown
from features.accounts import services as accounts
from features.accounts.models import User
from features.marketing import segments
from features.marketing.letters import KIND, TEST
from features.marketing.models import Newsletter
from features.notifications import services as notifications

TASK = "features.marketing.tasks.tell_readers"


class NewsletterRefused(Exception):
    """Why it cannot be done; `words` say what to do instead."""

    def __init__(self, code: str, words: str, url: str = ""):
        super().__init__(words)
        self.code, self.words, self.url = code, words, url


@transaction.atomic
def save_newsletter(*, newsletter: Newsletter, by: User, now: datetime | None = None) -> Newsletter:
    """A draft, new or changed. Raises NewsletterRefused for what was sent."""
    if newsletter.pk:
        _draft(newsletter.pk)
    else:
        newsletter.made_by = by
    newsletter.title, newsletter.html = one_line(newsletter.title), render_markdown(newsletter.text)
    newsletter.changed_at = now or timezone.now()
    newsletter.save()
    return newsletter


@transaction.atomic
def discard_newsletter(*, newsletter: Newsletter) -> None:
    """Raises NewsletterRefused for what was sent: that stays to be seen."""
    _draft(newsletter.pk).delete()


@transaction.atomic
def try_newsletter(*, newsletter: Newsletter, by: User, now: datetime | None = None) -> None:
    """To oneself, as often as one likes. Raises RateLimited."""
    hit("newsletter_test", by.pk)
    now = now or timezone.now()
    url = reverse("manage_newsletter", args=[newsletter.pk])
    key = f"{TEST}:{newsletter.pk}:{by.pk}:{now.isoformat()}"
    notifications.notify(by, TEST, newsletter.pk, url, key=key)


@transaction.atomic
def send_newsletter(*, newsletter: Newsletter, by: User, as_of: str = "", now: datetime | None = None) -> bool:
    """To everybody in its segment, once: False where it was sent already. `as_of` is when that had been changed last
    which was looked at: what somebody else wrote since, or to whom, was seen by nobody. Raises NewsletterRefused."""
    now = now or timezone.now()
    found = Newsletter.objects.select_for_update().get(pk=newsletter.pk)
    if found.sent_at:
        return False
    if as_of and as_of != found.changed_at.isoformat():
        raise NewsletterRefused("changed", _("It was changed since you looked at it. Read it again, then send it."))
    if not segments.count(found, now).reached:
        raise NewsletterRefused("nobody", _("Nobody of these has asked for the newsletter. Choose others."))
    found.sent_by, found.sent_at = by, now
    found.save(update_fields=["sent_by", "sent_at"])
    accounts.audit(by, "newsletter.sent", f"newsletter:{found.pk}", [found.segment, *filter(None, [found.value])])
    notifications.tell_the_rest(found, kind=KIND, task=TASK)
    return True


def tell_readers(newsletter_id: int, *, now: datetime | None = None) -> int:
    """The next batch of them; answers how many."""
    now = now or timezone.now()
    return notifications.tell_next(
        Newsletter.objects.sent(), newsletter_id, lambda found: segments.audience(found, now),
        kind=KIND, task=TASK, now=now,
    )  # fmt: skip


def _draft(pk: int) -> Newsletter:
    found = Newsletter.objects.select_for_update().get(pk=pk)
    if found.sent_at:
        raise NewsletterRefused("sent", _("It was sent, and does not change any more. Write another one."))
    return found
