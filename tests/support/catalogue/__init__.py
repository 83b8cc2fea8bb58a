"""Every function of the template in one row: what it is called, who may call it, and the requests it is tried with.

From the rows come the table of callers (`tests/functional/authorisation`), the documented routes (`tests/contract`),
the use cases that meet every fault (`tests/integration/faults`) and the table of costs (`docs/costs.md`). Endpoints
stand in the order in which the tour takes them: each finds the scene as those before it have left it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.catalogue import accounts, assessments, courses, events, learning, messages, privacy
from tests.support.catalogue.callers import Refused
from tests.support.catalogue.rows import Endpoint, Row, Use
from tests.support.costs import Cost
from tests.support.tour import Tour

_ENDPOINTS = (
    *(*accounts.ROWS, *courses.ROWS, *learning.BOOKING, *assessments.ROWS),
    *(*messages.ROWS, *learning.PROFILE, *privacy.ROWS),
)
CATALOGUE: tuple[Row, ...] = (*_ENDPOINTS, *events.ROWS)
ENDPOINTS: Mapping[str, Endpoint] = {one.name: one for one in _ENDPOINTS}
# A use case is named like its function, with what is special about it in brackets.
USE_CASES: Mapping[str, Use] = {
    f"{row.name} ({use.special})" if use.special else row.name: use for row in CATALOGUE for use in row.uses
}
REFUSED: Mapping[str, Refused] = {name: one.refused for name, one in ENDPOINTS.items()}
DOCUMENTED = frozenset(one.route for one in ENDPOINTS.values())


def take(tour: Tour) -> dict[str, Cost]:
    """Take the whole tour; return the cost of each step by its label."""
    for one in ENDPOINTS.values():
        one.tour(tour)
    return tour.costs
