from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from features.accounts import services
from features.accounts.models import StoredFile

A_YEAR = 365 * 24 * 3600


@require_safe
def stored_file(request, name, width):
    """One width of a picture. A name is never used twice, so what is public stays good for a year."""
    file = get_object_or_404(StoredFile, pk=name)
    if width not in file.widths or not services.may_see(file, request.user):
        raise Http404
    try:
        with default_storage.open(file.path(width)) as content:
            response = HttpResponse(content.read(), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    if file.is_public:
        response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@require_safe
def stored_document(request, name):
    """A document, always to be saved and never shown: what somebody uploaded is not drawn by a browser as a page of
    ours."""
    file = get_object_or_404(StoredFile.objects.exclude(title=""), pk=name)
    if not services.may_see(file, request.user):
        raise Http404
    [path] = file.paths
    try:
        with default_storage.open(path) as content:
            response = HttpResponse(content.read(), content_type="application/octet-stream")
    except FileNotFoundError:
        raise Http404 from None
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.title)
    response["Cache-Control"] = "private, no-store"
    return response
