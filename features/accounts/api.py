"""Who one is, and for organisers who did what."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from core.api_parts import Member, Page, Paging, Scope, page
from core.seo import absolute
from features.accounts.access import roles
from features.accounts.models import AuditEntry, Role

me = Router(tags=["You"])
manage = Router(tags=["Organisers"])

ME_READ = Scope("me:read", _("See your name, handle, e-mail address and roles"))
AUDIT_READ = Scope("audit:read", _("Read the audit log of the site"), role=Role.ORGANISER)


class Me(Schema):
    handle: str
    name: str
    email: str
    languages: list[str]
    time_zone: str
    roles: list[str] = Field(description="Those in force for this call")
    is_demo: bool
    url: str


class Act(Schema):
    id: int
    actor_id: int | None
    act: str
    target: str
    fields: list[str]
    happened_at: datetime


@me.get("", auth=Member(ME_READ), response=Me, summary="Who you are")
def who(request):
    person = request.user
    said = {name: getattr(person, name) for name in Me.model_fields if name not in ("roles", "url")}
    return said | {
        "roles": sorted({role for role, _scope in roles(person)}),
        "url": absolute(person.get_absolute_url()),
    }


@manage.get("", auth=Member(AUDIT_READ), response=Page[Act], summary="Who did what, the newest first")
def audit_log(request, paging: Query[Paging]):
    return page(request, AuditEntry.objects.all(), paging, ("-happened_at", "-id"))


routers = {"/me/": me, "/manage/audit/": manage}
