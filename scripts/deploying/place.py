"""Where a stack on AWS is: a session for its region and its account, or in a sentence what is missing."""

from __future__ import annotations

import boto3
from botocore.exceptions import NoCredentialsError, ProfileNotFound

from scripts.project.problem import Problem


def session_at(region: str | None, profile: str | None, *, remedy: str) -> boto3.Session:
    """Return a session by that profile, in that region; without them, as AWS's own settings say.

    Parameters
    ----------
    remedy: str
        How to name a region: the middle of a sentence, such as `give one with --region`.

    Raises
    ------
    Problem
        There is no such profile, or no region.
    """
    try:
        session = boto3.Session(profile_name=profile or None, region_name=region or None)
    except ProfileNotFound:
        raise Problem(f"There is no AWS profile named {profile}.") from None
    if session.region_name is None:
        raise Problem(f"No region is configured: {remedy}, or set AWS_DEFAULT_REGION.")
    return session


def require_credentials(session: boto3.Session) -> None:
    """Raise where the session finds nothing to sign in with. Whether AWS takes it, only a call can tell.

    Raises
    ------
    NoCredentialsError
        There are no credentials.
    """
    if session.get_credentials() is None:
        raise NoCredentialsError
