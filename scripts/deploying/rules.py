"""The template's demands on its own parameters, judged before anything is sent: allowed values, patterns, `Rules`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# CloudFormation's numbers have fewer.
_DIGITS_MAX = 18
_SHOWN_MAX_LENGTH = 100


def mistakes(template: Mapping[str, Any], parameters: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each parameter that CloudFormation would refuse, and for each of the template's rules broken.

    Parameters
    ----------
    parameters: mapping
        Every parameter of the template with its value, as text.
    """
    found = False
    for name, value in parameters.items():
        if (why := refusal(template["Parameters"][name], value)) is not None:
            found = True
            yield f"{name} {why}"
    if not found:
        # rules are of parameters that are right by themselves
        yield from _broken(template.get("Rules", {}), parameters)


def refusal(declared: Mapping[str, Any], value: str) -> str | None:
    """Return why a parameter that is declared so cannot have this value; None where it can."""
    if set(value) & set("\"'\\"):
        return "must hold no quotation mark and no backslash"
    if not value.isprintable():
        return f"is {shown(value)}, and must be one line without control characters"
    allowed = [str(one) for one in declared.get("AllowedValues", [])]
    if allowed:
        return None if value in allowed else f"is {shown(value)}, and must be one of {', '.join(allowed)}"
    if declared["Type"] == "Number":
        return _refused_number(declared, value)
    if not re.fullmatch(declared.get("AllowedPattern", "(?s).*"), value):
        return f"is {shown(value)}, and must be {declared['ConstraintDescription']}"
    return None


def _refused_number(declared: Mapping[str, Any], value: str) -> str | None:
    least, most = declared.get("MinValue", 0), declared["MaxValue"]
    if not re.fullmatch("-?[0-9]+", value):
        return f"is {shown(value)}, and must be a whole number"
    # of more digits Python reads no number
    if len(value) > _DIGITS_MAX or not least <= int(value) <= most:
        return f"is {shown(value)}, and must be from {least} to {most}"
    return None


def shown(value: object) -> str:
    """Return a value as a line tells it: short, whatever it is, and as the file would say it."""
    if isinstance(value, bool):
        return str(value).lower()
    text = "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(value))
    if len(text) > _SHOWN_MAX_LENGTH:
        return f"{text[:_SHOWN_MAX_LENGTH]}..."
    return text or "empty"


def _broken(rules: Mapping[str, Any], parameters: Mapping[str, str]) -> Iterator[str]:
    for rule in rules.values():
        if _holds(rule.get("RuleCondition", True), parameters):
            for assertion in rule["Assertions"]:
                if not _holds(assertion["Assert"], parameters):
                    yield assertion["AssertDescription"]


def _holds(condition: Any, parameters: Mapping[str, str]) -> bool:
    if isinstance(condition, bool):
        return condition
    ((function, operands),) = condition.items()
    if function == "Fn::Equals":
        first, second = (parameters[one["Ref"]] if isinstance(one, dict) else str(one) for one in operands)
        return first == second
    results = [_holds(one, parameters) for one in operands]
    return {"Fn::And": all(results), "Fn::Or": any(results), "Fn::Not": not results[0]}[str(function)]
