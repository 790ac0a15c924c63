"""Every error of the API in one shape: RFC 9457, problem+json. `code` is stable, and equal to what the pages use."""

from http import HTTPStatus

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError

from core.api_parts import Invalid, Refusal
from core.limits import RateLimited
from core.refusals import PLAIN


def problem(status, code="", detail="", *, headers=None, **more):
    plain_code, plain_words = PLAIN.get(status, ("refused", ""))
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or plain_code,
        "detail": str(detail or plain_words),
        **more,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def problems_of_the_api(get_response):
    """Whatever answers below /api/, an error is a problem: also an unknown address, or a fault of ours."""

    def middleware(request):
        if not request.path.startswith("/api/"):
            return get_response(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # the server leaves the body out
        response = get_response(request)
        if is_head:
            request.method = "HEAD"
        if response.status_code < 400 or response.get("Content-Type") == "application/problem+json":
            return response
        shaped = problem(response.status_code)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in response:
                shaped[name] = response[name]
        return shaped

    return middleware


def handle_in(api):
    @api.exception_handler(Refusal)
    def refused(request, error):
        more = {"step": error.step} if error.step else {}
        return problem(error.status, error.code, error.detail, headers=error.headers, **more)

    @api.exception_handler(Http404)
    def missing(request, error):
        return problem(404)

    @api.exception_handler(AuthenticationError)
    def unknown(request, error):
        given = "Authorization" in request.headers
        challenge = 'Bearer error="invalid_token"' if given else "Bearer"
        words = _("This token is unknown, has run out or was revoked.") if given else ""
        return problem(401, "token" if given else "", words, headers={"WWW-Authenticate": challenge})

    @api.exception_handler(RateLimited)
    def limited(request, error):
        return problem(429, headers={"Retry-After": str(error.retry_after)})

    @api.exception_handler(ValidationError)
    def invalid(request, error):
        return problem(422, "invalid", _("Some values are not usable."), errors=[_place(e) for e in error.errors])

    @api.exception_handler(Invalid)
    def not_taken(request, error):
        errors = [{"pointer": f"#/{name}", "detail": str(m)} for name, said in error.errors.items() for m in said]
        return problem(422, "invalid", _("Some values are not usable."), errors=errors)

    @api.exception_handler(HttpError)
    def plain(request, error):
        return problem(error.status_code)


def _place(error) -> dict:
    """Where a value stands: a JSON pointer into the body, or the name of a parameter."""
    source, *path = error["loc"]
    if source == "body":
        return {"pointer": "#" + "".join(f"/{part}" for part in path[1:]), "detail": error["msg"]}
    return {"parameter": str(path[-1]) if path else source, "detail": error["msg"]}
