"""GET /v1/courses: list published courses by subject, level, tutor, words, time and free seats.

The newest come first. `sort=starts` gives the earliest first, and behind them courses without a time, newest first;
`sort=title` orders by title without regard to case and accents. `startsFrom` and `startsTo` find what begins between
them, both included. `available=true` finds what can be booked: it is not over, and has a free seat that nobody waits
for. `total` is exact; with `available`, where the other filters find more than 40 courses, it is the number of these.

Every caller gets the same answer, with or without a token, which a shared cache may keep for 9 seconds: seats are shown
10 seconds late at most.

`q` finds words of the title, the subject and the tutor's name by their start, all that it has, without regard to case
and to the accents of Latin and Greek letters. `c`, `c#` and `c++` are three words. In scripts without spaces each two
characters that follow each other are a word.
"""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.courses.schemas import CoursesData, ListedCourseView, Subject, Words
from peerlearn.bootstrap.catalogue import catalogue_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.catalogue import Filters, Sort
from peerlearn.domain.courses import Level
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.caching import SEATS_SECONDS, revalidated, share_for
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, Identifier, IncomingMoment, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.catalogue import CatalogueService

app = create_app()


@app.get("/v1/courses", middlewares=[revalidated])
def list_courses(
    catalogue: Annotated[CatalogueService, Depends(catalogue_service)],
    subject: Annotated[Subject | None, BlankIsAbsent, Query()] = None,
    level: Annotated[Level | None, BlankIsAbsent, Query()] = None,
    tutor: Annotated[Identifier | None, BlankIsAbsent, Query()] = None,
    q: Annotated[Words | None, BlankIsAbsent, Query()] = None,
    starts_from: Annotated[IncomingMoment | None, BlankIsAbsent, Query(alias="startsFrom")] = None,
    starts_to: Annotated[IncomingMoment | None, BlankIsAbsent, Query(alias="startsTo")] = None,
    available: Annotated[Literal["true", "false"] | None, BlankIsAbsent, Query()] = None,
    sort: Annotated[Sort | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[CoursesData]:
    filters = Filters(subject, level, tutor, q, starts_from, starts_to, available == "true", sort or Sort.NEWEST)
    filters.require_order()
    share_for(app, SEATS_SECONDS)
    pager = Pager(cursors(), f"courses/{filters}")
    wanted = pager.request(page, limit, cursor)
    result = catalogue.browse(filters, wanted)
    data = CoursesData(courses=[ListedCourseView.of(listing) for listing in result.entries])
    return ListSuccess[CoursesData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
