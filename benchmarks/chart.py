"""The table as a picture: how far each metric is from its goal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from benchmarks.rows import Row

_LINE, _LEFT, _WIDTH = 34, 330, 300
# a bar ends here, however far past its goal the metric is
_MOST = 2.0


def svg(rows: Sequence[Row], day: str) -> str:
    """A bar per metric; the line is the goal, and shorter is better."""
    height = _LINE * len(rows) + 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="880" height="{height}" viewBox="0 0 880 {height}"',
        ' font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Metrics against their goals">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="16" font-weight="600" fill="#1f2430">Cost against goal, {escape(day)}</text>',
    ]
    goal = _LEFT + _WIDTH / _MOST
    for number, row in enumerate(rows):
        y = 50 + number * _LINE
        share = min(_share(row), _MOST)
        colour = "#2f7d5b" if row.holds else "#b4532a"
        parts += [
            f'<text x="16" y="{y + 14}" fill="#1f2430">{escape(row.metric)}  {escape(row.name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{max(share * _WIDTH / _MOST, 2):.0f}" height="18" fill="{colour}"/>',
            f'<text x="{_LEFT + _WIDTH + 14}" y="{y + 14}" fill="#4a5263">{escape(_short(row.today))}</text>',
        ]
    foot = height - 12
    note = "goal; shorter is better"
    parts += [
        f'<line x1="{goal}" y1="40" x2="{goal}" y2="{height - 28}" stroke="#1f2430" stroke-dasharray="3 3"/>',
        f'<text x="{goal}" y="{foot}" text-anchor="middle" font-size="11" fill="#4a5263">{note}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _share(row: Row) -> float:
    if row.more_is_better:
        return row.aim / row.value
    return row.value / row.aim if row.aim else (1.0 if row.holds else _MOST)


def _short(text: str) -> str:
    return text if len(text) <= 34 else f"{text[:33]}…"
