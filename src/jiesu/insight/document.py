"""``docs/figures.md``: every figure with its formula, source and readers, from its declaration."""

from __future__ import annotations

from django.utils.translation import override

from jiesu.insight.figures import FIGURES, GROUPS
from jiesu.people.roles import Role

HEAD = """# Figures

Generated from `jiesu.insight.figures` and compared with it by a test; do not edit. `jiesu report --region CODE --year
YEAR [--format table|json|xlsx]` and the page 统计报表 of the desk show them; the keys are those of the JSON.

- A region is a place in the line of command: a case belongs to whoever handles it, a contact to the place of its first
  case, or to whoever registered it where no case came of it. Both belong to the day on which they were received.
- Contacts are counted once, even if two cases came of one letter. Rates of periods leave out clocks that are void,
  suspended or not yet over. Settlement between the parties counts as success of mediation.
- A rate below one never rounds up to one. Sums are exact to the fen.
- Everybody reads figures within the own line of command only.
"""


def text() -> str:
    """The document."""
    with override("zh-hans"):
        lines = [HEAD]
        for group, label in GROUPS.items():
            lines += [
                f"## {label}",
                "",
                "| key | 名称 | 单位 | 公式 | 来源 | 可见角色 |",
                "|---|---|---|---|---|---|",
            ]
            for figure in FIGURES:
                if figure.group == group:
                    readers = "、".join(str(Role(r).label) for r in Role.values if r in figure.readers)
                    lines.append(
                        f"| `{figure.key}` | {figure.label} | {figure.unit} | {figure.formula} | {figure.source} | {readers} |"
                    )
            lines.append("")
        return "\n".join(lines)
