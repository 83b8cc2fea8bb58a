"""GET /v1/learner/me/todo: list the caller's open tasks, soonest first; tasks without a due date come last.

For a learner the assessments of their courses that they have not handed in and that are still open, and the sessions
that they have booked and that have not begun; for a tutor each assessment of theirs with work to grade. `until` leaves
out tasks that are due later. Changes appear within seconds; a task that was handed in, graded or given up is gone at
once.
A page may hold fewer entries than `limit`; the list ends where `metadata.next` is absent.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.progress.todo_schemas import TodoData, TodoView
from peerlearn.bootstrap.progress import todo_service
from peerlearn.bootstrap.security import cursors
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.paging import DEFAULT_LIMIT
from peerlearn.http.app import create_app
from peerlearn.http.auth import Caller
from peerlearn.http.envelopes import CursorListSuccess
from peerlearn.http.models import BlankIsAbsent, CursorText, IncomingMoment, Limit
from peerlearn.http.pagination import Pager
from peerlearn.services.todo import TodoService

app = create_app()


@app.get("/v1/learner/me/todo")
def list_todo(
    user: Caller,
    todo: Annotated[TodoService, Depends(todo_service)],
    until: Annotated[IncomingMoment | None, BlankIsAbsent, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: CursorText = None,
) -> CursorListSuccess[TodoData]:
    pager = Pager(cursors(), f"/v1/learner/me/todo {user.user_id} {to_rfc3339(until) if until else ''}")
    wanted = pager.request(1, limit, cursor)
    page = todo.page(user, until, wanted)
    data = TodoData(todo=[TodoView.model_validate(one) for one in page.entries])
    return CursorListSuccess[TodoData](data=data, metadata=pager.cursor_metadata(wanted, page))


lambda_handler = app.lambda_handler
