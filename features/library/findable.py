"""What the site's search knows of works: what everybody reads of them, and nothing that has a price."""

from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

from core.text import without_marks
from features.accounts.models import User
from features.accounts.signals import people_came_or_went
from features.discovery import services as discovery
from features.discovery.kinds import Entry, Kind, Row, kinds
from features.library.cards import cards
from features.library.gate import free_text
from features.library.models import Work

KIND = "work"


def register():
    label = _("Articles and courses")
    kinds.register(KIND, Kind(label=label, icon="library", order=12, page="library", entries=entries, rows=rows))
    people_came_or_went.connect(authors_came_or_went)
    post_save.connect(person_changed, sender=User, dispatch_uid="works by the author's name")


def entries(refs=None):
    found = Work.objects.listed().order_by("pk")
    if refs is not None:
        found = found.filter(pk__in=refs)
    for work in found.select_related("author").prefetch_related("skills__names").iterator(chunk_size=500):
        about = sorted(work.skills.all(), key=lambda skill: skill.pk)
        yield Entry(
            kind=KIND,
            ref=str(work.pk),
            title=work.title,
            text=f"{work.outcome}\n{without_marks(work.about_html)}\n{without_marks(free_text(work))}".strip(),
            names=[
                work.author.name,
                *(name.name for skill in about for name in sorted(skill.names.all(), key=lambda name: name.pk)),
            ],
            skills=[skill.pk for skill in about],
            language=work.language,
            url=work.get_absolute_url(),
        )


def rows(documents, now):
    works = Work.objects.filter(pk__in=[document.ref for document in documents]).select_related("author")
    found = list(works)
    return {
        str(work.pk): Row(by=card.by, facts=[card.kind, card.level, card.size], price=card.price)
        for work, card in zip(found, cards(found), strict=True)
    }


def authors_came_or_went(sender, people, **_kwargs):
    works = Work.objects.filter(author__in=people, published_at__isnull=False).values_list("pk", flat=True)
    discovery.republish(KIND, [str(pk) for pk in works])


def person_changed(sender, instance, created, update_fields, **_kwargs):
    """An author has another name, or none any more: their works are found by that."""
    if not created and (update_fields is None or "name" in update_fields):
        authors_came_or_went(sender, [instance.pk])
