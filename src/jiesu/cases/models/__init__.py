"""Tables of the case."""

from jiesu.cases.models.case import Case
from jiesu.cases.models.children import (
    Clock,
    ContactEntry,
    Event,
    File,
    Link,
    Message,
    Participant,
    Party,
    Passage,
    Proposal,
    Session,
    Suggestion,
)
from jiesu.cases.models.export import ExportRun
from jiesu.cases.models.retention import RetentionRun
from jiesu.cases.models.side import (
    Anchor,
    AnsweredKey,
    ComplaintWords,
    DocumentNumber,
    Reminder,
    ReportWords,
    TallyMark,
    WordsOwed,
)

__all__ = [
    "Anchor",
    "AnsweredKey",
    "Case",
    "Clock",
    "ComplaintWords",
    "ContactEntry",
    "DocumentNumber",
    "Event",
    "ExportRun",
    "File",
    "Link",
    "Message",
    "Participant",
    "Party",
    "Passage",
    "Proposal",
    "Reminder",
    "ReportWords",
    "RetentionRun",
    "Session",
    "Suggestion",
    "TallyMark",
    "WordsOwed",
]
