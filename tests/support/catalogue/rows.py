"""A row of the catalogue, and the request that it makes of a scene.

A scene is a school in some state: `tests/support/school.py` for faults, `tests/support/tour.py` for costs, and the
world of the authorisation tests. Each knows the same people, courses and assessments by name: one request serves all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from tests.support.catalogue.callers import Refused
from tests.support.outcomes import outcome_of
from tests.support.people import Person

if TYPE_CHECKING:
    from tests.support.school import World
    from tests.support.tour import Tour

BUSY = "TEMPORARILY_UNAVAILABLE"


class Scene(Protocol):
    """The state that a request is made of.

    Attributes
    ----------
    ids: mapping
        Those of courses, and of what is in them, by name.
    last_seq: int
        The number of a message, at most the last one's, in every conversation that there is.
    """

    last_seq: ClassVar[int]

    @property
    def ids(self) -> Mapping[str, str]: ...
    def person(self, name: str) -> Person: ...
    def at(self, course: str) -> dict[str, str]: ...
    def on(self, assessment: str, learner: str | None = None) -> dict[str, str]: ...
    def message(self, to: str, **changes: Any) -> dict[str, Any]: ...


Event = Callable[["World"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Use:
    """One way of using a function.

    Attributes
    ----------
    event: callable
        What the function is called with, in the school.
    right: str
        The outcome where nothing is in the way.
    busy: str
        The outcome where AWS keeps failing.
    special: str
        What tells this way from the usual one; empty for the usual one.
    later: bool
        Whether what did not work goes on by way of the stream, so that the answer is right all the same.
    who: str or None
        Who calls, by their name in a scene; None where nobody is signed in, and where it is no request.
    parts: mapping
        Those of a request, as `http_event` takes them. Each may be a function of the scene.
    """

    event: Event
    right: str
    busy: str
    special: str = ""
    later: bool = False
    who: str | None = None
    parts: Mapping[str, Any] | None = None

    def outcome(self, world: World, name: str) -> str:
        """Call the function; return what came of it."""
        return outcome_of(world.handlers[name], self.event(world))

    def parts_in(self, scene: Scene) -> dict[str, Any]:
        """Return the parts of the request in that scene."""
        return parts_in(scene, self.parts or {})


def parts_in(scene: Scene, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a request with everything that depends on the scene filled in."""
    return {name: value(scene) if callable(value) else value for name, value in parts.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """A function of the template, by the name of its module, with every way of using it: the usual one first."""

    name: str
    uses: Sequence[Use]


@dataclass(frozen=True, slots=True)
class Endpoint(Row):
    """A function that answers a route.

    Attributes
    ----------
    route: str
        Method and path, as the contract has them.
    refused: mapping
        The code that each kind of caller is refused with; see `callers`.
    tour: callable
        What it takes to count its calls: its usual request, unless told otherwise.
    """

    route: str
    refused: Refused
    tour: Callable[[Tour], None]


def endpoint(
    name: str, route: str, refused: Refused, *uses: Callable[[str], Use], tour: Callable[[Tour], None] | None = None
) -> Endpoint:
    """Return the row of an endpoint. Without a `tour` its first use is what is counted."""
    made = [use(name) for use in uses]

    def usual(of: Tour) -> None:
        who = None if made[0].who is None else of.person(made[0].who)
        of.step(name, who, **made[0].parts_in(of))

    return Endpoint(name, made, route, refused, tour or usual)


def row(name: str, *uses: Callable[[str], Use]) -> Row:
    """Return the row of a function that answers no route."""
    return Row(name, [use(name) for use in uses])


def use(
    right: str, who: str | None = None, special: str = "", *, later: bool = False, **parts: Any
) -> Callable[[str], Use]:
    """Return a request: its outcome, its caller, and what is special about it."""

    def of(name: str) -> Use:
        def event(world: World) -> dict[str, Any]:
            return world.request(name, who, **parts_in(world, parts))

        return Use(event, right, f"503 {BUSY}, again in 1 s", special, later, who, parts)

    return of


def uncounted(_: Tour) -> None:
    """Count nothing: the endpoint asks nobody."""


def at(course: str) -> Callable[[Scene], dict[str, str]]:
    """Return the path of a course of the scene."""
    return lambda scene: scene.at(course)


def on(assessment: str, learner: str | None = None) -> Callable[[Scene], dict[str, str]]:
    """Return the path of an assessment of the scene, or of what a learner has handed in."""
    return lambda scene: scene.on(assessment, learner)


def of(parameter: str, name: str) -> Callable[[Scene], dict[str, str]]:
    """Return a path or a query whose one parameter is somebody's id."""
    return lambda scene: {parameter: scene.person(name).user_id}
