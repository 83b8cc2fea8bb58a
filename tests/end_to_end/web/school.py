"""A made-up school for the console: people and titles in several scripts, long names, everything at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.end_to_end.web.made_up import course, enrollment, full, progress
from tests.end_to_end.web.stand_in import StandIn, ok, refused

ARABIC = "مقدمة في الجبر: Algebra (עברית)"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunternehmen"
NAMES = [
    "Bob",
    "محمد علي",
    "Wolfeschlegelsteinhausenbergerdorff-Hubertusstein-Zeppelinheim",
    "Zoë",
    "李小龙",
    "Ida",
    "Bob",
]
LEARNER_PAGES = [
    ("#/today", "Today"),
    ("#/courses", "My courses"),
    ("#/catalogue", "Find a course"),
    ("#/courses/crs_1", "Knots for Sailors"),
    ("#/courses/crs_1/tasks", "Knots for Sailors"),
    ("#/courses/crs_1/people", "Knots for Sailors"),
    ("#/courses/crs_1/about", "Knots for Sailors"),
    ("#/courses/crs_2", LONG),
    ("#/assessments/asm_1", "A photograph of your bowline"),
    ("#/assessments/asm_2", ARABIC),
    ("#/chat", "Chat"),
    ("#/chat/usr_bob", "Bob"),
    ("#/me", "Me"),
    ("#/me/grades", "Grades"),
    ("#/me/points", "Points"),
    ("#/me/mails", "Address and mails"),
    ("#/me/settings", "Settings"),
    ("#/verify?token=usr_1.a", "Confirm your address"),
    ("#/undo?token=usr_1.a", "Keep your address"),
    ("#/unsubscribe?token=usr_1.a", "Fewer mails"),
    ("#/reset?token=usr_1.a", "Choose a new password"),
    ("#/forgot", "A lost password"),
]
NOTICES = [
    *("session.reminder", "session.changed", "enrollment.promoted", "submission.graded", "assessment.due"),
    *("message.unread", "review.assigned", "announcement"),
]
TUTOR_PAGES = [
    ("#/today", "Today"),
    ("#/teaching", "I teach"),
    ("#/teaching/new", "New course"),
    ("#/teaching/courses/crs_1", "Knots for Sailors"),
    ("#/teaching/courses/crs_1/learners", "Knots for Sailors"),
    ("#/teaching/courses/crs_1/tasks", "Knots for Sailors"),
    ("#/teaching/courses/crs_1/edit", "Knots for Sailors"),
    ("#/teaching/assessments/asm_1", "Grading: A photograph of your bowline"),
]


def at(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def assessment(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "assessmentId": f"asm_{number}",
        "courseId": "crs_1",
        "title": "A photograph of your bowline" if number == 1 else ARABIC,
        "instructions": None,
        "maxGrade": 10,
        "dueAt": at(number),
        "allowLate": number == 1,
        "mine": {"state": "graded", "grade": 9.5} if number == 1 else {"state": "none", "grade": None},
        "counts": {"submitted": 5, "ungraded": 3, "missing": 2},
        **changes,
    }


def submission(learner: str, number: int, grade: float | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "submissionId": f"sub_{learner}_{number}",
        "assessmentId": f"asm_{number}",
        "learnerId": f"usr_{learner}",
        "attempt": 1,
        "submissionUrl": "https://github.com/ada/knots",
        "fileName": "作业-knots.pdf",
        "submittedAt": at(-2),
        "late": number == 2,
        "grade": grade,
        "feedback": None if grade is None else "Well tied.",
        "gradedAt": None if grade is None else at(-1),
        **changes,
    }


def school(role: str = "learner") -> StandIn:
    api = StandIn(role=role)
    _courses(api)
    _own_page(api)
    _chat(api)
    if role == "learner":
        _day_of_a_learner(api)
    else:
        _day_of_a_tutor(api)
    return api


def _courses(api: StandIn) -> None:
    modules = [{"moduleId": f"mod_{number}", "title": f"Knot {number}", "minutes": 25} for number in range(4)]
    knots = course(modules=modules, assessments=[assessment(1), assessment(2)], waitlistLength=3)
    evening = full(courseId="crs_2", title=LONG, kind="session", startsAt=at(3), endsAt=at(3.1))
    algebra = course(courseId="crs_3", title=ARABIC, subject="Maths", capacity=None, seatsAvailable=None)
    for one in (knots, evening, algebra):
        api.on(f"GET /v1/courses/{one['courseId']}", ok({"course": one}))
    api.on("GET /v1/courses", ok({"courses": [knots, evening, algebra]}, total=3))
    people = [{"userId": f"usr_{number}", "name": name} for number, name in enumerate(NAMES)]
    leaders = [{"rank": rank, **one, "points": 300 - 20 * rank} for rank, one in enumerate(people, start=1)]
    api.on("GET /v1/courses/crs_1/leaderboard", ok({"leaders": leaders, "me": {"rank": 29, "points": 10}}, total=41))
    shared = [{"courseId": "crs_1", "title": "Knots for Sailors"}]
    peers = [
        {**one, "interests": [], "sharedCourses": shared, "commonInterests": ["maps"], "score": 1} for one in people
    ]
    api.on("GET /v1/learner/peers", ok({"peers": peers}, total=len(peers)))
    roster = [
        enrollment(
            "completed" if one["name"] == "Ida" else "active",
            learnerId=one["userId"],
            learner=one,
            completedModules=number % 5,
            totalModules=4,
            points=10 * number,
            lastAccessed=at(-3 * number) if number % 3 else None,
            submitted=number % 2,
            missing=2 - number % 3,
        )
        for number, one in enumerate(people)
    ]
    for one in (knots, evening, algebra):
        api.on(f"GET /v1/courses/{one['courseId']}/enrollments", ok({"enrollments": roster}, total=len(roster)))
    for number in (1, 2):
        own = {"submission": submission("ada", 1)} if number == 1 else {}
        api.on(
            f"GET /v1/assessments/asm_{number}", ok({"assessment": assessment(number, instructions="Show it."), **own})
        )
    work = [submission(str(number), 1, [None, 8, None, 5.5][number]) for number in range(4)]
    api.on("GET /v1/assessments/asm_1/submissions", ok({"submissions": work}, total=4))
    spread = [{"from": step, "to": step + 1, "count": step % 4} for step in range(10)]
    statistics = {"graded": 12, "mean": 7.4, "median": 8, "distribution": spread}
    api.on("GET /v1/assessments/asm_1/statistics", ok({"statistics": statistics}))


def _own_page(api: StandIn) -> None:
    own = [
        progress("mod_0", "mod_1", totalModules=4, kind="course", nextDueAt=at(1), lastAccessed=at(-1)),
        progress(courseId="crs_3", title=ARABIC, totalModules=50, completedModules=7, completionPercentage=14),
        progress(courseId="crs_4", title=LONG, completedModules=2, completionPercentage=100, status="completed"),
    ]
    summary = {"courses": 3, "completed": 1, "averagePercentage": 54, "totalStudyHours": 12.33, "points": 230}
    api.on("GET /v1/learner/me/progress", ok({"progress": own, "summary": summary}, total=3))
    api.on("GET /v1/learner/me/progress/crs_1", ok({"progress": own[0]}))
    api.on("GET /v1/learner/me/progress/crs_2", refused(403, "NOT_ENROLLED"))
    waiting = enrollment("waitlisted", courseId="crs_2", title=LONG, position=3, startsAt=at(3), endsAt=at(3.1))
    api.on("GET /v1/learner/me/enrollments", ok({"enrollments": [waiting]}, total=1))
    reasons = ["module_completed", "first_submission", "module_completed", "course_completed"]
    entries = [
        {"reason": reasons[number % 4], "points": 10, "reference": "x", "awardedAt": at(-1.5 * number)}
        for number in range(30)
    ]
    api.on("GET /v1/learner/me/points", ok({"entries": entries}, total=30))
    on = {"email": True, "push": False}
    api.on("GET /v1/learner/me/notifications", ok({"notifications": dict.fromkeys(NOTICES, on)}))
    of_mails = {"email": f"{LONG}@people.example", "emailVerified": False, "language": "de", "timeZone": "UTC"}
    profile = {
        "name": NAMES[2],
        **of_mails,
        "points": 300,
        "totalStudyHours": 12.33,
        "badges": ["first-module", "first-course"],
    }
    api.on("GET /v1/learner/me", ok({"profile": {**profile, "interests": ["knots"], "learningGoals": []}}))
    work = [submission("ada", 1, 9.5), submission("ada", 2)]
    api.on("GET /v1/learner/me/submissions", ok({"submissions": work}, total=2))


def _chat(api: StandIn) -> None:
    texts = ["Hello", "مرحبا كيف الحال؟", "A longer one " * 12]
    letters = [
        {
            "messageId": f"msg_{seq}",
            "conversationId": "cnv_1",
            "seq": seq,
            "senderId": "usr_ada" if seq % 2 else "usr_bob",
            "receiverId": "usr_bob" if seq % 2 else "usr_ada",
            "message": texts[seq % 3],
            "isRead": True,
            "createdAt": at(seq / 4 - 3),
        }
        for seq in range(1, 11)
    ]
    api.on(
        "GET /v1/learner/messages", ok({"messages": letters, "peer": {"userId": "usr_bob", "name": "Bob"}}, total=10)
    )
    peers = [{"userId": "usr_bob", "name": "Bob"}, {"userId": "usr_1", "name": NAMES[2]}]
    lists = [{"peer": peer, "lastMessage": letters[-1], "unread": number} for number, peer in enumerate(peers)]
    api.on("GET /v1/learner/conversations", ok({"conversations": lists}, total=2))


def _entry(kind: str, days: float, title: str, reference: str, **more: Any) -> dict[str, Any]:
    about = {"courseId": "crs_1", "courseTitle": "Knots for Sailors"}
    return {"kind": kind, "reference": reference, **about, "dueAt": at(days), "title": title, **more}


def _day_of_a_learner(api: StandIn) -> None:
    todo = [
        _entry("assessment", 1, "A photograph of your bowline", "asm_1"),
        _entry("session", 2, LONG, "crs_2", courseId="crs_2"),
        _entry("assessment", 5, ARABIC, "asm_2"),
    ]
    api.on("GET /v1/learner/me/todo", ok({"todo": todo}))
    _news(api)


def _day_of_a_tutor(api: StandIn) -> None:
    todo = [
        _entry("grading", -1, "A photograph of your bowline", "asm_1", count=3),
        _entry("session", 2, LONG, "crs_2", courseId="crs_2"),
    ]
    api.on("GET /v1/learner/me/todo", ok({"todo": todo}))
    _news(api)


def _news(api: StandIn) -> None:
    graded = {"assessmentId": "asm_1", "courseId": "crs_1", "grade": 9.5}
    news = [
        {"number": 2, "eventId": "e2", "type": "submission.graded", "data": graded, "seen": False},
        {"number": 1, "eventId": "e1", "type": "enrollment.promoted", "data": {"courseId": "crs_1"}, "seen": True},
    ]
    dated = [{**one, "occurredAt": at(-1)} for one in news]
    api.on("GET /v1/learner/me/news", ok({"news": dated}))
    api.on("PATCH /v1/learner/me/news", ok({}))
