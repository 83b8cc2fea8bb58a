"""The rules that a field may break, in words: the schemas of `rule` and of a field's problem in both documents."""

from __future__ import annotations

from collections.abc import Mapping

from peerlearn.domain.problems import Rule
from scripts.api_documents.schemas import Schema, reference

WORDS: Mapping[Rule, str] = {
    Rule.REQUIRED: "It is missing.",
    Rule.NOT_NULL: "It may be left out, but not be null.",
    Rule.UNKNOWN_FIELD: "There is no such field.",
    Rule.NOT_TEXT: "It must be a text.",
    Rule.NOT_NUMBER: "It must be a number.",
    Rule.NOT_WHOLE_NUMBER: "It must be a whole number.",
    Rule.NOT_BOOLEAN: "It must be true or false.",
    Rule.NOT_LIST: "It must be a list.",
    Rule.NOT_OBJECT: "It must be an object.",
    Rule.NOT_TIME: "It must be an RFC 3339 time with its offset, within the years 1 to 9999.",
    Rule.NOT_ONE_OF: "It must be one of the values that the schema lists.",
    Rule.MALFORMED: "It does not have the form that the schema describes.",
    Rule.TOO_SHORT: "It must have at least `limit` characters.",
    Rule.TOO_LONG: "It must have at most `limit` characters.",
    Rule.TOO_MANY_BYTES: "It must have at most `limit` bytes in UTF-8.",
    Rule.TOO_MANY: "There may be at most `limit` of them.",
    Rule.TOO_SMALL: "It must be `limit` or more.",
    Rule.TOO_LARGE: "It must be `limit` or less.",
    Rule.TOO_MANY_DECIMALS: "It must have at most `limit` decimals.",
    Rule.NOT_AFTER: "It must be later than the beginning.",
    Rule.CONTROL_CHARACTERS: "It has control characters.",
    Rule.DIRECTION_CHARACTERS: "It has characters that change the direction of the text after them.",
    Rule.LINE_BREAKS: "It must be one line, without tabs.",
    Rule.NOTHING_VISIBLE: "It has nothing that a reader can see.",
    Rule.RESERVED_NAME: "It is a name that is shown for people who have left.",
    Rule.NOT_EMAIL: "It is not an email address.",
    Rule.NOT_REACHABLE: "It is an email address to which no mail can be sent.",
    Rule.NOT_TIME_ZONE: "It is not the name of a time zone in the IANA database.",
    Rule.NO_UPPER_CASE: "It has no upper-case letter.",
    Rule.NO_SPECIAL_CHARACTER: "It has no punctuation mark or symbol.",
    Rule.COMMON_PASSWORD: "It is a common password, or one with little added.",
    Rule.NOT_HTTPS: "It must begin with `https://`.",
    Rule.HOST_NOT_ALLOWED: "It must be on Amazon S3, Google Drive, Google Docs or GitHub.",
    Rule.HOST_ALONE: "It names a host alone, without a path.",
    Rule.NOT_YOUR_UPLOAD: "It is not a file that the caller uploaded for this assessment.",
    Rule.SLASHES: "It must not have slashes or backslashes.",
    Rule.TYPE_NOT_TAKEN: "Files of this type are not taken.",
    Rule.TYPE_CONTRADICTED: "The file's name, its declared type and its content do not belong together.",
    Rule.UNKNOWN_MODULE: "It is not a module of this course.",
    Rule.REPEATED: "It is in the list more than once.",
    Rule.ONESELF: "It must be somebody else.",
    Rule.UNCHANGED: "It is the present value, so nothing would change.",
    Rule.NOT_TOGETHER: "It cannot be combined with another field of the request.",
    Rule.NOT_A_CURSOR: "It is not a cursor of this list.",
    Rule.PAST_THE_REACH: "It reaches past entry `limit` of the list: go on by cursor.",
    Rule.OTHER: "It is wrong in another way; `message` says how.",
}


def field_schemas() -> dict[str, Schema]:
    """Return the schemas of a field's problem and of the rules."""
    return {
        "FieldProblem": {
            "type": "object",
            "description": "A field that is wrong, and a rule that it breaks; a field may have several.",
            "properties": {
                "field": {"type": "string", "description": "As the client wrote it, e.g. `modules.0.title`."},
                "rule": reference("FieldRule"),
                "message": {"type": "string", "description": "For people."},
                "limit": {"type": "integer", "description": "The bound of the rule, where it has one."},
            },
            "required": ["field", "rule", "message"],
        },
        "FieldRule": {
            "type": "string",
            "enum": [rule.value for rule in Rule],
            "description": "\n".join(
                ["The rule, for a client that has its own words.", "", *(f"- `{r.value}`: {WORDS[r]}" for r in Rule)]
            ),
        },
    }
