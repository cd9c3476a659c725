"""What the law leaves open: settings with type, default and label. None of them is statutory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from jiesu.law.errors import Code, LawError
from jiesu.law.source import names, rows

Value = bool | int | str | None
NOT_STATUTORY = "非法定"


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. `level` is the lowest organisation that may set it; `per_call` marks a value
    that comes from one document (a date on a form) instead of a table of settings."""

    key: str
    type: str
    default: Value
    label: str
    note: str
    choices: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    level: str | None
    per_call: bool
    rulebook: tuple[str, ...]
    source: str

    @property
    def statutory_label(self) -> str:
        """Shown beside every setting: it is no rule of law."""
        return NOT_STATUTORY

    def check(self, value: object) -> Value:
        """The value if it fits, else `bad_option`.

        >>> option("weekend_rollover").check(True)
        True
        """
        if value is None and self.default is None:
            return None
        if self.type == "bool":
            if isinstance(value, bool):
                return value
            raise self._bad(value, "应当是 true 或者 false")
        if self.type == "int":
            if isinstance(value, bool) or not isinstance(value, int):
                raise self._bad(value, "应当是整数")
            low, high = self.minimum, self.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                raise self._bad(value, f"应当在 {low} 至 {high} 之间")
            return value
        if isinstance(value, str) and value in self.choices:
            return value
        raise self._bad(value, f"应当是 {'、'.join(self.choices)} 之一")

    def _bad(self, value: object, why: str) -> LawError:
        return LawError(Code.BAD_OPTION, option=self.key, value=value, why=why)


@cache
def options() -> Mapping[str, Option]:
    """All settings by key."""
    found = {
        row["key"]: Option(
            key=row["key"],
            type=row["type"],
            default=row["default"],
            label=row["label"],
            note=row.get("note", ""),
            choices=names(row.get("choices")),
            minimum=row.get("minimum"),
            maximum=row.get("maximum"),
            level=row.get("level"),
            per_call=row.get("per_call", False),
            rulebook=names(row.get("rulebook")),
            source=row.get("source", ""),
        )
        for row in rows(folder="options", list_name="options")
    }
    return MappingProxyType(found)


def option(key: str) -> Option:
    """One setting; raises `unknown_option`."""
    try:
        return options()[key]
    except KeyError:
        raise LawError(Code.UNKNOWN_OPTION, option=key) from None


@cache
def defaults() -> Mapping[str, Value]:
    """Every setting at its default."""
    return MappingProxyType({key: entry.default for key, entry in options().items()})


def resolve(given: Mapping[str, object] | None) -> Mapping[str, Value]:
    """Defaults with the given values checked and laid over them.

    Raises `unknown_option` and `bad_option`.
    """
    if not given:
        return defaults()
    checked = {key: option(key).check(value) for key, value in given.items()}
    return {**defaults(), **checked}
