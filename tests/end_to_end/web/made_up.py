"""Answers of the API about made-up people, courses and work."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.web.stand_in import NOW, StandIn, ok

TUTOR = {"userId": "usr_tomas", "name": "Tomas"}


def course(**changes: Any) -> dict[str, Any]:
    modules = [{"moduleId": f"mod_{number}", "title": f"Module {number}", "minutes": 10} for number in (1, 2)]
    return {
        "courseId": "crs_1",
        "title": "Knots for Sailors",
        "description": "Ten knots that hold.",
        "subject": "Crafts",
        "level": "beginner",
        "kind": "course",
        "tutor": TUTOR,
        "capacity": 10,
        "seatsTaken": 1,
        "seatsAvailable": 9,
        "waitlistLength": 0,
        "startsAt": None,
        "endsAt": None,
        "status": "published",
        "createdAt": NOW,
        "modules": modules,
        "assessments": [],
        **changes,
    }


def full(**changes: Any) -> dict[str, Any]:
    return course(seatsTaken=10, seatsAvailable=0, waitlistLength=2, **changes)


def enrollment(status: str = "active", **changes: Any) -> dict[str, Any]:
    return {
        "enrollmentId": "enr_1",
        "learnerId": "usr_ada",
        "courseId": "crs_1",
        "title": "Knots for Sailors",
        "status": status,
        "enrolledAt": NOW,
        "updatedAt": NOW,
        **changes,
    }


def progress(*completed: str, **changes: Any) -> dict[str, Any]:
    return {
        "courseId": "crs_1",
        "title": "Knots for Sailors",
        "completedModules": len(completed),
        "completedModuleIds": list(completed),
        "totalModules": 2,
        "completionPercentage": 50 * len(completed),
        "lastAccessed": NOW,
        "status": "active",
        **changes,
    }


def take_part(api: StandIn, status: str = "active") -> None:
    """The learner has this place in the one course that there is."""
    api.on("GET /v1/courses/crs_1", ok({"course": course() if status == "active" else full()}))
    api.on("GET /v1/learner/me/enrollments", ok({"enrollments": [enrollment(status)]}, total=1))
    if status == "active":
        api.on("GET /v1/learner/me/progress/crs_1", ok({"progress": progress()}))
    api.on("GET /v1/courses/crs_1/leaderboard", ok({"leaders": []}, total=0))
