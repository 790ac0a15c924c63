"""A file of items into a bank: what can be read goes in, what cannot is told with its place. The same file again
changes nothing."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from features.accounts.models import User
from features.accounts.services import audit
from features.assessments import importing
from features.assessments.models import Bank
from features.assessments.services.banks import write_item
from features.assessments.services.refusals import AssessmentRefused


@dataclass
class Imported:
    new: int = 0
    same: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def import_items(*, bank: Bank, by: User, name: str, content: bytes) -> Imported:
    """Raises AssessmentRefused for a file that is no text; a bad row is no reason to refuse the others."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise AssessmentRefused("no_text", _("This file is not UTF-8 text. Save it as such, and try again.")) from None
    read = importing.read(name, text)
    told = Imported(faults=read.faults)
    seen: set[str] = set()
    for draft in read.drafts[: importing.MOST_ITEMS]:
        if draft.key in seen:
            told.faults.append((draft.place, _("Another item of this file has the same key.")))
            continue
        seen.add(draft.key)
        try:
            _item, is_new = write_item(
                bank=bank,
                by=by,
                key=draft.key,
                kind=draft.kind,
                text=draft.text,
                content=draft.content,
                explanation=draft.explanation,
                area=draft.area,
                band=draft.band,
                is_practice=draft.is_practice,
            )
        except AssessmentRefused as refused:
            told.faults.append((draft.place, str(refused.words)))
        else:
            told.new += is_new
            told.same += not is_new
    if len(read.drafts) > importing.MOST_ITEMS:
        told.faults.append(("", _("A file may hold %(n)d items. Split it.") % {"n": importing.MOST_ITEMS}))
    audit(by, "bank.imported", f"bank:{bank.pk}", [name[:80]])
    return told
