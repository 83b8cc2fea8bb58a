"""The environment, read once per process and never at import."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Settings that the template hands to a function. Secrets are not among them: only names of what holds them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    table_name: Annotated[str, Field(validation_alias="TABLE_NAME", min_length=1)]
    keys_table_name: Annotated[str, Field(validation_alias="KEYS_TABLE_NAME")] = ""
    secret_id: Annotated[str, Field(validation_alias="SECRET_ID")] = ""
    cursor_secret_id: Annotated[str, Field(validation_alias="CURSOR_SECRET_ID")] = ""
    allowed_origins: Annotated[str, Field(validation_alias="ALLOWED_ORIGINS")] = ""
    bcrypt_cost: Annotated[int, Field(validation_alias="BCRYPT_COST", ge=10, le=16)] = 12

    # `name=quota/seconds, ...`: limits that take the place of the defaults in `peerlearn.domain.limits`
    limits: Annotated[str, Field(validation_alias="LIMITS")] = ""
    # How long an entry of the audit trail is kept.
    audit_retention_days: Annotated[int, Field(validation_alias="AUDIT_RETENTION_DAYS", ge=1, le=3650)] = 365

    bucket_name: Annotated[str, Field(validation_alias="BUCKET_NAME")] = ""
    max_upload_bytes: Annotated[int, Field(validation_alias="MAX_UPLOAD_BYTES", ge=1)] = 52_428_800
    region: Annotated[str, Field(validation_alias="AWS_REGION")] = "us-east-1"

    # Work that the stream's consumer hands on; a worker's own is where it carries on.
    promotion_queue_url: Annotated[str, Field(validation_alias="PROMOTION_QUEUE_URL")] = ""
    catalogue_queue_url: Annotated[str, Field(validation_alias="CATALOGUE_QUEUE_URL")] = ""
    job_queue_url: Annotated[str, Field(validation_alias="JOB_QUEUE_URL")] = ""
    announcement_queue_url: Annotated[str, Field(validation_alias="ANNOUNCEMENT_QUEUE_URL")] = ""
    erasure_queue_url: Annotated[str, Field(validation_alias="ERASURE_QUEUE_URL")] = ""
    export_queue_url: Annotated[str, Field(validation_alias="EXPORT_QUEUE_URL")] = ""
    mail_queue_url: Annotated[str, Field(validation_alias="MAIL_QUEUE_URL")] = ""
    feedback_queue_url: Annotated[str, Field(validation_alias="FEEDBACK_QUEUE_URL")] = ""
    # The queue of records that a stream's consumer is to try again.
    retry_queue_url: Annotated[str, Field(validation_alias="RETRY_QUEUE_URL")] = ""

    # The sender's address; empty where no mails are sent.
    mail_from: Annotated[str, Field(validation_alias="MAIL_FROM")] = ""
    # The front end that the links of mails lead to, and the API that mail programs unsubscribe at.
    app_url: Annotated[str, Field(validation_alias="APP_URL")] = ""
    api_url: Annotated[str, Field(validation_alias="API_URL")] = ""
    mail_configuration_set: Annotated[str, Field(validation_alias="MAIL_CONFIGURATION_SET")] = ""
    # Whether an account may write before its address is proven: `required` or `optional`.
    verified_email: Annotated[str, Field(validation_alias="VERIFIED_EMAIL")] = "optional"

    # Where the REST API is found, without its id and stage; empty on AWS, where a request tells.
    local_endpoint: Annotated[str, Field(validation_alias="LOCAL_ENDPOINT")] = ""

    # Where connections are posted to: the WebSocket API's own address, by https; clients open the same by wss.
    management_endpoint: Annotated[str, Field(validation_alias="MANAGEMENT_ENDPOINT")] = ""

    own_web_socket_url: Annotated[str, Field(validation_alias="WEB_SOCKET_URL")] = ""

    @property
    def web_socket_url(self) -> str:
        """Return where clients connect to."""
        return self.own_web_socket_url or f"ws{self.management_endpoint.removeprefix('http')}"

    @property
    def sends_mail(self) -> bool:
        """Whether a sender's address is set."""
        return bool(self.mail_from)

    @property
    def requires_proof(self) -> bool:
        """Whether an account has to prove its address; nobody can where no mails are sent."""
        return self.sends_mail and self.verified_email == "required"

    @property
    def origins(self) -> list[str]:
        """The allowed origins of browsers; `*` alone allows every one."""
        return [origin.strip() for origin in self.allowed_origins.split(",") if origin.strip()]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        return cls.model_validate(dict(environment))


@cache
def settings() -> Settings:
    """This process's settings."""
    return Settings.of(os.environ)


def function_name() -> str:
    """Return the name that the running function is deployed under; empty outside of Lambda."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")


def starts_from_snapshot() -> bool:
    """Return whether Lambda keeps this process as a snapshot that others are restored from."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"
