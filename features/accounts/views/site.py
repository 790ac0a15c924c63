"""The organiser's page of the site's rules: as they are, what each preset would change, one by one, and back."""

from django.contrib import messages
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.templatetags.ui import undoing
from core.text import number
from features.accounts import services
from features.accounts.access import known, role_required
from features.accounts.forms import RulesForm
from features.accounts.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def rules(request):
    now, act = services.site_rules(), request.POST.get("act", "")
    preset = services.PRESETS.get(act)
    form = RulesForm(request.POST if request.method == "POST" and act == "save" else None, rules=now)
    refused = None
    if request.method == "POST" and (preset or act == "undo" or form.is_valid()):
        try:
            made = _act(request, act, preset, form)
        except services.RulesRefused as error:
            refused = error
        else:
            _say(request, made, act)
            return see_other("manage_rules")
    context = {
        "form": form,
        "rules": now,
        "table": services.compared(now),
        "presets": services.PRESETS,
        "refused": refused,
    }
    failed = request.method == "POST"
    return render(request, "accounts/manage/rules.html", context, status=422 if failed else 200)


def _act(request, act, preset, form):
    by, after = known(request.user), number(request.POST.get("after", "")) or 0
    if act == "undo":
        return services.undo_rules(by=by, made=after)
    return services.change_rules(by=by, after=after, **(preset.rules if preset else form.cleaned_data))


def _say(request, made, act):
    if made is None:
        messages.info(request, _("It is so already. Nothing was changed."))
    elif act == "undo":
        messages.success(request, _("As it was before."))
    else:
        undo = undoing("manage_rules", act="undo", after=made.pk)
        messages.success(request, _("Saved. It holds from now on."), extra_tags=undo)
