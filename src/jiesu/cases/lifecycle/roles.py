"""Who may, said once: groups of capacities and roles that the tables use."""

from jiesu.cases.lifecycle.table import by

CENTRE = by("centre", "calltaker", "dispatcher", "handler", "officehead")
#: The dispatchers of the bureau as a legal person, for what any of its desks has taken in.
RECEIVING = by("receiving", "dispatcher", "head")
FRONT = (CENTRE, RECEIVING)
INTERNAL_DISPATCH = by("handling", "dispatcher", "officehead", "head")
ASSIGNEE = by("assignee", "handler", "mediator", "officehead", "head")
OFFICE = by("office", "handler", "mediator", "officehead")
OFFICE_HEAD = by("office", "officehead")
BUREAU_HEAD = by("handling", "head")
COMMISSIONED = by("commissioned", "council", "mediator")
SUPERIOR = by("superior", "supervisor", "head")
LEGAL = by("handling", "legal")
LEGAL_AT_RECEIPT = by("receiving", "legal")
CITIZEN = by("citizen")
SYSTEM = by("system")

#: Those who work on a case in the name of the bureau that handles it.
WORK = (ASSIGNEE, OFFICE, BUREAU_HEAD)
#: The same for what must stay with few: reports and leads (order 121 art. 37).
CLOSE_WORK = (ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD)
HEAD = (BUREAU_HEAD,)
