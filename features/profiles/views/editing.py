"""The pages under /account/profile/: one for each block. Only one's own rows are ever looked up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import is_htmx, render_page, see_other
from core.limits import hit
from core.templatetags.ui import undoing
from features.accounts import services as accounts
from features.accounts.models import User
from features.profiles import services
from features.profiles.blocks import PARTS
from features.profiles.forms import PhotoForm, ProjectForm, VisibilityForm, as_sent
from features.profiles.missing import missing
from features.skills.access import visibilities
from features.skills.models import Block, Profile, Visibility


def _part(block, *, with_rows=False):
    part = PARTS.get(block)
    if part is None or (with_rows and part.model is None):
        raise Http404
    return part


def _entry(request, block, pk):
    return get_object_or_404(_part(block, with_rows=True).model, person=request.user, pk=pk)


@require_safe
@login_required
def overview(request):
    return _overview(request, PhotoForm())


def _overview(request, photo_form, status=200):
    shown = services.portrait(request.user, Block.values)
    chosen = visibilities(request.user)
    context = {
        "photo_form": photo_form,
        "missing": missing(shown),
        "parts": [
            {
                "part": part,
                "has": bool(getattr(shown, name)),
                "count": len(getattr(shown, name)) if part.model else 0,
                "visibility": Visibility(chosen[name]).label,
            }
            for name, part in PARTS.items()
        ],
    }
    return render(request, "profiles/edit/overview.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def block(request, block):
    part = _part(block)
    if request.method != "POST":
        return _block_page(request, part)
    if part.form is None:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    form = _form(request, part, request.POST, request.FILES)
    if not _saved(request, part, form):
        return _block_page(request, part, form=form, status=422)
    messages.success(request, _("Saved."))
    return _block_page(request, part) if is_htmx(request) else see_other("profile_block", block)


def _form(request, part, data=None, files=None, instance=None):
    """Of the block's only row, of a row that there is, or of one to be."""
    if part.model is None:
        instance = Profile.objects.filter(person=request.user).first() or Profile(person=request.user)
    return part.form(data, files, instance=instance)


def _saved(request, part, form) -> bool:
    if not form.is_valid():
        return False
    try:
        if part.model is None:
            services.save_profile(person=request.user, **{name: form.cleaned_data[name] for name in form.fields})
        elif isinstance(form, ProjectForm):
            pictures = {name: form.cleaned_data[name] for name in ("upload", "without_picture") if name in form.fields}
            if pictures.get("upload"):
                hit("upload", request.user.pk)
            services.save_project(person=request.user, entry=form.instance, **pictures)
        elif part.block == Block.LINKS:
            hit("link_check", request.user.pk)
            services.save_link(person=request.user, entry=form.instance)
        else:
            services.save_entry(person=request.user, entry=form.instance)
    except services.EntryRefused as refused:
        form.add_error(next(iter(form.fields)) if refused.code == "twice" else None, str(refused))
    except accounts.FileRefused as refused:
        form.add_error("upload", str(refused))
    return not form.errors


def _block_page(request, part, *, form=None, status=200):
    level = visibilities(request.user)[part.block]
    context = {
        "part": part,
        "rows": part.model._default_manager.filter(person=request.user) if part.model else [],
        "form": form or (part.form and _form(request, part)),
        "visibility_form": VisibilityForm(initial={"visibility": level}),
        "week": services.portrait(request.user, {part.block}).availability,
    }
    return render_page(request, "profiles/edit/block.html", context, partial="rows", status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request, block, pk):
    part, entry = _part(block, with_rows=True), _entry(request, block, pk)
    form = part.form(request.POST or None, request.FILES or None, instance=entry)
    if request.method == "POST" and _saved(request, part, form):
        messages.success(request, _("Saved."))
        return see_other("profile_block", block)
    context = {"part": part, "form": form, "entry": entry}
    return render(request, "profiles/edit/entry.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def entry_removal(request, block, pk):
    part, entry = _part(block, with_rows=True), _entry(request, block, pk)
    again = as_sent(part.form(instance=entry))
    undo = undoing("profile_block", block, **again) if again else ""
    services.remove_entry(person=request.user, entry=entry)
    messages.success(request, _("Removed."), extra_tags=undo)
    return _block_page(request, part) if is_htmx(request) else see_other("profile_block", block)


@login_required
@require_POST
def entry_place(request, block, pk):
    """One up, unless it says down."""
    up = request.POST.get("direction") != "down"
    services.move_entry(person=request.user, entry=_entry(request, block, pk), up=up)
    return _block_page(request, _part(block)) if is_htmx(request) else see_other("profile_block", block)


@login_required
@require_POST
def link_check(request, pk):
    """Have a link looked at again."""
    link = _entry(request, "links", pk)
    hit("link_check", request.user.pk)
    services.look_again(link=link)
    messages.success(request, _("We look at it in a moment."))
    return see_other("profile_block", "links")


@login_required
@require_POST
def visibility(request, block):
    form, part = VisibilityForm(request.POST), _part(block)
    if not form.is_valid():
        return _block_page(request, part, status=422)
    services.set_visibility(person=request.user, block=part.block, visibility=form.cleaned_data["visibility"])
    messages.success(request, _("Saved."))
    return see_other("profile_block", block)


@login_required
@require_POST
def photo(request):
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _overview(request, form, status=422)
    hit("upload", request.user.pk)
    try:
        # A fresh copy, so that a refusal leaves the frame of the page as it was.
        accounts.set_photo(person=User.objects.get(pk=request.user.pk), upload=form.cleaned_data["upload"])
    except accounts.FileRefused as refused:
        form.add_error("upload", str(refused))
        return _overview(request, form, status=422)
    messages.success(request, _("This is you now."))
    return see_other("profile_edit")


@login_required
@require_POST
def photo_removal(request):
    accounts.set_photo(person=request.user, upload=None)
    messages.success(request, _("Removed."))
    return see_other("profile_edit")
