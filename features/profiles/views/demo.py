from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from features.accounts.access import role_required
from features.accounts.models import Role, User
from features.profiles.services import demo_removal

WORDS = "remove the demo"


class RemovalForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Type: remove the demo"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_words(self):
        if " ".join(self.cleaned_data["words"].lower().split()) != WORDS:
            raise forms.ValidationError(_("These are not the words. Nothing was removed."))
        return WORDS


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
@reauthentication_required
def demo(request):
    """What removing the demo world takes, with numbers; then doing it."""
    form = RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            demo_removal.remove_demo(by=request.user)
        except demo_removal.RemovalRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The demo world is gone. Everybody here is real now."))
            return see_other("manage_demo")
    found = demo_removal.look()
    context = {
        "form": form,
        "is_there": bool(found.ids(User)),
        "rows": demo_removal.words_for(found),
        "told": len(found.told),
        "taken": sum(found.of_real_people.values()),
        "refused": demo_removal.why_not_remove(request.user),
    }
    return render(request, "profiles/manage/demo.html", context, status=422 if form.errors else 200)
