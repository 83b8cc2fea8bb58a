"""Numbers that the documents state: the sentence, and where the code or the template has them.

Where a sentence is changed, it is changed here too; where a number is, the page has to follow.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from peerlearn import observability
from peerlearn.adapters import personal_files, public_keys, uploads
from peerlearn.bootstrap import enrollments as booking
from peerlearn.domain import (
    courses,
    exports,
    facets,
    file_names,
    file_types,
    grades,
    idempotency,
    jobs,
    leaderboard,
    mail_tokens,
    news,
    numbers,
    paging,
    peers,
    points,
    progress,
    realtime,
    reminders,
    standing,
    users,
)
from peerlearn.domain import enrollments as lines
from peerlearn.domain import uploads as forms
from peerlearn.domain.assessments import INSTRUCTIONS_MAX_LENGTH
from peerlearn.domain.audit import DEFAULT_RETENTION
from peerlearn.domain.directory import TEXT_MAX_LENGTH
from peerlearn.domain.limits import DEFAULTS, spoken
from peerlearn.domain.submissions import FEEDBACK_MAX_LENGTH
from peerlearn.events.tasks import pause_before_next_try
from peerlearn.http import caching
from peerlearn.http.websocket import MESSAGE_MAX_BYTES
from peerlearn.persistence import (
    audit,
    catalogue_keys,
    claims,
    index_keys,
    keys,
    message_writes,
    side_by_side,
    system_keys,
)
from peerlearn.persistence.items import mails
from peerlearn.services import messages, promotion, searching
from scripts.cli import check as checking
from scripts.cli import courses as importing
from scripts.cli import yaml_nodes
from scripts.deploying import account
from scripts.invariants import erasures
from scripts.project.paths import ROOT
from scripts.project.template import load_template

TEMPLATE = load_template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]

# A page's name, a sentence of it with a place for each number, and the numbers.
Stated = tuple[str, str, tuple[Any, ...]]


def word(number: float) -> str:
    """Return a small number as people write it."""
    assert number == int(number)
    return {20: "twenty", 100: "hundred"}.get(int(number)) or _WORDS[int(number)]


def whole(amount: timedelta, unit: timedelta) -> int:
    assert amount % unit == timedelta(0)
    return amount // unit


def minutes(amount: timedelta) -> int:
    return whole(amount, timedelta(minutes=1))


def days(amount: timedelta) -> int:
    return whole(amount, timedelta(days=1))


def of(name: str) -> dict[str, Any]:
    """Return the properties of a resource of the template."""
    properties: dict[str, Any] = RESOURCES[name]["Properties"]
    return properties


def default(parameter: str) -> int:
    return int(TEMPLATE["Parameters"][parameter]["Default"])


def tries(queue: str) -> int:
    """Return how often a task of a queue is tried before it is a dead letter."""
    return int(of(queue)["RedrivePolicy"]["maxReceiveCount"])


def minutes_of_tries(queue: str) -> float:
    """Return how long the pauses between these tries take together."""
    received = ({"attributes": {"ApproximateReceiveCount": number}} for number in range(1, tries(queue)))
    return sum(map(pause_before_next_try, received)) / 60


def at_once(function: str) -> int:
    (source,) = (one["Properties"] for one in of(function)["Events"].values() if one["Type"] == "SQS")
    return int(source["ScalingConfig"]["MaximumConcurrency"])


def alarm(name: str) -> tuple[float, int]:
    """Return the threshold of an alarm, and how many minutes it looks at."""
    properties = of(f"{name}Alarm")
    periods = {one["MetricStat"]["Period"] for one in properties.get("Metrics", ()) if "MetricStat" in one}
    (period,) = periods or {properties["Period"]}
    return properties["Threshold"], period * properties["EvaluationPeriods"] // 60


def expiry(prefix: str) -> int:
    """Return after how many days the bucket's rule removes what is under a prefix, or has a tag."""
    rules = of("UploadsBucket")["LifecycleConfiguration"]["Rules"]
    return int(next(one["ExpirationInDays"] for one in rules if prefix in str(one)))


def quota(name: str) -> int:
    return DEFAULTS[name].quota


def kept_letters() -> int:
    (seconds,) = {
        one["Properties"]["MessageRetentionPeriod"]
        for name, one in RESOURCES.items()
        if one["Type"] == "AWS::SQS::Queue" and name.endswith("Failures")
    }
    return days(timedelta(seconds=seconds))


def option(command: Any, name: str) -> Any:
    return next(parameter.default for parameter in command.params if parameter.name == name)


def stated() -> Iterator[Stated]:
    """Yield each sentence with its numbers."""
    yield from _learning()
    yield from _privacy()
    yield from _mail()
    yield from _realtime()
    yield from _operations()
    yield from _limits_and_alarms()
    yield from _deploying()
    yield from _commands()
    yield from _table()
    yield from _news_and_facets()
    yield from _architecture()


def _learning() -> Iterator[Stated]:
    page = "learning.md"
    yield page, "A course has had at most {} modules in its life.", (courses.MODULES_EVER_MAX,)
    counted = (word(progress._MODULE_FACTOR), word(progress._MODULE_MINUTES_ANYHOW / 60), progress.STUDY_MINUTES_MAX)
    yield page, "a module counts {} times its own minutes at most, or {} hours where those are more", counted[:2]
    yield page, "a day (UTC) no more than its {:,}.", counted[2:]
    for reason, number in (
        ("`module_completed`", points.MODULE_POINTS),
        ("`course_completed`", points.COURSE_POINTS),
        ("`first_submission`", points.FIRST_SUBMISSION_POINTS),
        (f"`excellent_grade`, from {points.EXCELLENT_PERCENT} %", points.EXCELLENT_GRADE_POINTS),
        ("`perfect_grade`, 100 %, in place of `excellent_grade`", points.EXCELLENT_GRADE_POINTS),
        ("`grade_corrected`", -points.EXCELLENT_GRADE_POINTS),
    ):
        yield page, f"| {reason} | {{}} |", (number,)
    yield page, "`{}-courses`", (word(points.FIVE_COURSES),)
    yield page, "`{}-day-streak` ({} days running", (word(points.STREAK_DAYS), word(points.STREAK_DAYS))
    yield page, "at most the first {} members", (word(leaderboard.LEADERBOARD_LENGTH),)
    assert INSTRUCTIONS_MAX_LENGTH == FEEDBACK_MAX_LENGTH
    bounds = (INSTRUCTIONS_MAX_LENGTH, grades.MAX_GRADE_LIMIT, courses.ASSESSMENTS_MAX)
    yield page, "up to {:,} characters, `maxGrade` a whole number from 1 to {:,}, {} assessments a course.", bounds
    yield page, "at most {} decimals", (word(grades.DECIMALS),)
    form = minutes(forms.FORM_LIFETIME)
    yield page, "as long as that is valid ({} minutes)", (form,)
    yield page, "a presigned POST, valid for {} minutes, for one key, one content type and one size", (form,)
    yield page, "from 1 byte to the limit ({} MB, parameter `MaxUploadBytes`)", (default("MaxUploadBytes") // 2**20,)
    yield page, "expires what is still pending after {} days", (expiry("pending"),)
    yield page, "in normal form C, up to {} characters", (file_names.FILE_NAME_MAX_LENGTH,)
    yield page, "longer than file systems take ({} units of UTF-16)", (file_names._DOWNLOAD_MAX_UNITS,)
    yield page, "the first {:,} bytes must begin as the type does", (file_types.HEAD_BYTES,)
    yield page, "by links that live for {} minutes", (minutes(uploads.LINK_LIFETIME),)


def _privacy() -> Iterator[Stated]:
    page = "privacy.md"
    most = (exports.ENTRIES_MAX, exports.CONVERSATIONS_MAX, exports.CHARACTERS_MAX)
    yield page, "At most {:,} entries, {} conversations, {:,} characters", most
    yield page, "`url` fetches the file for {} minutes", (minutes(exports.LINK_LIFETIME),)
    assert timedelta(days=1) == exports.KEPT
    yield page, "until `expiresAt`, a day later", ()
    assert timedelta(hours=1) == exports.PREPARING_MAX
    yield page, "preparing for an hour --asked for--> preparing anew", ()
    yield page, "writes parts of {} MiB", (personal_files.PART_BYTES // 2**20,)
    yield page, "It has {} minutes, is tried again", (of("WriteExportFunction")["Timeout"] // 60,)
    yield page, "expire after {} days by the bucket's lifecycle rule", (word(expiry("exports/")),)
    yield page, "waits among the dead letters for {} days at most", (kept_letters(),)
    yield page, "in chunks of {} items", (jobs.CHUNK,)
    expiring = (
        whole(timedelta(seconds=DEFAULTS["wrong-passwords"].seconds), timedelta(minutes=1)),
        whole(realtime.TICKET_LIFETIME, timedelta(seconds=1)),
        days(message_writes._REMEMBERED),
    )
    yield page, "expire by themselves: {} minutes, {} seconds, {} days", expiring
    assert timedelta(days=1) == jobs.DONE_KEPT == idempotency.KEPT_FOR
    yield page, "a day after the job's end or {} days after its last chunk", (days(jobs.CURSOR_KEPT),)
    yield page, "expire by themselves after a day. They are stored under a digest", ()
    assert timedelta(days=365) == DEFAULT_RETENTION == timedelta(days=default("AuditRetentionDays"))
    yield page, "(`AuditRetentionDays`, a year)", ()
    assert timedelta(hours=1) == users.ACCESS_TOKEN_LIFETIME == erasures.TERM
    yield page, "An access token lives for up to an hour longer.", ()
    yield page, "An hour after an erasure, `check`", ()
    undone = whole(mail_tokens.LIFETIMES[mail_tokens.TokenKind.UNDO], timedelta(hours=1))
    yield page, "an address that the account had left, held for it for {} hours", (undone,)
    yield page, "Forms for uploads that were issued before live for {} minutes", (minutes(forms.FORM_LIFETIME),)
    yield page, "A task that {} tries could not carry out", (word(tries("ErasureQueue")),)


def _mail() -> Iterator[Stated]:
    page = "mail.md"
    lifetimes = {kind.value: amount // timedelta(hours=1) for kind, amount in mail_tokens.LIFETIMES.items()}
    yield page, "`POST /v1/learner/auth/verify` | {} hours |", (lifetimes["verify"],)
    yield page, "`#/verify?token=` | the same | {} hours |", (lifetimes["verify"],)
    yield page, "`POST /v1/learner/auth/undo` | {} hours |", (lifetimes["undo"],)
    assert lifetimes["reset"] == 1
    yield page, "`POST /v1/learner/auth/reset` | an hour |", ()
    yield page, "no more than {} of them leave in a day (`unproven-mails`)", (quota("unproven-mails"),)
    yield page, "{} links to a new password an hour leave to any address (`reset-mails`)", (quota("reset-mails"),)
    day, hour = reminders.SESSION_HOURS
    assert (hour, reminders.EVENING.hour) == (1, 18)
    yield page, "a session begins | {} hours and one hour before", (day,)
    yield page, "an assessment is due | {} hours before", (reminders.ASSESSMENT_HOURS,)
    yield page, "one that fails or is left out loses nothing, for {} days", (word(days(reminders.DUE_KEPT)),)
    late = word(whole(reminders._WORTH_DAY, timedelta(hours=1)))
    yield page, "{} hours before a session the one of the day", (late,)
    yield page, "goes through the roster in chunks of {}", (jobs.CHUNK,)


def _realtime() -> Iterator[Stated]:
    page = "realtime.md"
    weights = (peers.SHARED_COURSE_SCORE, peers.COMMON_INTEREST_SCORE)
    yield page, "`score` = {} for each shared course + {} for each common interest", weights
    yield page, "at most {} entries each way", (peers.NEIGHBOURS_EACH_WAY,)
    yield page, "the latest {} are looked at, and at most {} people are ranked", (peers.COURSES_MAX, peers.PEERS_MAX)
    yield page, "in a course of up to {} people everybody is found", (peers.NEIGHBOURS_EACH_WAY + 1,)
    yield page, "for each course (`Limit` {})", (peers.NEIGHBOURS_EACH_WAY,)
    yield page, "BatchGet profiles, at most {}", (peers.PEERS_MAX,)
    patience = messages._patient()
    yield page, "within a window of {} ms, for {} seconds", (round(patience.cap * 1000), word(patience.budget))
    yield page, "is remembered for {} days", (days(message_writes._REMEMBERED),)
    yield page, "of more than {} connections of one account", (quota("sockets"),)
    yield page, "A message has at most {} KB", (MESSAGE_MAX_BYTES // 1024,)
    (source,) = (one["Properties"] for one in of("NotifyFunction")["Events"].values() if one["Type"] == "DynamoDB")
    yield page, "{} filters, the most", (word(len(source["FilterCriteria"]["Filters"])).capitalize(),)
    assert timedelta(seconds=30) == realtime.HANDSHAKE
    yield page, "younger than {} seconds", (whole(realtime.HANDSHAKE, timedelta(seconds=1)),)
    again = (word(tries("NotifyRetries")), word(minutes_of_tries("NotifyRetries")))
    yield page, "it comes again alone, {} times within {} minutes", again
    yield page, "tells {} of them at a time", (jobs.CHUNK,)
    yield page, "({} a minute for each account, of which {} may be", (quota("socket-messages"), quota("messages"))


def _operations() -> Iterator[Stated]:
    page = "operations.md"
    yield page, "`FollowUpRetries` ({}, within 40 minutes)", (word(tries("FollowUpRetries")),)
    fewer = (word(tries("NotifyRetries")), word(minutes_of_tries("NotifyRetries")))
    yield page, "`NotifyRetries` ({}, within {} minutes)", fewer
    (usual,) = {
        tries(name)
        for name in ("PromotionQueue", "CatalogueQueue", "JobQueue", "ErasureQueue", "ExportQueue", "MailQueue")
    }
    letters = (word(usual), word(tries("AnnouncementQueue")))
    assert 30 < minutes_of_tries("PromotionQueue") == minutes_of_tries("FollowUpRetries") < 40
    yield page, "is the task itself: {} tries within 40 minutes, {} of an announcement", letters
    yield page, "roll back within half an hour", ()
    yield page, "All are kept for {} days.", (kept_letters(),)
    for table in ("PromotionFailures", "CatalogueFailures", "JobFailures"):
        assert table in RESOURCES
    yield page, "could not be given away by {} tries", letters[:1]
    yield page, "could not be put into the catalogue by {} tries", letters[:1]
    yield page, "or a change or a reminder not told by mail, by {} tries", letters[:1]
    yield page, "an export or an erasure failed {} times", letters[:1]
    yield page, "a mail could not be sent by {} tries", letters[:1]
    yield page, "could not be told of a change by {} tries", letters[1:]
    yield page, "at its cursor, which is kept for {} days", (days(jobs.CURSOR_KEPT),)
    longest = int(observability._REQUEST_ID.pattern.rpartition(",")[2].removesuffix("}"))
    yield page, "an id that is longer than {} characters", (longest,)
    fresh = word(public_keys.KEY_FRESH_SECONDS / 60)
    yield page, "Functions read the public keys again within {} minutes", (fresh,)
    yield page, "rotate twice with `--force`; {} minutes later", (fresh,)
    yield page, "takes effect in {} minutes", (fresh,)
    yield page, "within the {} days of a refresh token", (word(days(users.REFRESH_TOKEN_LIFETIME)),)


def _limits_and_alarms() -> Iterator[Stated]:
    page = "operations.md"
    for name, limit in DEFAULTS.items():
        yield page, f"| `{name}` | {{}} in {{}} |", (limit.quota, spoken(limit.seconds))
    for name, words in (
        ("ApiErrors", "{} answers of 5xx in {} minutes"),
        ("WebSocketErrors", "{} messages in {} minutes not handled"),
        ("FunctionErrors", "{} runs in {} minutes"),
        ("TickErrors", "due items could not be handed to their queue, {} times in {} minutes"),
        ("TickBehind", "the tick is more than {} minutes behind, for {} minutes"),
        ("TableThrottles", "{} throttled reads or writes in {} minutes"),
    ):
        yield page, f"| `{name}Alarm` | {words}", alarm(name)
    for name in ("ApiLatency", "WebSocketLatency"):
        threshold, length = alarm(name)
        yield page, f"| `{name}Alarm` | p99 above {{:g}} s for {{}} minutes", (threshold / 1000, length)
    yield page, "the oldest freed seat has waited for {:g} minutes", (alarm("PromotionAge")[0] / 60,)
    yield page, "more than {:g} minutes late", (alarm("FollowUpAge")[0] / 60_000,)
    assert alarm("NotifyAge")[0] == 60_000
    yield page, "people are told more than a minute late", ()


def _deploying() -> Iterator[Stated]:
    page = "deploying.md"
    samconfig = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    told = dict(one.split("=", 1) for one in samconfig["prod"]["deploy"]["parameters"]["parameter_overrides"])
    yield page, "keeps logs for {} days", (told["LogRetentionDays"],)
    yield page, "more than {:,} times in five minutes (`WebAclRate`", (default("WebAclRate"),)
    yield page, "`RequestRate` requests a second ({:,})", (default("RequestRate"),)
    yield (
        page,
        "`EnrollRate` ({}) and signing in and registering `SignInRate` ({})",
        (
            default("EnrollRate"),
            default("SignInRate"),
        ),
    )
    yield page, "serves {:,} read and {:,} write units a second", (default("WarmReads"), default("WarmWrites"))
    yield page, "Lambda leaves at least {} unreserved", (account._UNRESERVED,)
    few, many = {at_once(name) for name in WORKERS if name not in _MANY}, {at_once(name) for name in _MANY}
    bounds = (word(*few), word(*many))
    words = "The workers behind queues run {} at a time, those of promotions, announcements, jobs and mails {}."
    yield page, words, bounds
    yield page, "for each function and version of {} MB", (TEMPLATE["Globals"]["Function"]["MemorySize"],)


_MANY = ("PromoteFunction", "AnnounceFunction", "CarryOnFunction", "SendMailFunction")
WORKERS = (*_MANY, "IndexCatalogueFunction", "FinishErasureFunction", "WriteExportFunction")


def _commands() -> Iterator[Stated]:
    page = "cli.md"
    values = (yaml_nodes.DEPTH_MAX, yaml_nodes.VALUES_MAX, yaml_nodes.ALIASED_MAX)
    yield page, "more than {} levels, {:,} values in a course, or {:,} that aliases stand for", values
    yield page, "listed with their lines, {} at most", (importing._SHOWN_MISTAKES,)
    yield page, "it signs {} minutes later", (word(public_keys.KEY_FRESH_SECONDS / 60),)
    yield page, "{} days at the latest", (word(days(users.REFRESH_TOKEN_LIFETIME)),)
    scanned = (word(option(checking.check, "segments")), option(checking.check, "rate"))
    yield page, "in {} parts at {:.0f} read units a second", scanned
    page = "troubleshooting.md"
    wrong = DEFAULTS["wrong-passwords"]
    guesses = (word(wrong.quota), spoken(wrong.seconds))
    yield page, "{} wrong passwords for this account within {}", guesses
    yield page, "or is older than {} seconds", (whole(realtime.TICKET_LIFETIME, timedelta(seconds=1)),)
    yield page, "a size that differs by a byte; {} minutes are over", (minutes(forms.FORM_LIFETIME),)
    yield page, "Lambda keeps {} of an account's concurrency unreserved", (account._UNRESERVED,)


def _table() -> Iterator[Stated]:
    page = "table.md"
    yield page, "up to {} modules", (courses.MODULES_MAX,)
    yield page, "of a course of more than {:,} seats: its part of the capacity", (courses.SEATS_PER_SHARD,)
    shards = (courses.SEATS_PER_SHARD, courses.SEATS_PER_SHARD, courses.SHARDS_MAX)
    yield page, "A course of more than {:,} seats has ⌈capacity ÷ {:,}⌉ shards, {} at most", shards
    yield page, "the text of the task, up to {:,} characters", (INSTRUCTIONS_MAX_LENGTH,)
    counters = keys._SUBMISSION_COUNTERS
    yield (
        page,
        "`COUNT#<assessment>#<0..{}>` / `COUNT` | how many attempts, in {} parts",
        (counters - 1, word(counters)),
    )
    yield page, "`AUDIT#<month>#<0..{}>`", (system_keys.AUDIT_SHARDS - 1,)
    yield page, "`PEOPLE-BY-NAME#<0..{}>`", (index_keys.DIRECTORY_SHARDS - 1,)
    yield page, "month by month, until there is a page, {} rounds at most", (audit._ROUNDS_MAX,)
    yield page, "TTL, {} days, or a day once it is done", (days(jobs.CURSOR_KEPT),)
    yield page, "Functions read it once in {} minutes", (word(public_keys.KEY_FRESH_SECONDS / 60),)
    yield page, "update standing (active, same epoch, fewer than {} sessions)", (standing.SESSIONS_MAX,)
    yield page, "checked, fewer than {} sessions", (standing.SESSIONS_MAX,)
    yield page, "at most once in {} seconds for each process", (word(standing.READ_FRESH_SECONDS),)
    for job in ("carry a tutor's name on, {} courses", "move a session in schedules, {} entries of the roster"):
        yield page, job, (jobs.CHUNK,)
    yield page, "finish an erasure, {} items", (jobs.CHUNK,)
    yield page, "tell a course, {} learners", (jobs.CHUNK,)
    yield page, "tell of a session's change, {} entries of the roster", (jobs.CHUNK,)
    yield page, "as many Queries that count, {} at once", (side_by_side._AT_ONCE,)
    yield page, "while those are under a {} GSI1", (word(leaderboard.LEADERBOARD_LENGTH),)
    yield page, "update course (count < {}, its tutor)", (courses.ASSESSMENTS_MAX,)
    yield page, "removed by the worker that has sent it; TTL and `expiresAt`, {} days", (days(mails._KEPT),)
    yield page, "none is told twice ([mail.md](mail.md)); TTL and `expiresAt`, {} days", (days(claims._KEPT),)
    yield page, "in that minute; TTL and `expiresAt`, {} days after it", (days(reminders.DUE_KEPT),)
    yield page, "remind a session, {} learners", (jobs.CHUNK,)
    yield page, "remind of an assessment, {} learners", (jobs.CHUNK,)
    parts, block = word(catalogue_keys.SHELF_COUNTERS), numbers._BLOCK
    yield page, "the exact total of a shelf, in {} parts", (parts,)
    yield page, "Its total is a counter of {} parts", (parts,)
    yield page, "which of {} courses are in a group", (block,)
    yield page, "a byte for each in blocks of {} (`domain/numbers.py`)", (block,)
    yield page, "Where these find {} courses at most, their cards are sorted instead", (searching._FEW,)
    yield page, "after {} titles for each course that is found", (searching._TITLES_PER_COURSE,)
    yield page, "Else {} courses are looked at for a page", (searching._SEATS_MAX,)
    yield page, "The first {} characters count.", (TEXT_MAX_LENGTH,)
    yield page, "By page number the first {:,} entries are given", (paging.PAGES_REACH,)
    assert timedelta(days=1) == idempotency.KEPT_FOR
    yield page, "nothing, or kept a day ago", ()
    yield page, "claimed {} seconds ago", (whole(idempotency.CLAIM_LASTS, timedelta(seconds=1)),)
    page = "performance.md"
    yield (
        page,
        "A course of more than {:,} seats has its **seats in shards**, one for every {:,} and {} at most",
        shards,
    )
    longest = (lines.EXACT_POSITIONS, word(lines._ROUNDED_TO))
    yield page, "in a line of more than {:,} positions are rounded up to the next {}", longest
    yield page, "A booking that keeps losing conflicts gives up after {:g} seconds", (booking._PATIENCE_SECONDS,)
    yield page, "is tried again for {:g} s and then answered 503", (booking._PATIENCE_SECONDS,)
    yield page, "Work that grows with a course or a person is done {} at a time", (jobs.CHUNK,)


def _news_and_facets() -> Iterator[Stated]:
    kept, parts = days(news.KEPT_FOR), word(catalogue_keys.FACET_COUNTERS)
    yield "table.md", "numbered without gaps; TTL and `expiresAt`, {} days", (kept,)
    yield "realtime.md", "are also kept as *news* of each receiver for {} days", (kept,)
    yield "table.md", "how many courses have a value of a facet, in {} parts", (parts,)
    yield "table.md", "a subject and a level one in {} parts", (parts,)
    yield "table.md", "{:,} values of a facet are read at most", (facets.VALUES_MAX,)
    yield "deploying.md", "the catalogue for {} seconds and its facets", (caching.SEATS_SECONDS,)
    yield "deploying.md", "seats are shown {} seconds late at most", (caching.SEATS_SECONDS + 1,)


def _architecture() -> Iterator[Stated]:
    page = "architecture.md"
    yield page, "give away the free seats of a course, up to {} of them", (promotion.SEATS_AT_ONCE,)
    yield page, "A job of any length is done in chunks of {}.", (jobs.CHUNK,)
    yield page, "again with full jitter, for at most {:g} seconds", (booking._PATIENCE_SECONDS,)
    page = "aws.md"
    yield page, "`ApiErrorsAlarm` sounds within {} minutes", (word(alarm("ApiErrors")[1]),)
    page = "adding-an-endpoint.md"
    yield page, "a read at most every {} seconds", (word(standing.READ_FRESH_SECONDS),)
