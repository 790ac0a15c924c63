from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, Greatest

from core.seo import Pages
from features.accounts.models import AuditEntry
from features.assessments.models import Bank, Task
from features.discovery import services as discovery


class AssessmentSitemap(Pages):
    """Tests that everybody may take. A page changes with its words and with its stage, which says what comes of it."""

    def items(self):
        bank = Concat(Value("bank:"), Cast(OuterRef("pk"), CharField()))
        staged = AuditEntry.objects.filter(act="bank.stage", target=bank).order_by("-happened_at")
        changed = Greatest("created_at", discovery.changed_at("assessment"), Subquery(staged.values("happened_at")[:1]))
        return Bank.objects.offered().annotate(changed_at=changed).order_by("pk").only("pk", "slug")


class TaskSitemap(Pages):
    """Tasks for which work is read, with what it is judged by."""

    def items(self):
        changed = Greatest("created_at", "rubric__made_at", discovery.changed_at("task"))
        return Task.objects.filter(is_open=True).annotate(changed_at=changed).order_by("pk").only("pk", "slug")
