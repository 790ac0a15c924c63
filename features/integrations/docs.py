"""The API for people who read: one page, drawn from the OpenAPI document, without anybody else's scripts."""

from functools import cache

from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core import limits
from core.api import api
from core.api_parts import MOST_ON_A_PAGE, scopes
from core.signatures import sign
from features.integrations.journeys import JOURNEYS
from features.integrations.services import events

# With this one a receiver can be checked before anything is sent.
SECRET = "whsec_for-checking-your-code"  # noqa: S105 - it guards nothing
BODY = (
    '{"id": "evt_4fQ", "type": "registration.created", "created_at": "2026-01-01T00:00:00+00:00", '
    '"data": {"session": 12, "registration": "pX2"}}'
)


@csrf_exempt  # it takes nothing
@require_safe
def page(request):
    context = {
        "journeys": JOURNEYS,
        "groups": groups(),
        "schemas": schemas(),
        "scopes": list(scopes.values()),
        "limits": limits.LIMITS,
        "most": MOST_ON_A_PAGE,
        "events": events.items(),
        "secret": SECRET,
        "body": BODY,
        "signature": sign(BODY, [SECRET], 1767225600),
    }
    return render(request, "integrations/docs.html", context)


@cache
def groups() -> dict[str, list[dict]]:
    """{tag: operations}, as the document has them."""
    found: dict[str, list[dict]] = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            found.setdefault((operation.get("tags") or ["Other"])[0], []).append(_operation(path, method, operation))
    return found


@cache
def schemas() -> dict[str, list[dict]]:
    components = api.get_openapi_schema()["components"]["schemas"]
    return {
        name: _fields(schema)
        for name, schema in sorted(components.items())
        if schema.get("properties") and not _is_page(name)
    }


def _is_page(name: str) -> bool:
    """Page[Session] is called Page_Session_ there; all of them have items and next."""
    return name.startswith("Page_") and name.endswith("_")


def _operation(path, method, operation) -> dict:
    body = operation.get("requestBody", {}).get("content", {})
    answers = {status: _content(said) for status, said in operation["responses"].items() if status[0] == "2"}
    scope = next((names[0] for way in operation.get("security", []) for names in way.values() if names), "")
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scope": scope,
        "is_open": not operation.get("security") or {} in operation["security"],
        "parameters": [
            {"name": p["name"], "type": _type(p["schema"]), "says": p.get("description", "")}
            for p in operation["parameters"]
            if p["in"] == "query"
        ],
        "body": [_type(said["schema"]) for said in body.values()],
        "answers": answers,
    }


def _content(response) -> str:
    for said in response.get("content", {}).values():
        return _type(said["schema"])
    return ""


def _fields(schema) -> list[dict]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "type": _type(said),
            "says": said.get("description", ""),
            "is_required": name in required,
        }
        for name, said in schema["properties"].items()
    ]


def _type(schema) -> str:
    """ "string, date-time", "Session", "list of Session", "Host or string"."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"page of {name[5:-1]}" if _is_page(name) else name
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    low, high = schema.get("minimum"), schema.get("maximum")
    parts = [schema.get("type", "anything"), schema.get("format", "")]
    if low is not None and high is not None:
        parts.append(f"{low} to {high}")
    return ", ".join(part for part in parts if part)
