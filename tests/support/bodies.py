"""Bodies of requests that several scenes send."""

from __future__ import annotations

from typing import Any

FILE = {"fileName": "mate.pdf", "contentType": "application/pdf", "size": 4096}
HANDED_IN = {"submissionUrl": "https://github.com/ada/endgames"}
LINK = {"submissionUrl": "https://github.com/ada/rooks"}
MODULES = [{"moduleId": f"mod_{number}", "studyMinutes": 25} for number in (1, 2)]


def course_body(**changes: Any) -> dict[str, Any]:
    """Return the body of a new course, published unless changed."""
    return {
        "title": "Chess endgames for improvers",
        "description": "Pawns first, rooks next, and the positions that everybody should know by heart. " * 3,
        "subject": "Games",
        "level": "beginner",
        "kind": "course",
        "capacity": 30,
        "modules": [{"title": f"Chapter {number}", "minutes": 30} for number in range(12)],
        "status": "published",
    } | changes
