"""The process's logger and metrics. Nothing here patches other libraries: that cost more start-up than it told."""

from __future__ import annotations

from aws_lambda_powertools import Logger

logger = Logger()
