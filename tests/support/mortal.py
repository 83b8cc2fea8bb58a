"""A worker that is killed between any two calls: after each call that none of its earlier lives has made."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Killed(BaseException):
    """The function is gone; nothing of it runs any more."""


class Mortal:
    """Kills whoever makes a new call through it.

    Attributes
    ----------
    deaths: int
        How often it has killed.
    calls: list of (str, dict)
        Every call that was made, in order.
    """

    def __init__(self) -> None:
        self.deaths = 0
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._known: set[str] = set()
        self._is_dead = False
        self._lock = threading.Lock()

    def revive(self) -> None:
        """The next life begins."""
        self._is_dead = False

    def after(self, name: str, call: Callable[..., T]) -> Callable[..., T]:
        """Return the call, which kills its caller the first time that it is made with such arguments."""

        def made(*args: Any, **kwargs: Any) -> T:
            with self._lock:
                if self._is_dead:
                    raise Killed
                answer = call(*args, **kwargs)
                self.calls.append((name, kwargs))
                what = f"{name} {_said(args)} {_said(kwargs)}"
                if name == "send":
                    # the task is the same after every chunk: what tells them apart is how far the cursor has moved
                    what += str(sum(called == "put_item" for called, _ in self.calls))
                if what not in self._known:
                    self._known.add(what)
                    self.deaths += 1
                    self._is_dead = True
                    raise Killed
                return answer

        return made

    def wrap(self, thing: Any, *names: str) -> Any:
        """Return the same thing with these of its methods; all that it has, where none are named."""
        return _Wrapped(thing, self, names)


class _Wrapped:
    def __init__(self, thing: Any, mortal: Mortal, names: tuple[str, ...]) -> None:
        self._thing = thing
        self._mortal = mortal
        self._names = names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return self._mortal.after(name, found) if not self._names or name in self._names else found


# Made up for one try, or the time of it: another try says another one and means the same.
_TOKEN = re.compile(r"[0-9a-f]{28,32}\d*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if name != "ttl"}
    if isinstance(value, (list, tuple)):
        return [_said(one) for one in value]
    if isinstance(value, str) and (_TOKEN.fullmatch(value) or _TIME.fullmatch(value)):
        return "another one each time"
    return value
