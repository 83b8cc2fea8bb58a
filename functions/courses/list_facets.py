"""GET /v1/courses/facets: list the subjects, levels and tutors of the published courses, with the number of each.

Values of most courses come first; of each facet at most 1,000 values are listed. The `value` of a tutor is a user id.
`GET /v1/courses` takes a value as `subject`, `level` or `tutor`. Every caller gets the same answer, which a
shared cache may keep for a minute.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

from functions.courses.schemas import FacetsData
from peerlearn.bootstrap.catalogue import catalogue_service
from peerlearn.http.app import create_app
from peerlearn.http.caching import revalidated, share_for
from peerlearn.http.envelopes import Success
from peerlearn.services.catalogue import CatalogueService

app = create_app()
_SHARED_SECONDS = 60


@app.get("/v1/courses/facets", middlewares=[revalidated])
def list_facets(catalogue: Annotated[CatalogueService, Depends(catalogue_service)]) -> Success[FacetsData]:
    share_for(app, _SHARED_SECONDS)
    return Success[FacetsData](data=FacetsData.model_validate(catalogue.facets()))


lambda_handler = app.lambda_handler
