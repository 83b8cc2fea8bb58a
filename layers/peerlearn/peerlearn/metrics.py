"""Counts of what the product does: log lines that CloudWatch reads numbers from, so that no call is made for them.

Only functions that count import this. Each name, with each of its dimensions' values, is billed by the month.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from peerlearn.domain.errors import EnrollmentDenied


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """Add to a metric of the stack's own namespace, which the environment names."""
    with single_metric(name=name, unit=MetricUnit.Count, value=value) as metric:
        for dimension, of in dimensions.items():
            metric.add_dimension(dimension, of)


@contextmanager
def counted(name: str) -> Iterator[None]:
    """Count what succeeds inside as `name`, what is denied as `<name>Refused` by its reason, and no other failure."""
    try:
        yield
    except EnrollmentDenied as denial:
        count(f"{name}Refused", reason=str(denial.details["reason"]))
        raise
    count(name)
