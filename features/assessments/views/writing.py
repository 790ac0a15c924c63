"""For who writes assessments: banks, items, what others made of them."""

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.text import number
from features.accounts.access import role_required
from features.assessments import desk, pages, services
from features.assessments.access import AUTHORS, authored_bank, bank_to_read, readable_item
from features.assessments.forms import BankForm, ImportForm, ItemForm, ItemReviewForm, StageForm, answers_of
from features.assessments.models import Bank


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def banks(request):
    """One's own banks, a new one, and the items of others that wait for a second expert."""
    form = BankForm(request.POST or None, instance=Bank(author=request.user))
    if request.method == "POST" and form.is_valid():
        bank = services.save_bank(bank=form.save(commit=False), by=request.user)
        messages.success(request, _("The bank is there. Now it needs questions."))
        return see_other("bank", bank.pk)
    context = {"form": form, **desk.banks(request.user)}
    return render(request, "assessments/banks.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(*AUTHORS)
def bank_reading(request, pk):
    """Read the questions of another's bank for them, and take no test of it any more."""
    try:
        services.read_bank(bank=bank_to_read(request.user, pk), person=request.user)
        messages.success(request, _("Thank you. Its questions stand here now."))
    except services.AssessmentRefused as refused:
        messages.error(request, refused.words)
    return see_other("banks")


@require_safe
@role_required(*AUTHORS)
def bank(request, pk):
    found = authored_bank(request.user, pk)
    page = keyset(desk.items(found), request, order=("area", "id"), size=50)
    context = {"bank": found, "page": page, "lines": desk.lines(page.items), "import_form": ImportForm()}
    return render(request, "assessments/bank.html", context | desk.numbers(found))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def bank_rules(request, pk):
    found = authored_bank(request.user, pk)
    form = BankForm(request.POST or None, instance=found, initial={"skill": [found.skill]})
    if request.method == "POST" and form.is_valid():
        try:
            services.save_bank(bank=form.save(commit=False), by=request.user)
        except services.AssessmentRefused as refused:
            form.add_error("skill", refused.words)
        else:
            messages.success(request, _("These rules hold for whoever begins from now on."))
            return see_other("bank", found.pk)
    return render(
        request, "assessments/bank_rules.html", {"form": form, "bank": found}, status=422 if form.errors else 200
    )


@require_POST
@role_required(*AUTHORS)
def stage(request, pk):
    found = authored_bank(request.user, pk)
    form = StageForm(request.POST)
    if form.is_valid():
        try:
            services.set_stage(bank=found, stage=form.cleaned_data["stage"], by=request.user)
            messages.success(request, _("Done."))
        except services.AssessmentRefused as refused:
            messages.error(request, refused.words)
    return see_other("bank", found.pk)


@require_POST
@role_required(*AUTHORS)
def import_file(request, pk):
    """What was read is told on the page, each bad row with its place."""
    found = authored_bank(request.user, pk)
    form, told = ImportForm(request.POST, request.FILES), None
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            told = services.import_items(bank=found, by=request.user, name=file.name, content=file.read())
        except services.AssessmentRefused as refused:
            form.add_error("file", refused.words)
    if told and not told.faults:
        messages.success(request, _("%(new)d items are new or changed, %(same)d were known.") % vars(told))
        return see_other("bank", found.pk)
    context = {"bank": found, "import_form": form, "told": told}
    return render(request, "assessments/import.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def new_item(request, pk):
    return _words(request, authored_bank(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def item_words(request, pk):
    """Other words for an item: they become a new version, which waits for a second expert."""
    found = readable_item(request.user, pk)
    return _words(request, authored_bank(request.user, found.bank_id), found)


def _words(request, bank, item=None):
    initial = {}
    if item:
        version = item.current
        initial = {
            "kind": version.kind, "text": version.text, "answers": answers_of(version.kind, version.content),
            "area": item.area, "band": item.band, "is_practice": item.is_practice,
        }  # fmt: skip
    form = ItemForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "answers"}
        key = item.key if item else f"by-hand-{timezone.now():%Y%m%d%H%M%S%f}"
        try:
            saved, _is_new = services.write_item(bank=bank, by=request.user, key=key, **data)
        except services.AssessmentRefused as refused:
            form.add_error("answers", refused.words)
        else:
            messages.success(request, _("It waits for a second expert now."))
            return see_other("item", saved.pk)
    context = {"form": form, "bank": bank, "item": item}
    return render(request, "assessments/item_words.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*AUTHORS)
def item(request, pk):
    """An item with its answers, its numbers and its history; another expert says here whether it is good."""
    found = readable_item(request.user, pk)
    form = ItemReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            read = number(request.POST.get("version", "")) or 0
            services.review_item(item=found, by=request.user, version_id=read, **form.cleaned_data)
        except services.AssessmentRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Thank you: its author reads what you said."))
            return see_other("banks")
    context = {
        "item": found,
        "bank": found.bank,
        "version": found.current,
        "form": form,
        "right": pages.right_answer(found.current),
        **desk.of_item(found, request.user),
    }
    return render(request, "assessments/item.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(*AUTHORS)
def retirement(request, pk):
    found = readable_item(request.user, pk)
    bank = authored_bank(request.user, found.bank_id)
    services.retire_item(item=found, by=request.user)
    messages.success(request, _("It is not asked any more."))
    return see_other("bank", bank.pk)
