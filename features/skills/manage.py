"""The organiser's pages of the taxonomy: what skills are called, and two that are one."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.pagination import keyset
from core.text import one_line
from features.accounts.access import role_required
from features.accounts.models import Role
from features.skills import services
from features.skills.forms import MergeForm, SynonymForm
from features.skills.models import Skill

PAGE = 25
LONGEST = 100


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def skills(request):
    if request.method == "POST":  # the one thing to do where there are none
        added = services.load_starter(by=request.user)
        messages.success(request, ngettext("%(n)d skill was added.", "%(n)d skills were added.", added) % {"n": added})
        return see_other("manage_skills")
    typed = one_line(request.GET.get("q", ""))[:LONGEST]
    page = None if typed else keyset(Skill.objects.filter(is_group=False), request, order=("-id",), size=PAGE)
    found = services.suggest(typed, limit=PAGE) if typed else page.items
    return render(request, "skills/manage/skills.html", {"typed": typed, "found": found, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def skill(request, slug):
    skill = _find(slug)
    form = SynonymForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_synonym(skill=skill, name=form.cleaned_data["name"], by=request.user)
        except services.SkillRefused as refused:
            form.add_error("name", refused.words)
        else:
            messages.success(request, _("{skill} has one more name.").format(skill=skill))
            return see_other("manage_skill", slug)
    names = skill.names.order_by("-is_canonical", "name", "id")
    context = {"skill": skill, "names": names, "form": form, "merge_form": MergeForm(auto_id="merge_%s")}
    return render(request, "skills/manage/skill.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def merge(request, slug):
    """GET shows what would move, POST moves it: the same form, so the address holds the choice."""
    source = _find(slug)
    form = MergeForm(request.POST or request.GET or None)
    moved = into = None
    if form.is_valid():
        (into,) = form.cleaned_data["into"]
        try:
            if request.method == "POST":
                services.merge(source=source, into=into, by=request.user)
                done = _("{source} is {into} now.").format(source=source, into=into)
                messages.success(request, done)
                return see_other("manage_skill", into.slug)
            moved = _words(services.preview(source=source, into=into))
        except services.SkillRefused as refused:
            form.add_error("into", refused.words)
    context = {"skill": source, "into": into, "moved": moved, "form": form}
    return render(request, "skills/manage/merge.html", context, status=422 if form.errors else 200)


def _find(slug):
    return get_object_or_404(Skill.objects.filter(is_group=False), slug=slug)


def _words(moved):
    own = {
        "names": lambda n: ngettext("%(n)d name", "%(n)d names", n) % {"n": n},
        "children": lambda n: ngettext("%(n)d skill below it", "%(n)d skills below it", n) % {"n": n},
        "relations": lambda n: ngettext("%(n)d relation", "%(n)d relations", n) % {"n": n},
        "evidence": lambda n: ngettext("%(n)d piece of evidence", "%(n)d pieces of evidence", n) % {"n": n},
    }
    return [own[part](n) if part in own else services.merges[part].words(n) for part, n in moved.items()]
