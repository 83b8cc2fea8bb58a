"""GET /v1/courses/{courseId}: show a course with its modules and assessments; a draft is shown to its authors alone.

Without a token every caller gets the same answer, which a shared cache may keep for 9 seconds: seats are shown 10
seconds late at most. With a token the answer is the caller's alone. Assessments are summed up: their `instructions` are
null here, and members read them with each assessment. Members find their own state in `mine`: nothing handed in, handed
in, handed in late, or graded. Its tutor finds in `counts` how many members have handed in, how many of these are to be
graded, and how many have not handed in; they follow what happens within seconds.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.courses.schemas import CourseData
from peerlearn.bootstrap.catalogue import catalogue_service, coursework_service
from peerlearn.http.app import create_app
from peerlearn.http.auth import MaybeCaller
from peerlearn.http.caching import SEATS_SECONDS, keep_private, revalidated, share_for
from peerlearn.http.envelopes import Success
from peerlearn.http.models import CourseIdPath
from peerlearn.services.catalogue import CatalogueService
from peerlearn.services.coursework import CourseworkService

app = create_app()


@app.get("/v1/courses/<courseId>", middlewares=[revalidated])
def get_course(
    course_id: CourseIdPath,
    viewer: MaybeCaller,
    catalogue: Annotated[CatalogueService, Depends(catalogue_service)],
    coursework: Annotated[CourseworkService, Depends(coursework_service)],
) -> Success[CourseData]:
    page = catalogue.course(course_id, viewer)
    if viewer is None:
        share_for(app, SEATS_SECONDS)
    else:
        keep_private(app)
    return Success[CourseData](data=CourseData.of(page, coursework.own(viewer, page), coursework.counts(viewer, page)))


lambda_handler = app.lambda_handler
