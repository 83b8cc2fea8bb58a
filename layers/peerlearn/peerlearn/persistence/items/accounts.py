"""Accounts and sign-in sessions."""

from __future__ import annotations

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.directory import directory_text
from peerlearn.domain.users import AccountState, Credential, Language, Role, SignInSession, User
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.addresses import address_fields, address_of
from peerlearn.persistence.items.base import Entity, Item


def _account(user: User) -> Item:
    return {
        "userId": user.user_id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "interests": list(user.interests),
        "learningGoals": list(user.learning_goals),
        "createdAt": to_rfc3339(user.created_at),
        "sessionEpoch": user.session_epoch,
        "state": user.state.value,
        "emailVerified": user.email_verified,
    }


def profile_item(user: User) -> Item:
    return {
        **keys.profile(user.user_id).as_item(),
        "entity": Entity.PROFILE.value,
        **_account(user),
        **directory_place(user),
        "language": user.language.value,
        "timeZone": user.time_zone,
        **address_fields(user.address),
        **({"mailKey": user.mail_key} if user.mail_key else {}),
    }


def directory_place(user: User) -> Item:
    """Return the index keys of a profile: a change of name or address writes them anew."""
    return {
        "GSI1PK": index_keys.directory_by_name(user.user_id),
        "GSI1SK": index_keys.directory_sort(directory_text(user.name), user.user_id),
        "GSI2PK": index_keys.directory_by_address(user.user_id),
        "GSI2SK": index_keys.directory_sort(directory_text(user.email), user.user_id),
    }


def credential_item(credential: Credential) -> Item:
    return {
        **keys.credential(credential.user.email).as_item(),
        "entity": Entity.CREDENTIAL.value,
        **_account(credential.user),
        "passwordHash": credential.password_hash,
    }


def user_of(item: Item) -> User:
    """Return the account of a profile or a credential item."""
    return User(
        user_id=item["userId"],
        name=item["name"],
        email=item["email"],
        role=Role(item["role"]),
        interests=tuple(item["interests"]),
        learning_goals=tuple(item["learningGoals"]),
        created_at=from_rfc3339(item["createdAt"]),
        session_epoch=int(item["sessionEpoch"]),
        kept_session=item.get("keptSession"),
        state=AccountState(item["state"]),
        # Accounts from before there were mails have none of these.
        email_verified=bool(item.get("emailVerified", False)),
        language=Language(item.get("language", Language.ENGLISH)),
        time_zone=item.get("timeZone", "UTC"),
        address=address_of(item),
        mail_key=item.get("mailKey", ""),
    )


def is_credential(item: Item | None) -> bool:
    """Return whether an address has an account: another one may only be held for the account that has left it."""
    return item is not None and item["entity"] == Entity.CREDENTIAL


def credential_of(item: Item) -> Credential:
    return Credential(password_hash=item["passwordHash"], user=user_of(item))


def session_item(session: SignInSession) -> Item:
    item = {
        **keys.session(session.user_id, session.session_id).as_item(),
        "entity": Entity.SESSION.value,
        "sessionId": session.session_id,
        "userId": session.user_id,
        "generation": session.generation,
        "tokenHash": session.token_hash,
        "rotatedAt": to_rfc3339(session.rotated_at),
        "expiresAt": to_rfc3339(session.expires_at),
        "ttl": int(session.expires_at.timestamp()),
        "revoked": session.revoked,
        "createdAt": to_rfc3339(session.created_at or session.rotated_at),
    }
    if session.device:
        item["device"] = session.device
    if session.previous_hash:
        item["previousHash"] = session.previous_hash
    return item


def session_of(item: Item) -> SignInSession:
    return SignInSession(
        session_id=item["sessionId"],
        user_id=item["userId"],
        generation=int(item["generation"]),
        token_hash=item["tokenHash"],
        rotated_at=from_rfc3339(item["rotatedAt"]),
        expires_at=from_rfc3339(item["expiresAt"]),
        previous_hash=item.get("previousHash"),
        revoked=bool(item["revoked"]),
        device=item.get("device"),
        created_at=from_rfc3339(item["createdAt"]),
    )
