"""GET /v1/users: list accounts by the beginning of their name or address, for administrators.

`q` is compared without regard to case and to the accents of Latin and Greek letters. Accounts whose name begins with it
come first, by name, then those of which only the address does, by address; without `q` it is everybody, by name. `role`
and `status` narrow the list. `total` is exact, and takes the longer the more people `q` matches. By `page` the first
1,000 entries can be reached; `cursor` goes on without end, and shows each account that stays unchanged once, though
others come or go meanwhile. A change is listed within seconds; a page is short where somebody has just gone.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.users.directory_schemas import Beginning, Status, UserEntryView, UsersData
from peerlearn.bootstrap.directory import directory_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.directory import DirectoryFilters
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.domain.users import Role
from peerlearn.http.app import create_app
from peerlearn.http.auth import Administrator
from peerlearn.http.envelopes import ListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, Limit, PageNumber
from peerlearn.http.pagination import Pager
from peerlearn.services.directory import DirectoryService

app = create_app()


@app.get("/v1/users")
def list_users(
    administrator: Administrator,
    directory: Annotated[DirectoryService, Depends(directory_service)],
    q: Annotated[Beginning | None, BlankIsAbsent, Query(description="The beginning of a name or address.")] = None,
    role: Annotated[Role | None, BlankIsAbsent, Query()] = None,
    status: Annotated[Status | None, BlankIsAbsent, Query()] = None,
    page: PageNumber = 1,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> ListSuccess[UsersData]:
    filters = DirectoryFilters(q, role, status)
    pager = Pager(cursors(), f"users/{administrator.user_id}/{filters}")
    wanted = pager.request(page, limit, cursor)
    result = directory.people(filters, wanted)
    data = UsersData(users=[UserEntryView.of(entry) for entry in result.entries])
    return ListSuccess[UsersData](data=data, metadata=pager.metadata(wanted, result))


lambda_handler = app.lambda_handler
