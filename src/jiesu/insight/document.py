"""``docs/figures.md``: every figure with its formula, source and readers, from its declaration."""

from __future__ import annotations

from django.utils.translation import override

from jiesu.insight import catalogue
from jiesu.insight.figures import GROUPS, Breakdown, Figure, breakdowns, figures
from jiesu.people.roles import Role

HEAD = """# Figures

Generated from the declarations in `jiesu.insight.catalogue` and compared with them by a test; do not edit. They are shown by
the page 统计报表 of the desk, its Excel, PDF and JSON files, and `jiesu report --region CODE --year YEAR`; the keys are those
of the JSON. A part of the product adds its own with `jiesu.insight.figures.register`, and what it counts with
`jiesu.insight.tallies.sources.register`.

- A region is a place in the line of command: a case belongs to whoever handles it, a contact to the place of the first case
  that came of it, or to whoever registered it where none did. Both belong to the day on which they were received.
- Any period can be asked for: `2020`, `2020Q3`, `2020-09`, `2020W37`, `2020-09-01..2020-09-15`; beside it stands the same
  period of the year before, of a period that still runs as many days of it.
- Contacts are counted once, even if two cases came of one letter. Rates of periods leave out clocks that are void,
  suspended or not yet over. Settlement between the parties counts as success of mediation.
- Every number that counts cases opens the list of them, in breakdowns, regions, months and rankings as among the figures: the
  list holds as many, as far as the reader may see them, and says what it leaves out: contacts of which no case came, and that
  a case may have several clocks.
- A complaint withdrawn before acceptance has no outcome of its own in the law's sense; it is counted by itself (受理前撤回).
  Withdrawn after acceptance it ends by termination and is counted there.
- A rate below one never rounds up to one. Sums are exact to the fen. Days to close are calendar days, exact.
- Everybody reads figures within the own line of command only. Beside other regions (各地对比) somebody without a right to them
  sees the own rank alone, of whole months, quarters and years, where at least three have the figure.
- Open data (CSV, JSON, and a PDF made of the same numbers alone) are given out for years that are over; the other files say that
  they are for the bureau itself. Numbers from 1 to below the setting `figures.small_cell` are
  hidden, and others with them, over all regions of the province at once, until for each small number there is another table
  that would be published just the same, also for whoever takes the numbers of the own county or city off the sums. A figure
  is shown where every count it is made of is, a sum where enough complaints stand behind it. Cases of a kind and contacts
  of it are hidden together where they are nearly as many.
- Supervision notices and consumer warnings belong to the bureau that sent or published them and to the day on which it did; what
  became of a notice counts for that day too. They lead to no list of cases, and open data leave them out.
- Industry is the section (门类) of GB/T 4754—2017 in which the registry holds the respondent of the contact's first case. Nothing
  derives it: heads, supervisors and the legal section enter it (登记行业), those businesses first about which most came; contacts
  about others count as 未登记. The registry itself is not connected, and sheets that are imported have no column for it.
- A platform is what the contact calls it, by name: two spellings are two platforms. A shop that was known before anybody named
  its platform stays without.
- Figures come from tallies: each action marks its day and holder in its own transaction, and a job counts what is marked
  every minute. A report says as of when it is, and how many changes wait. `jiesu report --check` compares all tallies
  with a recount.
"""


def _readers(each: Figure | Breakdown) -> str:
    return "、".join(str(Role(r).label) for r in Role.values if r in each.readers)


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
            lines += [
                f"| `{f.key}` | {f.label} | {f.unit} | {f.formula} | {f.source} | {_readers(f)} |"
                for f in figures()
                if f.group == group
            ]
            lines.append("")
        lines += [
            "## 分类统计",
            "",
            "| key | 名称 | 按 | 各列 | 口径 | 来源 | 可见角色 |",
            "|---|---|---|---|---|---|---|",
        ]
        for table in breakdowns():
            columns = "、".join(str(c.label) for c in table.columns)
            lines.append(
                f"| `{table.key}` | {table.label} | {table.dimension} | {columns} | {table.formula} | {table.source}"
                f" | {_readers(table)} |"
            )
        return "\n".join([*lines, ""])


__all__ = ["catalogue", "text"]
