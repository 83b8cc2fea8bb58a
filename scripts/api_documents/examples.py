"""Example values of fields, by their names, for the examples of the documents.

Examples of requests are the event files' own. Those of answers are put together from the schemas and these values, so a
new field has an example at once, a better one if it is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.api_documents.schemas import Schema

_MOMENT = "2026-01-01T10:00:00Z"

_BY_FIELD: dict[str, Any] = {
    "assessmentId": "ast_0123456789abcdef01234567",
    "attempt": 1,
    "averagePercentage": 62,
    "badges": ["first-course"],
    "capacity": 12,
    "clientMessageId": "6f1c2a",
    "commonInterests": ["chess"],
    "completed": 1,
    "completedModuleIds": ["mod_0123456789abcdef01234567"],
    "completedModules": 3,
    "completionPercentage": 75,
    "conversationId": "cnv_0123456789abcdef01234567",
    "courseId": "crs_0123456789abcdef01234567",
    "courses": 2,
    "description": "Six that hold.",
    "details": {"attempt": 1, "grade": 9},
    "email": "ada@people.example",
    "entryId": "aud_0123456789abcdef01234567",
    "enrolledCourses": ["crs_0123456789abcdef01234567"],
    "enrollmentId": "enr_0123456789abcdef01234567",
    "eventId": "evt_0123456789abcdef01234567",
    "expiresIn": 3600,
    "feedback": "It holds.",
    "fileName": "knots.pdf",
    "grade": 9,
    "instructions": "Show your bowline.",
    "interests": ["chess", "sailing"],
    "late": False,
    "learnerId": "usr_0123456789abcdef01234567",
    "learningGoals": ["tie a bowline blindfolded"],
    "limit": 10,
    "maxGrade": 10,
    "message": "Shall we practise together?",
    "messageId": "msg_0123456789abcdef01234567",
    "minutes": 20,
    "moduleId": "mod_0123456789abcdef01234567",
    "name": "Ada",
    "page": 1,
    "outcome": "done",
    "peerId": "usr_89abcdef0123456789abcdef",
    "points": 10,
    "position": 1,
    "rank": 1,
    "readUpTo": 7,
    "readerId": "usr_89abcdef0123456789abcdef",
    "receiverId": "usr_89abcdef0123456789abcdef",
    "reference": "module:crs_0123456789abcdef01234567:mod_0123456789abcdef01234567",
    "refreshToken": "eyJhbGciOiJIUzI1NiJ9.refresh.signature",
    "score": 12,
    "seatsAvailable": 4,
    "seatsTaken": 8,
    "senderId": "usr_0123456789abcdef01234567",
    "seq": 7,
    "subject": "Crafts",
    "source": "203.0.113.7",
    "submissionId": "sub_0123456789abcdef01234567",
    "submissionUrl": "https://uploads.s3.us-east-1.amazonaws.com/uploads/usr_0/ast_0/upl_0/knots.pdf",
    "target": "crs_0123456789abcdef01234567",
    "ticket": "tck_0123456789abcdef01234567",
    "title": "Knots",
    "token": "eyJhbGciOiJIUzI1NiJ9.access.signature",
    "total": 1,
    "totalModules": 4,
    "totalStudyHours": 1.5,
    "unread": 0,
    "url": "https://uploads.s3.us-east-1.amazonaws.com/",
    "userId": "usr_0123456789abcdef01234567",
    "waitlistLength": 0,
    "webSocketUrl": "wss://abc1234567.execute-api.us-east-1.amazonaws.com/live",
}
# absent from examples: the last page has none, and those of the first attempt are null
_LEFT_OUT = {"next"}


def example_of(schema: Schema, schemas: Mapping[str, Schema], field: str = "") -> Any:
    """A value of the schema."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, field)
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema or "oneOf" in schema:
        return example_of((schema.get("anyOf") or schema["oneOf"])[0], schemas, field)
    if schema.get("type") == "object":
        return _object(schema, schemas)
    if schema.get("format") == "date-time":
        return _MOMENT
    value = _BY_FIELD.get(field)
    if schema.get("type") == "array":
        return value if isinstance(value, list) else [example_of(schema["items"], schemas, field)]
    return value if _is_of(schema, value) else _plain(schema, field)


def _object(schema: Schema, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    required = schema.get("required", [])
    properties = {name: one for name, one in schema.get("properties", {}).items() if name not in _LEFT_OUT}
    if not properties and isinstance(schema.get("additionalProperties"), dict):
        return {"key": example_of(schema["additionalProperties"], schemas)}
    return {name: example_of(one, schemas, name) for name, one in properties.items() if name in required or required}


def _is_of(schema: Schema, value: Any) -> bool:
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    kind = kinds.get(schema.get("type", ""))
    return kind is not None and isinstance(value, kind) and isinstance(value, bool) == (kind is bool)


def _plain(schema: Schema, field: str) -> Any:
    plain: dict[str, Any] = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": False, "null": None}
    return plain.get(schema.get("type", ""), field or "text")
