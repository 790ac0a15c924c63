"""The JSON API: each feature's router over the same services as its pages. Refusals carry the pages' reason codes."""

from django.http import Http404, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from core.api_parts import Refusal
from features.sessions.api import router as sessions

api = NinjaAPI(
    title="MasteryHub",
    version="1",
    description="Sessions, and your seats in them. Fields may be added; a field that is here keeps its meaning.",
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/sessions/", sessions)


def problem(status, code, detail, **more):
    """RFC 9457, problem+json."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": str(detail), **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


@api.exception_handler(Refusal)
def refused(request, error):
    return problem(error.status, error.code, error.detail, step=error.step)


@api.exception_handler(Http404)
def missing(request, error):
    return problem(404, "not_found", "There is nothing here for you.")


@api.exception_handler(AuthenticationError)
def unknown(request, error):
    return problem(401, "sign_in", "Sign in first.")


@api.exception_handler(ValidationError)
def invalid(request, error):
    return problem(422, "invalid", "Some values are not usable.", errors=error.errors)


@api.exception_handler(HttpError)
def plain(request, error):
    return problem(error.status_code, "refused", error.message)
