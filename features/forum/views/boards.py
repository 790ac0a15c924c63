"""The boards there are, for who runs the site."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.htmx import see_other
from features.accounts.access import role_required
from features.accounts.models import Role
from features.forum import services
from features.forum.forms import BoardForm
from features.forum.models import Board


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def boards(request):
    return _page(request, BoardForm(request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def board(request, pk):
    found = get_object_or_404(Board.objects.select_related("skill"), pk=pk)
    return _page(request, BoardForm(request.POST or None, instance=found, initial={"skill": [found.skill]}), found)


def _page(request, form, board=None):
    if request.method == "POST" and form.is_valid():
        services.save_board(board=form.instance, by=request.user)
        messages.success(request, _("The board is there as you described it."))
        return see_other("manage_boards")
    context = {"form": form, "board": board, "boards": Board.objects.select_related("skill")}
    return render(request, "forum/manage/boards.html", context, status=422 if form.errors else 200)
