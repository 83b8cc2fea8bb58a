"""Small reads that several repositories share: accounts and titles of courses, by id.

All are eventually consistent: a name or a title may be the one of a moment ago.
"""

from __future__ import annotations

from collections.abc import Sequence

from peerlearn.domain.users import User
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.table import Table


def users_of(table: Table, user_ids: Sequence[str]) -> dict[str, User]:
    """Return those accounts that exist, by id."""
    found = table.batch_get([keys.profile(user_id) for user_id in user_ids], consistent=False)
    return {item["userId"]: user_of(item) for item in found.values()}


def titles_of(table: Table, course_ids: Sequence[str]) -> dict[str, str]:
    """Return the titles of those courses that exist, by id."""
    found = table.batch_get([keys.course(course_id) for course_id in course_ids], consistent=False)
    return {item["courseId"]: item["title"] for item in found.values()}
