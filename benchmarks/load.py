"""Learners at work, for locust: of a hundred requests 70 browse, 15 are progress, 5 enrol, 10 are messages.

    make run                                        in one terminal
    .venv-bench/bin/locust -f benchmarks/load.py --headless -u 20 -r 2 -t 1m

Against another stack, `PEERLEARN_API` is its address. Every user registers an account of their own.
"""

from __future__ import annotations

import json
import os
import random
import uuid
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task

STACK = Path(__file__).parents[1] / ".local" / "stack.json"
SUBJECTS = ("Mathematics", "Music", "Languages", "Programming")


@events.init.add_listener
def find_stack(environment: Any, **_: object) -> None:
    if not environment.host:
        environment.host = os.environ.get("PEERLEARN_API") or json.loads(STACK.read_text())["apiUrl"]


class Learner(FastHttpUser):
    """One account; between two requests it reads what it got."""

    wait_time = between(0.5, 2)

    def on_start(self) -> None:
        self.host = self.host or self.environment.host
        name = uuid.uuid4().hex
        account = {"name": "Load", "email": f"{name}@load.example", "password": "Loading-Test-1"}
        answer = self.client.post("/v1/learner/auth/register", json=account).json()
        self.headers = {"Authorization": f"Bearer {answer['token']}"}
        self.enrolled: dict[str, list[str]] = {}
        self.courses: list[str] = []
        self.tutor = ""
        self.browse()
        self.enroll()

    @task(45)
    def browse(self) -> None:
        query = random.choice(["", f"?subject={random.choice(SUBJECTS)}", "?level=beginner", "?page=2"])
        answer = self.client.get(f"/v1/courses{query}", name="/v1/courses").json()
        found = [one["courseId"] for one in answer["data"]["courses"] if one["kind"] == "course"]
        self.courses = found or self.courses

    @task(25)
    def look(self) -> None:
        self.page(random.choice(self.courses)) if self.courses else self.browse()

    @task(15)
    def progress(self) -> None:
        course_id = next((one for one, modules in self.enrolled.items() if modules), None)
        if course_id is None:
            self.client.get("/v1/learner/me/progress", headers=self.headers)
            return
        body = {"moduleId": self.enrolled[course_id].pop(), "studyMinutes": 20}
        path = f"/v1/learner/me/progress/{course_id}"
        self.client.patch(path, json=body, headers=self.headers, name="/v1/learner/me/progress/{courseId}")

    @task(5)
    def enroll(self) -> None:
        free = [one for one in self.courses if one not in self.enrolled]
        if not free:
            self.browse()
            return
        course_id = random.choice(free)
        course = self.page(course_id)
        path = f"/v1/courses/{course_id}/enroll"
        named = {"name": "/v1/courses/{courseId}/enroll", "headers": self.headers, "catch_response": True}
        with self.client.post(path, **named) as answer:
            # A full course is an answer, not a failure.
            if answer.status_code == 409:
                answer.success()
            elif answer.status_code == 201:
                self.enrolled[course_id] = [module["moduleId"] for module in course["modules"]]
                self.tutor = course["tutor"]["userId"]

    @task(10)
    def write(self) -> None:
        if not self.tutor:
            self.enroll()
            return
        body = {"receiverId": self.tutor, "message": "Where can I read more about this?"}
        self.client.post("/v1/learner/messages", json=body, headers=self.headers)

    def page(self, course_id: str) -> dict[str, Any]:
        answer = self.client.get(f"/v1/courses/{course_id}", name="/v1/courses/{courseId}").json()
        course: dict[str, Any] = answer["data"]["course"]
        return course
