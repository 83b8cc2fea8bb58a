"""The texts of mails: a template each, in a folder for each language, from which both forms of a mail are made.

    Subject: Your new password

    Somebody asked for {...}.

    [Choose a password](link)

A paragraph is one of the text, and one of the HTML. A line in brackets and parentheses is a link: a button there, the
bare address here. `common.txt` holds what all mails of a language share, a line each. A mail that is given a value
`unsubscribe` ends with the link that turns its kind off.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from peerlearn.domain.mails import Letter, MailKind
from peerlearn.domain.users import Language

FOLDER = Path(__file__).with_name("mail_templates")
COMMON = "common"
_LINK = re.compile(r"\[(?P<label>[^\]]+)\]\((?P<target>\w+)\)")
# Mail programs cut a subject off at about a third of this.
_SUBJECT_MAX = 150
_UTC = "UTC"

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{subject}</title>
</head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<main style="max-width:36em;margin:0 auto">
{paragraphs}
</main>
</body>
</html>
"""
_PARAGRAPH = '<p style="margin:0 0 16px">{text}</p>'
_SMALL = '<p style="margin:24px 0 0;font-size:14px">{text}</p>'
_SMALL_LINK = '<a href="{target}">{label}</a>'
_BUTTON = (
    '<p style="margin:0 0 16px"><a href="{target}" style="display:inline-block;padding:12px 20px;border-radius:10px;'
    'background:#2450bd;color:#ffffff;text-decoration:none;font-weight:600">{label}</a></p>'
)


class MailTexts:
    """Renders mails."""

    def letter(self, kind: MailKind, language: Language, time_zone: str, values: Mapping[str, object]) -> Letter:
        """Return a mail in somebody's language, with times as their clock shows them.

        Parameters
        ----------
        values: mapping
            The values that the template names: texts, and moments as datetime. An empty `name` greets nobody by name.
        """
        common = common_texts(language)
        subject, body = template(kind.value, language)
        told = {name: _told(value, time_zone, common) for name, value in values.items()}
        if role := told.get("role"):
            told["role"] = common[f"role.{role}"]
        greeting = common["greeting" if told.get("name") else "greeting.nobody"]
        footer = [common["footer"], *([common["unsubscribe"]] if "unsubscribe" in told else [])]
        return Letter(
            subject=_one_line(subject.format_map(told))[:_SUBJECT_MAX],
            text=_as_text([greeting, *body, *footer], told),
            html=_as_html(language, subject, [greeting, *body], footer, told),
        )


@cache
def template(name: str, language: Language) -> tuple[str, tuple[str, ...]]:
    """Return the subject of a template, and its paragraphs."""
    head, _, body = (FOLDER / language.value / f"{name}.txt").read_text(encoding="utf-8").partition("\n\n")
    paragraphs = tuple(" ".join(part.split()) for part in body.split("\n\n") if part.strip())
    return head.removeprefix("Subject:").strip(), paragraphs


@cache
def common_texts(language: Language) -> Mapping[str, str]:
    """Return what all mails of a language share, by name."""
    lines = (FOLDER / language.value / f"{COMMON}.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line.strip())
    return {name.strip(): text.strip() for name, _, text in pairs}


def _told(value: object, time_zone: str, common: Mapping[str, str]) -> str:
    if not isinstance(value, datetime):
        return str(value)
    try:
        zone = ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError):
        # no such zone here: times are told in UTC, and say so
        time_zone, zone = _UTC, None
    local = value.astimezone(zone) if zone is not None else value
    return common["moment"].format(
        day=local.day,
        month=common["months"].split()[local.month - 1],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=time_zone,
    )


def _as_text(paragraphs: list[str], told: Mapping[str, str]) -> str:
    def plain(paragraph: str) -> str:
        link = _LINK.fullmatch(paragraph)
        if link is not None:
            return f"{link['label']}:\n{told[link['target']]}"
        return _one_line(paragraph.format_map(told))

    return "\n\n".join(map(plain, paragraphs)) + "\n"


def _as_html(
    language: Language, subject: str, paragraphs: list[str], footer: list[str], told: Mapping[str, str]
) -> str:
    escaped = {name: html.escape(_one_line(text)) for name, text in told.items()}

    def marked_up(paragraph: str, link_form: str, text_form: str) -> str:
        link = _LINK.fullmatch(paragraph)
        if link is not None:
            return link_form.format(target=escaped[link["target"]], label=html.escape(link["label"]))
        return text_form.format(text=html.escape(paragraph).format_map(escaped))

    parts = [marked_up(one, _BUTTON, _PARAGRAPH) for one in paragraphs]
    parts += [marked_up(one, _SMALL.format(text=_SMALL_LINK), _SMALL) for one in footer]
    title = html.escape(subject).format_map(escaped)
    return _PAGE.format(language=language.value, subject=title, paragraphs="\n".join(parts))


def _one_line(text: str) -> str:
    return " ".join(text.split())
