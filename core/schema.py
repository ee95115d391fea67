"""What every operation of the API's document has in common: how it refuses."""

from __future__ import annotations

from typing import Any, Final

from core.problems import CONTENT_TYPE

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. `type` and `code` are stable; `title` and `errors` are for people.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "example": "urn:kadai:problem:over-limit"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "example": "over-limit"},
        "errors": {
            "type": "object",
            "description": "Sentences by the field that caused them.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_RESPONSE: Final[dict[str, Any]] = {
    "description": "The request is refused and nothing has changed.",
    "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular postprocessing hook: any operation may answer a problem."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["4XX"] = _RESPONSE
    return result
