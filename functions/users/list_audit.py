"""GET /v1/audit: list the audit trail, newest entry first, for administrators.

Each of `actor`, `target` and `action` narrows the list, `from` (included) and `to` (not included) bound it in time.
There is no total and no page number: a page may hold fewer entries than `limit`, even none, and the list ends where
`metadata.next` is absent. An entry is listed until its retention is over; with `actor` or `target` it appears within
seconds of what it tells.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import StringConstraints

from functions.users.audit_schemas import AuditData, AuditEntryView
from peerlearn.bootstrap.audit import audit_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.audit import AuditAction, AuditFilters
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Administrator
from peerlearn.http.envelopes import CursorListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, Identifier, IncomingMoment, Limit
from peerlearn.http.pagination import Pager
from peerlearn.services.audit import AuditService

app = create_app()

Target = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64})?$")]


@app.get("/v1/audit")
def list_audit(
    administrator: Administrator,
    audit: Annotated[AuditService, Depends(audit_service)],
    actor: Annotated[Identifier | None, BlankIsAbsent, Query()] = None,
    target: Annotated[Target | None, BlankIsAbsent, Query()] = None,
    action: Annotated[AuditAction | None, BlankIsAbsent, Query()] = None,
    since: Annotated[IncomingMoment | None, BlankIsAbsent, Query(alias="from")] = None,
    until: Annotated[IncomingMoment | None, BlankIsAbsent, Query(alias="to")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> CursorListSuccess[AuditData]:
    bounds = [to_rfc3339(moment) if moment else "" for moment in (since, until)]
    scope = " ".join(["/v1/audit", administrator.user_id, actor or "", target or "", action or "", *bounds])
    pager = Pager(cursors(), scope)
    wanted = pager.request(1, limit, cursor)
    page = audit.entries(AuditFilters(actor, target, action, since, until), wanted)
    data = AuditData(entries=[AuditEntryView.of(one) for one in page.entries])
    return CursorListSuccess[AuditData](data=data, metadata=pager.cursor_metadata(wanted, page))


lambda_handler = app.lambda_handler
