"""Addresses, the links of mails, and lost passwords."""

from __future__ import annotations

from functools import cache

from peerlearn.bootstrap.accounts import account_repository, password_hasher, password_proof
from peerlearn.bootstrap.audit import audit_trail
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.mailroom import mailroom
from peerlearn.bootstrap.standing import limits
from peerlearn.persistence.addresses import AddressRepository
from peerlearn.persistence.mails import OutboxRepository
from peerlearn.persistence.throttling import ThrottleRepository
from peerlearn.services.addresses import AddressService, LinkOpener
from peerlearn.services.recovery import RecoveryService


@cache
def link_opener() -> LinkOpener:
    return LinkOpener(AddressRepository(table()), ThrottleRepository(table()), limits(), mailroom())


@cache
def address_service() -> AddressService:
    return AddressService(
        AddressRepository(table()),
        account_repository(),
        OutboxRepository(table()),
        link_opener(),
        password_proof(),
        audit_trail(),
        mailroom(),
    )


@cache
def recovery_service() -> RecoveryService:
    return RecoveryService(
        OutboxRepository(table()),
        link_opener(),
        ThrottleRepository(table()),
        password_hasher(),
        audit_trail(),
        limits(),
        mailroom(),
    )
