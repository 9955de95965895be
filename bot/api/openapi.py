"""The JSON API as OpenAPI 3.1 describes it. Pure."""

from importlib.metadata import version
from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
PROBLEM: Json = {
    "type": "object",
    "required": ["title", "status", "detail", "code", "ja", "en"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "ja": TEXT,
        "en": TEXT,
    },
}
CITATION: Json = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "document": TEXT,
        "id": TEXT,
        "title": TEXT,
        "file": TEXT,
        "place": TEXT,
        "page": {"type": ["integer", "null"]},
        "quote": TEXT,
        "stale": {"type": "boolean"},
    },
}
ANSWER: Json = {
    "type": "object",
    "required": ["question", "text", "answer", "mode", "certainty", "citations"],
    "properties": {
        "id": TEXT,
        "question": TEXT,
        "text": {"type": "string", "description": "all that a person reads"},
        "answer": {"type": "string", "description": "the answer alone, with [n] after each claim"},
        "language": {"enum": ["ja", "en"]},
        "mode": {
            "enum": ["answered", "unsure", "refused", "asked_back", "talk", "dialog", "documents"]
        },
        "writer": {"enum": ["extractive", "llm", ""]},
        "certainty": {"enum": ["sure", "unsure", "none"]},
        "notes": {"type": "array", "items": TEXT},
        "citations": {"type": "array", "items": {"$ref": "#/components/schemas/Citation"}},
        "followups": {"type": "array", "items": TEXT},
        "choices": {"type": "array", "items": TEXT},
    },
}
OBJECT: Json = {"type": "object"}
FILTERS = ("q", "state", "kind", "audience", "due")


def described(accepted: str) -> Json:
    """Return the whole description; `accepted` are the endings of files that can be added."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "llm-choose",
            "version": version("llm-choose"),
            "description": (
                "Answers from the company's own documents, with sources. Errors are "
                "application/problem+json with a sentence in Japanese and English."
            ),
        },
        "security": [{"token": []}],
        "paths": _asking() | _documents(accepted) | _decisions(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Answer": ANSWER, "Citation": CITATION, "Problem": PROBLEM},
        },
    }


def _asking() -> Json:
    ask = _body({"question": TEXT, "conversation": TEXT, "stream": {"type": "boolean"}}, "question")
    events = {"text/event-stream": {"schema": TEXT}}
    answered = _json({"$ref": "#/components/schemas/Answer"}) | events
    search = _body({"query": TEXT, "limit": {"type": "integer", "maximum": 50}}, "query")
    return {
        "/api/v1/ask": {"post": _does("Ask the documents", "ask", answered, body=ask)},
        "/api/v1/search": {"post": _does("Find passages", "search", _json(OBJECT), body=search)},
    }


def _documents(accepted: str) -> Json:
    filters = [{"name": name, "in": "query", "schema": TEXT} for name in FILTERS]
    file = {"type": "string", "format": "binary", "description": accepted}
    form = {"file": file, "title": TEXT, "kind": TEXT, "audience": TEXT, "replaces": TEXT}
    schema = {"type": "object", "required": ["file"], "properties": form}
    upload = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    row = _json(OBJECT)
    one = "/api/v1/documents/{document}"
    document = [_in_path("document")]
    adding = _does("Add a file", "admin", row, body=upload, status="202")
    changes: Json = {}
    for verb in ("publish", "withdraw", "rollback"):
        does = _does(f"{verb.capitalize()} a document", "admin", row, document)
        changes[f"{one}/{verb}"] = {"post": does}
    return {
        "/api/v1/documents": {
            "get": _does("List documents", "documents", row, filters),
            "post": adding,
        },
        one: {
            "get": _does("One document", "documents", row, document),
            "delete": _does("Delete a document", "admin", {}, document, status="204"),
        },
        "/api/v1/jobs/{job}": {
            "get": _does("Where a file stands", "admin", row, [_in_path("job")])
        },
    } | changes


def _decisions() -> Json:
    body = _body({"answers": OBJECT}, "answers")
    decide = _does("Work out what answers lead to", "decisions", _json(OBJECT), body=body)
    model = _does("The questions and their options", "decisions", _json(OBJECT))
    return {"/api/v1/decisions": {"post": decide}, "/api/v1/decisions/model": {"get": model}}


def _in_path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _body(properties: Json, *required: str) -> Json:
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"required": True, "content": _json(schema)}


def _does(
    summary: str,
    scope: str,
    content: Json,
    parameters: list[Json] | None = None,
    *,
    body: Json | None = None,
    status: str = "200",
) -> Json:
    """Return one operation; its scope is named, and what it says where it does nothing."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    other = {"description": "a problem", "content": {"application/problem+json": problem}}
    operation: Json = {
        "summary": summary,
        "description": f"Needs a token with the scope `{scope}`.",
        "responses": {status: {"description": "done", "content": content}, "default": other},
    }
    if not content:
        del operation["responses"][status]["content"]
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = body
    return operation
