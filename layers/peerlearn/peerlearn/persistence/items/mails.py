"""Mails that are to leave, and the tokens that their links carry."""

from __future__ import annotations

from datetime import timedelta

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.mail_tokens import MailToken, TokenKind
from peerlearn.domain.mails import Mail, MailKind
from peerlearn.persistence import mail_keys
from peerlearn.persistence.items.base import Entity, Item

# Longer than dead letters are kept: one that is handed over again then finds its mail.
_KEPT = timedelta(days=15)
# Of a mail that its worker has put back: the task that it came by comes again.
PUT_BACK = "putBack"


def mail_item(mail: Mail) -> Item:
    expires_at = mail.created_at + _KEPT
    item = {
        **mail_keys.mail(mail.mail_id).as_item(),
        "entity": Entity.MAIL.value,
        "mailId": mail.mail_id,
        "kind": mail.kind.value,
        "address": mail.address,
        "createdAt": to_rfc3339(mail.created_at),
        "expiresAt": to_rfc3339(expires_at),
        "ttl": int(expires_at.timestamp()),
        "data": dict(mail.data),
    }
    return item if mail.user_id is None else item | {"userId": mail.user_id}


def mail_of(item: Item) -> Mail:
    return Mail(
        mail_id=item["mailId"],
        kind=MailKind(item["kind"]),
        address=item["address"],
        user_id=item.get("userId"),
        created_at=from_rfc3339(item["createdAt"]),
        data=dict(item["data"]),
    )


def mail_token_item(token: MailToken) -> Item:
    return {
        **mail_keys.mail_token(token.user_id, token.token_hash).as_item(),
        "entity": Entity.MAIL_TOKEN.value,
        "kind": token.kind.value,
        "userId": token.user_id,
        "tokenHash": token.token_hash,
        "email": token.email,
        "number": token.number,
        "expiresAt": to_rfc3339(token.expires_at),
        "ttl": int(token.forgotten_at.timestamp()),
    }


def mail_token_of(item: Item) -> MailToken:
    return MailToken(
        kind=TokenKind(item["kind"]),
        user_id=item["userId"],
        token_hash=item["tokenHash"],
        email=item["email"],
        number=int(item["number"]),
        expires_at=from_rfc3339(item["expiresAt"]),
    )
