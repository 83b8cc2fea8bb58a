"""The wishes of people about notices: one own record each, with an attribute for whatever they have said.

A wish is said by one update, and asked for by a condition on one attribute: a claim meets it as it is at that moment.
"""

from __future__ import annotations

from peerlearn.domain.erasure import account_erased
from peerlearn.domain.notices import Channel, Notice, Wish, Wishes
from peerlearn.domain.standing import session_ended
from peerlearn.persistence import keys
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.own_records import OwnKind
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, check, setting, update

_NAME = "wishes"


def _attribute(wish: Wish) -> str:
    return f"{wish.notice.value}/{wish.channel.value}"


_ATTRIBUTES = {_attribute(wish): wish for wish in (Wish(notice, channel) for notice in Notice for channel in Channel)}


def wishes_key(user_id: str) -> keys.Key:
    """Return the key of somebody's wishes."""
    return keys.own_record(user_id, OwnKind.WISHES.value, _NAME)


def wishes_of(item: Item | None) -> Wishes:
    """Return what somebody has said."""
    return {wish: bool((item or {})[name]) for name, wish in _ATTRIBUTES.items() if name in (item or {})}


def wanting(user_id: str, wish: Wish) -> Write:
    """Return the condition that somebody has not turned a kind of news off by a channel."""
    # on until somebody turns it off: said nothing, or said that they want it
    return check(
        wishes_key(user_id),
        "attribute_not_exists(#wish) OR #wish = :wanted",
        names={"#wish": _attribute(wish)},
        values={":wanted": True},
    )


class NoticeRepository:
    """Reads and writes wishes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def wishes(self, user_id: str) -> Wishes:
        """Return what somebody has said."""
        return wishes_of(self._table.get(wishes_key(user_id)))

    def say(self, user_id: str, wishes: Wishes, token: str) -> None:
        """Store somebody's wishes; their earlier wishes about other kinds stay.

        Raises
        ------
        Unauthenticated
            The account was erased.
        """
        try:
            self._table.transact([_saying(user_id, wishes), not_erased(user_id)], token)
        except ConditionFailed as failure:
            raise account_erased() from failure

    def mail_key(self, user_id: str) -> str | None:
        """Return the key of the account's links, or None where there is no account, or none was mailed to it yet."""
        item = self._table.get(keys.profile(user_id))
        return item.get("mailKey") if item else None

    def keep_mail_key(self, user_id: str, key: str) -> str:
        """Return the key of an account's links: this one where it had none.

        Raises
        ------
        Unauthenticated
            The account was erased.
        """
        keeping = setting(
            keys.profile(user_id), {"mailKey": key}, condition="attribute_exists(PK) AND attribute_not_exists(#mailKey)"
        )
        try:
            self._table.write(keeping)
        except ConditionFailed as failure:
            found = failure.found[0]
            if found is None:
                raise session_ended() from failure
            return str(found["mailKey"])
        return key


def _saying(user_id: str, wishes: Wishes) -> Write:
    said = [(_attribute(wish), wanted) for wish, wanted in wishes.items()]
    names = {f"#wish{number}": name for number, (name, _) in enumerate(said)}
    values: Item = {f":wish{number}": wanted for number, (_, wanted) in enumerate(said)}
    sets = "".join(f", #wish{number} = :wish{number}" for number in range(len(said)))
    return update(
        wishes_key(user_id),
        f"SET #entity = :entity, #user = :user{sets}",
        names={**names, "#entity": "entity", "#user": "userId"},
        values={**values, ":entity": OwnKind.WISHES.value, ":user": user_id},
        traced=False,
    )
