"""Rows of the contexts `auth`, `sessions` and `users`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.catalogue.callers import ADMINISTRATORS, CALLERS, EVERYBODY
from tests.support.catalogue.rows import Scene, endpoint, of, use
from tests.support.mail_tokens import minted
from tests.support.people import PASSWORD
from tests.support.tour import Tour

_NEW = {"name": "Joy", "email": "joy@people.example", "password": PASSWORD}
_CHANGE = {"currentPassword": PASSWORD, "newPassword": "Another-Horse-8"}
_FORGED = {"token": f"usr_{'0' * 24}.{'A' * 43}"}
_RESET = {**_FORGED, "newPassword": "Another-Horse-8"}
_MOVE = {"newEmail": "moved@people.example", "password": PASSWORD}
_ADA = {"name": "Ada", "email": "ada@people.example", "password": PASSWORD}


def _sign_in(password: str = PASSWORD) -> dict[str, str]:
    return {"email": "pia@people.example", "password": password}


def _shown(scene: Scene) -> dict[str, str]:
    return {"refreshToken": scene.person("ada").refresh_token}


def _register(tour: Tour) -> None:
    tour.step("register", body=_ADA)


def _login(tour: Tour) -> None:
    body = {"email": _ADA["email"], "password": PASSWORD}
    tour.ids["refresh token"] = tour.step("login", body=body).body["refreshToken"]


def _refresh(tour: Tour) -> None:
    answer = tour.step("refresh", body={"refreshToken": tour.ids["refresh token"]})
    tour.ids["refresh token"] = answer.body["refreshToken"]


def _logout(tour: Tour) -> None:
    tour.step("logout", body={"refreshToken": tour.ids["refresh token"]})


def _change_password(tour: Tour) -> None:
    tour.step("change_password", tour.people.add(), body=_CHANGE)


def _list_sessions(tour: Tour) -> None:
    person = tour.person("one of three devices")
    for _ in range(2):
        tour.call("login", body={"email": person.user.email, "password": PASSWORD})
    listed: list[dict[str, Any]] = tour.step("list_sessions", person).body["data"]["sessions"]
    own = person.session.session_id
    tour.ids["another device"] = next(one["sessionId"] for one in listed if one["sessionId"] != own)


def _end_session(tour: Tour) -> None:
    other = {"sessionId": tour.ids["another device"]}
    tour.step("end_session", tour.person("one of three devices"), path=other, body=None)


def _end_other_sessions(tour: Tour) -> None:
    tour.step("end_other_sessions", tour.person("one of three devices"), body=None)


def _update_user(tour: Tour) -> None:
    admin = tour.person("admin")
    path = {"userId": tour.person("somebody").user_id}
    tour.step("update_user", admin, path=path, body={"role": "tutor"})


def _list_users(tour: Tour) -> None:
    tour.step("list_users", tour.person("admin"), query={})
    tour.step("list_users", tour.person("admin"), label="list_users (search)", query={"q": "person-"})


def _get_user(tour: Tour) -> None:
    tour.step("get_user", tour.person("admin"), path={"userId": tour.person("somebody").user_id})


def _end_user_sessions(tour: Tour) -> None:
    path = {"userId": tour.person("somebody").user_id}
    tour.step("end_user_sessions", tour.person("admin"), path=path, body=None)


def _verify(tour: Tour) -> None:
    for name, label in (("proof", "verify"), ("move", "verify (moving)")):
        tour.step("verify", label=label, body={"token": minted(name, tour.people.add().user_id)})


def _reset_password(tour: Tour) -> None:
    token = minted("reset", tour.people.add().user_id)
    tour.step("reset", body={"token": token, "newPassword": "Another-Horse-8"})


def _change_email(tour: Tour) -> None:
    tour.step("change_email", tour.people.add(), body=_MOVE)


def _undo(tour: Tour) -> None:
    tour.step("undo", body={"token": minted("undo", tour.people.add().user_id)})


def _unsubscribe(tour: Tour) -> None:
    tour.step("unsubscribe", query={"token": minted("unsubscribe", tour.people.add().user_id)})


def _link(kind: str) -> Callable[[Scene], dict[str, str]]:
    """Return the body with a token that was mailed, by its name in the scene."""
    return lambda scene: {"token": scene.ids[kind]}


ROWS = (
    endpoint(
        "register",
        "POST /v1/learner/auth/register",
        EVERYBODY,
        use("201", body=_NEW),
        use("409 EMAIL_ALREADY_REGISTERED", None, "taken", body=_NEW | {"email": "PIA@people.example"}),
        tour=_register,
    ),
    endpoint(
        "login",
        "POST /v1/learner/auth/login",
        EVERYBODY,
        use("201", body=_sign_in()),
        use("401 INVALID_CREDENTIALS", None, "wrong", body=_sign_in("Wrong-Horse-7")),
        tour=_login,
    ),
    endpoint("refresh", "POST /v1/learner/auth/refresh", EVERYBODY, use("201", body=_shown), tour=_refresh),
    endpoint("logout", "POST /v1/learner/auth/logout", EVERYBODY, use("204", body=_shown), tour=_logout),
    endpoint(
        "change_password",
        "POST /v1/learner/auth/password",
        CALLERS,
        use("204", "pia", body=_CHANGE),
        tour=_change_password,
    ),
    endpoint(
        "verify",
        "POST /v1/learner/auth/verify",
        EVERYBODY,
        use("201", body=_link("proof")),
        use("201", None, "moving", body=_link("move")),
        use("401 UNAUTHENTICATED", None, "forged", body=_FORGED),
        tour=_verify,
    ),
    endpoint(
        "send_verification",
        "POST /v1/learner/auth/verification",
        CALLERS,
        use("201", "ada", body=None),
    ),
    endpoint(
        "forgot",
        "POST /v1/learner/auth/forgot",
        EVERYBODY,
        use("201", body={"email": "pia@people.example"}),
    ),
    endpoint(
        "reset",
        "POST /v1/learner/auth/reset",
        EVERYBODY,
        use("204", body=lambda scene: {"token": scene.ids["reset"], "newPassword": "Another-Horse-8"}),
        use("401 UNAUTHENTICATED", None, "forged", body=_RESET),
        tour=_reset_password,
    ),
    endpoint("change_email", "POST /v1/learner/me/email", CALLERS, use("201", "pia", body=_MOVE), tour=_change_email),
    endpoint("undo", "POST /v1/learner/auth/undo", EVERYBODY, use("204", body=_link("undo")), tour=_undo),
    endpoint(
        "change_notifications",
        "PATCH /v1/learner/me/notifications",
        CALLERS,
        use("200", "ada", body={"session.reminder": {"email": False}, "announcement": {"push": True}}),
    ),
    endpoint("get_notifications", "GET /v1/learner/me/notifications", CALLERS, use("200", "ada")),
    endpoint(
        "unsubscribe",
        "POST /v1/unsubscribe",
        EVERYBODY,
        use("204", query=lambda scene: {"token": scene.ids["unsubscribe"]}),
        tour=_unsubscribe,
    ),
    endpoint("list_sessions", "GET /v1/learner/me/sessions", CALLERS, use("200", "ada"), tour=_list_sessions),
    endpoint(
        "end_session",
        "DELETE /v1/learner/me/sessions/{sessionId}",
        CALLERS,
        use("204", "ada", path=lambda scene: {"sessionId": scene.ids["ada's phone"]}),
        tour=_end_session,
    ),
    endpoint(
        "end_other_sessions",
        "DELETE /v1/learner/me/sessions",
        CALLERS,
        use("204", "ada"),
        tour=_end_other_sessions,
    ),
    endpoint(
        "update_user",
        "PATCH /v1/users/{userId}",
        ADMINISTRATORS,
        use("200", "admin", path=of("userId", "eve"), body={"role": "tutor"}),
        use("200", "admin", "suspended", path=of("userId", "eve"), body={"status": "suspended"}),
        tour=_update_user,
    ),
    endpoint(
        "list_users",
        "GET /v1/users",
        ADMINISTRATORS,
        use("200", "admin", query={}),
        use("200", "admin", "search", query={"q": "learner", "role": "learner"}),
        tour=_list_users,
    ),
    endpoint(
        "get_user",
        "GET /v1/users/{userId}",
        ADMINISTRATORS,
        use("200", "admin", path=of("userId", "ada")),
        tour=_get_user,
    ),
    endpoint(
        "end_user_sessions",
        "DELETE /v1/users/{userId}/sessions",
        ADMINISTRATORS,
        use("204", "admin", path=of("userId", "ada")),
        tour=_end_user_sessions,
    ),
)
