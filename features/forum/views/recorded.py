"""When a question is answered in a recording: said by whoever held the session."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from core.recordings import clock, seconds_in
from features.forum import services
from features.forum.access import visible_thread


class MomentForm(forms.Form):
    at = forms.CharField(
        label=gettext_lazy("From"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"placeholder": "12:40", "autocomplete": "off"}),
        help_text=gettext_lazy("As the player shows it: 12:40, or 1:02:30. Empty takes it away again."),
    )

    def clean_at(self):
        said = self.cleaned_data["at"]
        second = seconds_in(said) if said else None
        if said and second is None:
            raise forms.ValidationError(_("Write 1:02:30, 12:40, or whole minutes."))
        return second


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def thread_recording(request, pk, slug):
    thread = visible_thread(request.user, pk)
    if services.recording_for(request.user, thread) is None:
        raise Http404
    first = "" if thread.recorded_second is None else clock(thread.recorded_second)
    form = MomentForm(request.POST if request.method == "POST" else None, initial={"at": first})
    if request.method == "POST" and form.is_valid():
        try:
            services.place_in_recording(by=request.user, thread=thread, second=form.cleaned_data["at"])
        except services.ForumRefused as refused:
            form.add_error("at", refused.words)
        else:
            messages.success(request, _("Saved."))
            return see_other(thread)
    status = 422 if form.errors else 200
    return render(request, "forum/recording.html", {"thread": thread, "form": form}, status=status)
