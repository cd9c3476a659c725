"""The law as data: periods, grounds, forms, duties and articles, each under the days of its force.

>>> from datetime import datetime
>>> from jiesu.law import due
>>> due("complaint.acceptance", start=datetime(2026, 9, 25, 10, 30)).last_day
datetime.date(2026, 10, 12)
"""

from jiesu.law.accounts import Line, account, explain
from jiesu.law.articles import Action, action_entry, actions, articles
from jiesu.law.calendar import Calendar, shipped, working_days_between
from jiesu.law.deadlines import Deadline, days_left, due
from jiesu.law.errors import Code, LawError
from jiesu.law.forms import Form, form, form_for, forms
from jiesu.law.grounds import (
    Ground,
    factors,
    filing_conditions,
    ground,
    grounds,
    not_filing_grounds,
    remedies,
)
from jiesu.law.informants import InformantDuty, informant_duties
from jiesu.law.jurisdiction import Jurisdiction, jurisdiction
from jiesu.law.model import Citation, Instrument, Period, Provision, Rank, Rule, Status, Unit
from jiesu.law.options import Option, option, options
from jiesu.law.periods import rule, rules
from jiesu.law.source import instrument, instruments
from jiesu.law.telling import Telling, decisions, telling

__all__ = [
    "Action",
    "Calendar",
    "Citation",
    "Code",
    "Deadline",
    "Form",
    "Ground",
    "InformantDuty",
    "Instrument",
    "Jurisdiction",
    "LawError",
    "Line",
    "Option",
    "Period",
    "Provision",
    "Rank",
    "Rule",
    "Status",
    "Telling",
    "Unit",
    "account",
    "action_entry",
    "actions",
    "articles",
    "days_left",
    "decisions",
    "due",
    "explain",
    "factors",
    "filing_conditions",
    "form",
    "form_for",
    "forms",
    "ground",
    "grounds",
    "informant_duties",
    "instrument",
    "instruments",
    "jurisdiction",
    "not_filing_grounds",
    "option",
    "options",
    "remedies",
    "rule",
    "rules",
    "shipped",
    "telling",
    "working_days_between",
]
