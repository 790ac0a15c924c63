"""The newsletter as a letter, and its place among what people choose. Nobody gets it who did not turn it on."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.marketing.models import Newsletter
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.notifications.models import Level

KIND, TEST = "newsletter", "newsletter_test"
NEWSLETTER = Group(
    key="newsletter",
    label=gettext_lazy("Newsletter"),
    why=gettext_lazy("You asked for letters of those who run the site: what is new, and what is coming."),
    is_optional=True,
    is_mail_alone=True,
    proposed=Level.OFF,
)
DRAFTS = Group(
    key="newsletter_drafts",
    label=gettext_lazy("Drafts of the newsletter"),
    why=gettext_lazy("You sent this draft to yourself."),
)


def newsletter(notification):
    return _letter(Newsletter.objects.sent().filter(pk=notification.ref).first(), "%(title)s")


def newsletter_test(notification):
    return _letter(Newsletter.objects.filter(pk=notification.ref).first(), _("Test: %(title)s"))


def _letter(found, subject):
    if found is None:
        return None
    page = absolute(found.get_absolute_url())
    context = {"subject": subject % {"title": found.title}, "title": found.title, "text": found.text,
               "html": found.html, "page": page}  # fmt: skip
    return Letter(template="marketing/email/newsletter", context=context)


def _sentences(pattern):
    def say(notifications):
        titles = dict(Newsletter.objects.filter(pk__in=[row.ref for row in notifications]).values_list("pk", "title"))
        return {row.pk: pattern % {"title": titles[int(row.ref)]} for row in notifications if int(row.ref) in titles}

    return say


def register():
    said = gettext_lazy("Newsletter: “%(title)s”.")
    kinds.register(KIND, Kind(letter=newsletter, sentences=_sentences(said), group=NEWSLETTER))
    tried = gettext_lazy("You sent yourself a draft: “%(title)s”.")
    kinds.register(TEST, Kind(letter=newsletter_test, sentences=_sentences(tried), group=DRAFTS))
