"""A small school with people, and courses in every state that a use of a function begins in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from peerlearn.bootstrap.accounts import account_repository
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.jobs import agenda_service
from peerlearn.bootstrap.news import news_service
from peerlearn.bootstrap.security import tokens
from peerlearn.domain import events
from peerlearn.domain.clock import from_rfc3339, to_rfc3339, utc_now
from peerlearn.domain.courses import CourseStatus
from peerlearn.domain.exports import ExportRecord
from peerlearn.domain.ids import new_id
from peerlearn.domain.jobs import Cursor, JobKind, Step, job_id_of
from peerlearn.domain.mails import MailKind, Mailroom
from peerlearn.domain.realtime import Connection, Ticket
from peerlearn.domain.reminders import minute_of, session_dues
from peerlearn.domain.users import Role
from peerlearn.persistence import keys, mail_keys
from peerlearn.persistence.dues import DueRepository
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.dues import due_item
from peerlearn.persistence.items.jobs import cursor_item
from peerlearn.persistence.items.realtime import connection_item, ticket_item
from peerlearn.persistence.mails import OutboxRepository
from peerlearn.persistence.personal_data import PersonalDataRepository
from peerlearn.persistence.writes import put
from scripts.project.template import load_template
from tests.support.api import Answer, http_event, invoke
from tests.support.bodies import FILE, HANDED_IN, LINK, MODULES, course_body
from tests.support.catalogue.events import TICKET, UNDER_WAY
from tests.support.courses import Courses
from tests.support.mail_tokens import NAMES, minted
from tests.support.news import promotion
from tests.support.people import PASSWORD, People, Person


def functions() -> dict[str, str]:
    """The Handler of every function of the template that is built from here, by the name of its module."""
    resources = load_template()["Resources"].values()
    built = [one["Properties"] for one in resources if one["Type"] == "AWS::Serverless::Function"]
    return {one["Handler"].split(".")[-2]: one["Handler"] for one in built if "CodeUri" in one}


@dataclass(slots=True)
class World:
    """People, and courses in every state that a use case begins in. `ids` are the courses and what is in them."""

    last_seq: ClassVar[int] = 2

    handlers: dict[str, str] = field(default_factory=functions)
    people: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    @property
    def announced(self) -> dict[str, Any]:
        """Return the announcement to the learners of the common course."""
        data = {"courseId": self.ids["common"], "title": "common", "status": "closed", "startsAt": None, "endsAt": None}
        return events.Event(
            events.EventType.SESSION_UPDATED, "evt_1", (), data, utc_now(), self.ids["common"]
        ).as_push()

    def call(self, name: str, who: str | None = None, **parts: Any) -> Answer:
        """A request that must succeed."""
        answer = invoke(self.handlers[name], self.request(name, who, **parts))
        assert answer.status < 300, (name, answer)
        return answer

    def request(self, name: str, who: str | None = None, **parts: Any) -> dict[str, Any]:
        token = self.people[who].token if who in self.people else self.tokens[who] if who else None
        return http_event(name, token=token, **parts)

    def course(self, name: str, *learners: str, **changes: Any) -> None:
        """A new course of the tutor's by that name, with those learners in it."""
        tutor_id = self.people["tutor"].user_id
        settings: dict[str, Any] = {"capacity": 30, "tutor_id": tutor_id, "title": name}
        self.ids[name] = Courses(table()).add(**settings | changes)
        for learner in learners:
            self.call("enroll", learner, path=self.at(name), body=None)

    def person(self, name: str) -> Person:
        return self.people[name]

    def at(self, course: str) -> dict[str, str]:
        return {"courseId": self.ids[course]}

    def on(self, assessment: str, learner: str | None = None) -> dict[str, str]:
        path = {"assessmentId": self.ids[assessment]}
        return path | {"learnerId": self.people[learner].user_id} if learner else path

    def message(self, to: str, **changes: Any) -> dict[str, Any]:
        text = {"receiverId": self.people[to].user_id, "message": "Shall we?", "clientMessageId": "mine"}
        return text | changes


def new_world() -> World:
    """Built through the product's own endpoints, on the table that its providers know."""
    world = World()
    people = People(account_repository(), tokens())
    world.people = {"tutor": people.add(Role.TUTOR), "admin": people.add(Role.ADMIN)}
    world.people |= {name: people.add() for name in ("ada", "bob")}
    # The only one who is sent notices.
    world.people["eve"] = people.add(proven=True)
    new = {"name": "Pia", "email": "pia@people.example", "password": PASSWORD}
    world.tokens["pia"] = world.call("register", body=new).body["token"]
    _second_session(world)
    for name in NAMES:
        world.people[name] = people.add()
        world.ids[name] = minted(name, world.people[name].user_id, "moved@people.example")
    _courses(world)
    _assessments(world)
    _privacy(world, people)
    # Bob is behind with his, as the stream may be.
    for name, course in (("ada", "common"), ("ada", "booked session"), ("eve", "common"), ("eve", "moved")):
        agenda_service().follow(world.ids[course], world.people[name].user_id)
    for number in range(3):
        news_service().keep(world.people["ada"].user_id, promotion(number))
    for sender, receiver in (("ada", "bob"), ("bob", "ada")):
        world.call("send", sender, body=world.message(receiver, clientMessageId="before"))
    _connections(world)
    _mails(world)
    _reminders(world)
    return world


def add_what_comes_of_repeating(world: World) -> None:
    """Have Ada graded anew and hand in again, and the tutor send a request under a key: then every kind is there."""
    world.call("grade", "tutor", path=world.on("graded", "ada"), body={"grade": 4})
    again = {"submissionUrl": "https://github.com/ada/again"}
    world.call("submit", "ada", path=world.on("handed in"), body=again)
    world.call("create_ticket", "tutor", body=None, headers={"Idempotency-Key": "once"})


def _second_session(world: World) -> None:
    """Ada is signed in on her phone, too."""
    phone = {"email": world.people["ada"].user.email, "password": PASSWORD}
    before = _standing_sessions(world, "ada")
    world.call("login", body=phone)
    (world.ids["ada's phone"],) = _standing_sessions(world, "ada") - before


def _standing_sessions(world: World, name: str) -> set[str]:
    return set(_item(keys.standing(world.people[name].user_id))["sessions"])


def _courses(world: World) -> None:
    tomorrow = utc_now() + timedelta(days=1)
    slot, later = ((tomorrow + timedelta(hours=hours), tomorrow + timedelta(hours=hours + 1)) for hours in (0, 1))
    world.course("open")
    world.course("session", slot=slot)
    world.course("left", "ada")
    world.call("withdraw", "ada", path=world.at("left"), body=None)
    world.course("taken", "ada")
    world.course("booked session", "ada", slot=later)
    world.course("full", "bob", capacity=1)
    for name in ("awaited", "freed"):
        world.course(name, "bob", capacity=1)
        world.call("join_waitlist", "ada", path=world.at(name), body=None)
    world.course("common", "ada", "bob", "eve")
    world.course("nearly done", "ada")
    for name in ("common", "nearly done"):
        world.call("complete_module", "ada", path=world.at(name), body=MODULES[0])
    for name in ("Listed", "Of two words"):
        world.call("create_course", "tutor", body=course_body(title=name))
    world.course("draft", status=CourseStatus.DRAFT)
    # A course that the stream has yet to list, a seat that it has yet to give away, a time that it has yet to move.
    world.items["unlisted"] = _item(keys.course(world.ids["open"]))
    world.call("withdraw", "bob", path=world.at("freed"), body=None)
    world.items["freed"] = _item(keys.seats(world.ids["freed"]))
    world.course("moved", "eve", slot=later)
    world.items["before"] = _item(keys.course(world.ids["moved"]))
    moved = {"startsAt": to_rfc3339(slot[0]), "endsAt": to_rfc3339(slot[1])}
    world.call("update_course", "tutor", path=world.at("moved"), body=moved)
    world.items["moved"] = _item(keys.course(world.ids["moved"]))
    begun = Cursor(job_id_of(JobKind.RESCHEDULE, world.ids["moved"], UNDER_WAY)).after(Step("2020", 0))
    table().write(put(cursor_item(begun, utc_now())))


def _assessments(world: World) -> None:
    new = {"title": "Mate in two", "instructions": "Ten positions.", "maxGrade": 10}
    for name in ("task", "handed in", "graded", "uploaded"):
        made = world.call("create_assessment", "tutor", path=world.at("common"), body=new).body["data"]["assessment"]
        world.ids[name] = made["assessmentId"]
    due = {**new, "dueAt": "2030-01-01T10:00:00Z"}
    made = world.call("create_assessment", "tutor", path=world.at("common"), body=due).body["data"]["assessment"]
    world.ids["untouched"] = made["assessmentId"]
    for name in ("handed in", "graded"):
        world.call("submit", "ada", path=world.on(name), body=HANDED_IN)
    world.call("grade", "tutor", path=world.on("graded", "ada"), body={"grade": 10})
    world.call("submit", "eve", path=world.on("graded"), body=HANDED_IN)
    world.call("grade", "tutor", path=world.on("graded", "eve"), body={"grade": 7})
    world.items["graded"] = _item(keys.submission(world.people["ada"].user_id, world.ids["graded"]))
    for name in ("task", "uploaded"):
        upload = world.call("create_upload", "ada", path=world.on(name), body=FILE).body["data"]["upload"]
        world.ids[f"{name} url"] = upload["submissionUrl"]
    world.call("submit", "ada", path=world.on("uploaded"), body={"submissionUrl": world.ids["uploaded url"]})


def _privacy(world: World, people: People) -> None:
    link = world.call("create_calendar_link", "ada", body=None).body["data"]["calendar"]["url"]
    world.ids["calendar"] = link.partition("token=")[2]
    ada, zoe = world.people["ada"].user_id, people.add()
    # Zoe has been here, and is erased as far as an answer waits for.
    world.people["zoe"] = zoe
    for name in ("common", "session", "awaited"):
        world.call("join_waitlist" if name == "awaited" else "enroll", "zoe", path=world.at(name), body=None)
    world.call("complete_module", "zoe", path=world.at("common"), body=MODULES[0])
    world.call("submit", "zoe", path=world.on("task"), body=LINK)
    world.call("grade", "tutor", path=world.on("task", "zoe"), body={"grade": 10})
    world.call("grade", "tutor", path=world.on("task", "zoe"), body={"grade": 4})
    world.call("send", "zoe", body=world.message("ada"))
    world.call("erase_account", "zoe")
    world.items["erased"] = _item(keys.totals(zoe.user_id))
    wanted = ExportRecord(world.people["bob"].user_id, new_id("exp"), utc_now(), utc_now() + timedelta(hours=1))
    PersonalDataRepository(table()).begin(wanted, new_id("token"))
    world.ids["export"] = wanted.export_id
    world.items["export"] = _item(keys.export(wanted.user_id))
    named = _item(keys.profile(ada))
    world.items["ada"], world.items["renamed"] = named, named | {"name": "Ada Lovelace", "lastChange": "profile"}


def _connections(world: World) -> None:
    ada, bob = world.people["ada"], world.people["bob"]
    expires_at = utc_now() + timedelta(hours=1)
    ticket = Ticket(ada.user_id, ada.user.role, ada.session.session_id, expires_at)
    table().write(put(ticket_item(hashlib.sha256(TICKET.encode()).hexdigest(), ticket)))
    for person in (ada, bob):
        open_since = utc_now() - timedelta(minutes=1)
        connection = Connection(person.user_id, f"{person.user.name}=", person.session.session_id, open_since)
        table().write(put(connection_item(connection)))
    low, high = sorted((ada.user_id, bob.user_id))
    world.items["message"] = _item(keys.message(low, high, 2))
    world.items["session"] = _item(keys.session(ada.user_id, ada.session.session_id))


def _mails(world: World) -> None:
    (mail,) = Mailroom(is_open=True).to(world.people["ada"].user, MailKind.ADDRESS_PROOF)
    OutboxRepository(table()).add(mail)
    world.ids["mail"], world.items["mail"] = mail.mail_id, _item(mail_keys.mail(mail.mail_id))
    eve, told = world.people["eve"].user_id, {"title": "common", "courseId": world.ids["common"]}
    world.items["seat"] = _item(keys.enrollment(eve, world.ids["common"]))
    (notice,) = Mailroom(is_open=True).notice(eve, MailKind.ENROLLMENT_PROMOTED, **told)
    OutboxRepository(table()).add(notice)
    world.ids["notice"] = notice.mail_id


def _reminders(world: World) -> None:
    """Have a tick passed, and a reminder due in the minute after."""
    begins = from_rfc3339(world.items["moved"]["startsAt"])
    day, _ = session_dues(world.ids["moved"], begins)
    minute, dues = minute_of(utc_now()), DueRepository(table())
    dues.move(None, minute - timedelta(minutes=1))
    table().write(put(due_item(day, minute)))
    world.ids["due"] = day.name


def _item(key: keys.Key) -> Item:
    item = table().get(key)
    assert item is not None
    return item
