"""The outbox: mails that are to leave, each an item that the transaction of its cause writes."""

from __future__ import annotations

from peerlearn.domain.mail_tokens import MailToken
from peerlearn.domain.mails import Mail
from peerlearn.persistence import mail_keys
from peerlearn.persistence.items.mails import PUT_BACK, mail_item, mail_of, mail_token_item
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, delete, put


def posting(mail: Mail) -> Write:
    """Return the write that has a mail leave, for the transaction of its cause."""
    return put(mail_item(mail))


class OutboxRepository:
    """Takes mails in, and gives them to the worker that sends them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, mail: Mail) -> None:
        """Store a mail that has no other cause than being asked for."""
        self._table.write(posting(mail))

    def mail(self, mail_id: str) -> Mail | None:
        """Return a mail that has not left yet, or None."""
        item = self._table.get(mail_keys.mail(mail_id))
        return mail_of(item) if item else None

    def remove(self, mail_id: str) -> None:
        """Forget a mail: it has left, or never will."""
        self._table.write(delete(mail_keys.mail(mail_id)))

    def take(self, mail_id: str) -> bool:
        """Remove a mail, and return whether this call did: of any number that try, one at most is told so."""
        try:
            self._table.write(delete(mail_keys.mail(mail_id), condition="attribute_exists(PK)"))
        except ConditionFailed:
            # Another worker's, or our own whose reply was lost: nobody can tell, and it leaves at most once.
            return False
        return True

    def put_back(self, mail: Mail) -> None:
        """Store a mail again that was removed and has not left; the stream makes no further task of it."""
        self._table.write(put(mail_item(mail) | {PUT_BACK: True}))

    def keep_token(self, token: MailToken) -> None:
        """Store a token before the mail leaves whose link carries it."""
        self._table.write(put(mail_token_item(token)))
