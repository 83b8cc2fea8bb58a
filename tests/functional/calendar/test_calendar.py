"""A private link to one's booked sessions, and what calendar programs find behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerlearn.bootstrap.core import table
from peerlearn.domain import calendars
from peerlearn.domain.calendars import Booking
from peerlearn.domain.clock import utc_now
from peerlearn.domain.courses import Course, CourseStatus, Kind, Level, Tutor
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.http.icalendar import calendar_text
from peerlearn.persistence import keys
from tests.support.api import Answer
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.people import Person

Call = Callable[..., Answer]
NAUGHTY = 'Rooks, pawns; "kings" \\ queens\r\nBEGIN:VEVENT\n🙂 ' + "ä🙂" * 60


@pytest.fixture
def begins() -> datetime:
    return utc_now().replace(microsecond=0) + timedelta(days=1)


@pytest.fixture
def session_id(learner: Person, begins: datetime) -> str:
    """A session in which the learner holds a seat; they have a course and a dropped session beside it."""
    courses, learning = Courses(table()), Learning(table())
    slot = (begins, begins + timedelta(hours=1))
    booked = courses.add(slot=slot, title=NAUGHTY)
    dropped = courses.add(slot=(begins + timedelta(days=1), begins + timedelta(days=2)))
    learning.enroll(learner.user_id, booked, dropped, courses.add())
    learning.drop(learner.user_id, dropped)
    return booked


def link(call: Call, person: Person) -> dict[str, str]:
    """The query of a new link."""
    answer = call("create_calendar_link", token=person.token)
    assert answer.status == 201
    url = urlsplit(answer.body["data"]["calendar"]["url"])
    assert (url.scheme, url.netloc, url.path) == ("https", "api.example", "/api/v1/learner/me/calendar.ics")
    return {name: value for name, (value,) in parse_qs(url.query).items()}


def test_booked_sessions_are_events(call: Call, learner: Person, session_id: str, begins: datetime) -> None:
    query = link(call, learner)
    answer = call("get_calendar", query=query)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"].startswith("private")
    calendar: Any = icalendar.Calendar.from_ical(answer.text)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"]
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] == NAUGHTY.replace("\r\n", "\n")
    assert event["DTSTART"].dt == begins
    assert event["DTEND"].dt == begins + timedelta(hours=1)
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 0

    # the same until something changes
    again = call("get_calendar", query=query, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    Learning(table()).drop(learner.user_id, session_id)
    later = call("get_calendar", query=query, headers={"If-None-Match": answer.headers["etag"]})
    assert (later.status, icalendar.Calendar.from_ical(later.text).walk("VEVENT")) == (200, [])


def test_a_new_link_takes_the_place_of_the_former_and_revoking_of_all(call: Call, learner: Person) -> None:
    first, second = link(call, learner), link(call, learner)
    assert call("get_calendar", query=first).status == 404
    assert call("get_calendar", query=second).status == 200
    for _ in range(2):
        assert call("revoke_calendar_link", token=learner.token).status == 204
        assert call("get_calendar", query=second).status == 404


def test_wrong_tokens_are_refused_alike(
    call: Call, learner: Person, administrator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = link(call, learner)["token"]
    wrong = {
        "no": "",
        "of another": good.replace(learner.user_id, administrator.user_id),
        "of nobody": good.replace(learner.user_id, "usr_nobody"),
        "one letter": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "only an id": learner.user_id,
        "with a tail": f"{good}x",
        "a key": f"USER#{learner.user_id}.{'A' * 43}",
    }
    compared: list[int] = []
    hash_of = calendars.hash_of

    def counted(token: str) -> str:
        compared.append(1)
        return hash_of(token)

    monkeypatch.setattr(calendars, "hash_of", counted)
    answers = {name: call("get_calendar", query={"token": token}) for name, token in wrong.items()}
    assert {(answer.status, answer.code, answer.body["message"]) for answer in answers.values()} == {
        (404, "NOT_FOUND", "There is no calendar at this address.")
    }
    assert len(compared) == len(wrong)


def test_only_a_hash_is_kept_and_nothing_logged(
    call: Call, learner: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    token = link(call, learner)["token"]
    call("get_calendar", query={"token": token})
    call("get_calendar", query={"token": f"{token}x"})
    stored = table().get(keys.calendar(learner.user_id)) or {}
    secret = token.partition(".")[2]
    assert secret not in str(stored)
    assert len(secret) == 43  # 32 bytes
    out = capsys.readouterr()
    assert secret not in out.out + out.err


def booking(title: str, description: str) -> Booking:
    now = datetime.fromisoformat("2026-05-01T10:00:00+00:00")
    session = Course(
        course_id="ssn_1",
        title=title,
        description=description,
        subject="Games",
        level=Level.BEGINNER,
        kind=Kind.SESSION,
        tutor=Tutor("usr_t", "Ada"),
        status=CourseStatus.PUBLISHED,
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        created_at=now,
        version=3,
    )
    return Booking(Enrollment("usr_1", "ssn_1", EnrollmentStatus.ACTIVE, now, now), session)


def test_a_session_without_times_has_no_place_in_a_calendar() -> None:
    with_times = booking("Tactics", "Ten positions.")
    without = replace(with_times, session=replace(with_times.session, ends_at=None))
    with pytest.raises(ValueError, match="without times"):
        _ = without.starts_at


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n,;:\\"🙂ä'), max_size=200)


@given(title=TEXTS, description=TEXTS)
def test_any_text_survives_folding_and_escaping(title: str, description: str) -> None:
    text = calendar_text([booking(title, description)])
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    # no character is cut, and there is no other end of a line
    assert all(line.decode() for line in lines[:-1])
    assert b"\n" not in text.encode().replace(b"\r\n", b"")
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    for line_break in ("\u2028", "\u2029"):
        title, description = title.replace(line_break, "\n"), description.replace(line_break, "\n")
    assert event["SUMMARY"] == title
    assert event["DESCRIPTION"] == f"Ada\n\n{description}"


def test_an_event_keeps_its_name_and_counts_its_tutors_changes() -> None:
    before = booking("Rooks", "All of them")
    after = replace(before, session=replace(before.session, title="Queens", version=4))
    events: list[Any] = [
        icalendar.Calendar.from_ical(calendar_text([one])).walk("VEVENT")[0] for one in (before, after)
    ]
    assert events[0]["UID"] == events[1]["UID"]
    assert [event["SEQUENCE"] for event in events] == [2, 3]
    assert calendar_text([before]) == calendar_text([before])


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "written"),
    [
        ("0999-01-02T03:04:05+00:00", "0999-01-02T04:04:05+00:00", ("09990102T030405Z", "09990102T040405Z")),
        ("0001-01-01T00:00:00+00:00", "0001-01-01T01:00:00+00:00", ("00010101T000000Z", "00010101T010000Z")),
        ("2026-05-01T10:00:00.100+00:00", "2026-05-01T10:00:00.900+00:00", ("20260501T100000Z", "20260501T100001Z")),
        ("2026-05-01T10:00:00.900+00:00", "2026-05-01T10:00:01.100+00:00", ("20260501T100000Z", "20260501T100001Z")),
        ("9999-12-31T23:59:58+00:00", "9999-12-31T23:59:59+00:00", ("99991231T235958Z", "99991231T235959Z")),
    ],
)
def test_times_have_four_digits_of_a_year_and_an_end_after_the_start(
    starts_at: str, ends_at: str, written: tuple[str, str]
) -> None:
    one = booking("Rooks", "All of them")
    times = {"starts_at": datetime.fromisoformat(starts_at), "ends_at": datetime.fromisoformat(ends_at)}
    text = calendar_text([replace(one, session=replace(one.session, **times))])  # type: ignore[arg-type]
    assert (f"DTSTART:{written[0]}\r\n" in text, f"DTEND:{written[1]}\r\n" in text) == (True, True)
