"""A learner's own page, read in one Query."""

from __future__ import annotations

from peerlearn.domain.profiles import Profile
from peerlearn.persistence import keys
from peerlearn.persistence.items.accounts import user_of
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.ranges import items_between
from peerlearn.persistence.table import Table


class ProfileRepository:
    """Reads profiles: the items of one person in `keys.DASHBOARD_RANGE`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def profile(self, user_id: str) -> Profile | None:
        """Return the account with its sums and enrolments, or None where there is no such person."""
        items = items_between(self._table, keys.user_partition(user_id), *keys.DASHBOARD_RANGE)
        single = {item["entity"]: item for item in items}
        account = single.get(Entity.PROFILE)
        if account is None:
            return None
        # An account without totals has earned nothing yet.
        totals = single.get(Entity.TOTALS, {})
        return Profile(
            user=user_of(account),
            enrollments=[enrollment_of(item) for item in items if item["entity"] == Entity.ENROLLMENT],
            points=int(totals.get("points", 0)),
            study_minutes=int(totals.get("studyMinutes", 0)),
            badges=tuple(totals.get("badges", ())),
            standing=standing_of(single[Entity.STANDING]) if Entity.STANDING in single else None,
        )
