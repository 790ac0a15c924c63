"""The OpenAPI 3.1 document: what ninja knows of the operations, completed with what the door does to all of them."""

from ninja.openapi.schema import OpenAPISchema

from core.api_door import selectable
from core.api_parts import SAFE, Anybody

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: switch on this"},
        "detail": {"type": "string", "description": "For people, in their language"},
        "step": {"type": "string", "description": "The next step that the page would offer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer into the body"},
                    "parameter": {"type": "string", "description": "The name of a parameter"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal token, made at /account/tokens/",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The site's own session; unsafe methods need its CSRF token in X-CSRFToken",
    },
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[ -~]+$"},
    "description": "The same key and body within 24 hours: the same answer, and no second effect",
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of an earlier answer: 304 if nothing has changed",
}


class Document(OpenAPISchema):
    def operation_details(self, operation):
        details = super().operation_details(operation)
        is_read = all(method in SAFE for method in operation.methods)
        fields = selectable(operation)
        if fields:
            names = ", ".join(fields.model_fields)
            details["parameters"].append(
                {
                    "in": "query",
                    "name": "fields",
                    "required": False,
                    "schema": {"type": "string"},
                    "description": f"Only these, with commas between: {names}",
                }
            )
        details["parameters"].append(IF_NONE_MATCH if is_read else KEY)
        for said in details.get("requestBody", {}).get("content", {}).values():
            shape = self.schemas.get(said["schema"].get("$ref", "").rpartition("/")[2])
            if shape and not shape.get("required"):
                details["requestBody"]["required"] = False  # see `_need_json` of the door
        details["responses"] = {str(status): said for status, said in details["responses"].items()}
        if is_read:
            details["responses"]["304"] = {"description": "Not changed since the answer with this ETag"}
        details["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
        return details

    def operation_security(self, operation):
        if not operation.auth_callbacks:
            return None
        who = operation.auth_callbacks[0]
        ways = [{"token": [who.scope.name]}] if who.scope else []
        return [*ways, {"session": []}, *([{}] if isinstance(who, Anybody) else [])]

    def get_components(self):
        return {
            "schemas": self.schemas | {"Problem": PROBLEM},
            "responses": {
                "Problem": {
                    "description": "What went wrong, as RFC 9457 says it",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
            "securitySchemes": SECURITY,
        }
