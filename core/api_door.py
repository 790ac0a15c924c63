"""What happens to every request of the API, around its operation: who asks, how often, whether again; and to every
answer: which fields, whether it is still the same, who may keep it."""

import json
from functools import partial, wraps

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError

from core.api_once import once
from core.api_parts import SAFE, Caller, Refusal, Selectable, seams
from core.limits import RateLimited, client_address, hit
from core.middleware import has_session


def door(run):
    """Wraps an operation; `NinjaAPI.add_decorator(door, mode="view")` puts it around all of them."""
    operation = run.__self__
    is_own_key = getattr(operation.view_func, "is_own_key", False)

    @wraps(run)
    def answer(request, **path):
        window = None
        try:
            if "\0" in request.path:
                raise Http404
            request.caller = _identify(request)
            window = _count(request)
            _need_consent(request)
            _need_json(request, operation)
            act = partial(run, request, **path)
            key = None if is_own_key else request.headers.get("Idempotency-Key")
            if key is not None and request.method not in SAFE and request.caller:
                response = once(request, key, act)
            else:
                response = act()
            if request.method == "GET" and response.status_code == 200:
                _select(request, operation, response)
        except (Refusal, RateLimited, AuthenticationError, Http404) as error:
            response = operation.api.on_exception(request, error)
        return _finish(request, response, window)

    return answer


def _identify(request) -> Caller | None:
    """The caller, or None for a stranger. A token that is not known is refused, never taken for a stranger."""
    header = request.headers.get("Authorization")
    if header is None:
        if has_session(request) and request.user.is_authenticated:
            return Caller(request.user)
        return None
    request.user = AnonymousUser()  # whoever else this browser knows: the token speaks
    scheme, _space, secret = header.partition(" ")
    caller = seams["bearer"](secret.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        hit("api_stranger", client_address(request))
        raise AuthenticationError
    request.person_id = caller.person.pk
    return caller


def _count(request):
    if request.caller:
        return hit("api", request.caller.key)
    hit("api_stranger", client_address(request))
    return None  # what a stranger has left is nobody else's: their answers may be shared


def _need_consent(request):
    if request.caller and request.method not in SAFE and seams["consent"](request.caller.person):
        detail = _("There are terms to agree to first, on the site. Reading goes on without it.")
        raise Refusal("consent", detail, step="consent", status=403)


def _need_json(request, operation):
    wanted = {getattr(model, "__ninja_param_source__", "") for model in operation.models}
    if "body" in wanted and not request.body:
        request._body = b"{}"  # nothing to say is nothing said: what is missing is then named, field by field
    elif "body" in wanted and request.content_type != "application/json" and request.body:
        raise Refusal("media_type", _("Send JSON, as application/json."), status=415)


# --- The answer -------------------------------------------------------------------------------------------------------
def selectable(operation) -> type[Selectable] | None:
    """What `fields` chooses from: the thing that is answered, or one of the list."""
    model = operation.response_models.get(200)
    found = getattr(model, "model_fields", {}).get("response")
    found = found and found.annotation
    if "items" in getattr(found, "model_fields", {}):
        found = found.model_fields["items"].annotation.__args__[0]
    return found if isinstance(found, type) and issubclass(found, Selectable) else None


def _select(request, operation, response):
    wanted = {name.strip() for name in request.GET.get("fields", "").split(",") if name.strip()}
    model = selectable(operation)
    if not wanted or model is None:
        return
    if unknown := wanted - set(model.model_fields):
        detail = _("There is no field “%(names)s” here.") % {"names": ", ".join(sorted(unknown))[:100]}
        raise Refusal("fields", detail, status=422)
    data = json.loads(response.content)
    things = data.get("items", [data])
    for thing in things:
        for name in thing.keys() - wanted:
            del thing[name]
    response.content = json.dumps(data, ensure_ascii=False)


def _finish(request, response, window) -> HttpResponse:
    if window:
        response["RateLimit-Limit"] = str(window.limit)
        response["RateLimit-Remaining"] = str(window.left)
        response["RateLimit-Reset"] = str(window.seconds)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    if "Authorization" in request.headers:
        response["Cache-Control"] = "private, no-store"
    if request.method == "GET" and response.status_code == 200:
        if "ETag" not in response:
            set_response_etag(response)
        response = get_conditional_response(request, etag=response["ETag"], response=response)
    return response
