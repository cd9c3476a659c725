"""Look-ups of organisations: whose bureau, whose superior, who is competent for a division."""

from collections.abc import Iterable

from jiesu.places.models import Organisation, OrganisationType
from jiesu.places.organisations import official_name

#: Types inside the line of command of market regulation.
IN_LINE: frozenset[str] = frozenset(
    {OrganisationType.BUREAU, OrganisationType.CENTRE, OrganisationType.OFFICE, OrganisationType.SECTION}
)


def authority(org: Organisation) -> Organisation | None:
    """The bureau (legal person) an organisation acts for; a bureau is its own.

    None for councils, stations and partner departments: they are outside market regulation.
    """
    step: Organisation | None = org
    if org.type not in IN_LINE:
        return None
    while step is not None and step.type != OrganisationType.BUREAU:
        step = step.parent
    return step


def superior(org: Organisation) -> Organisation | None:
    """The bureau directly above the bureau of ``org``; None at the top or outside the line of command."""
    bureau = authority(org)
    if bureau is None or bureau.parent is None:
        return None
    return authority(bureau.parent)


def line_of_command(org: Organisation) -> list[Organisation]:
    """Bureaus from that of ``org`` to the top, nearest first; empty outside the line of command."""
    line: list[Organisation] = []
    step = authority(_with_line(org))
    while step is not None:
        line.append(step)
        step = superior(step)
    return line


def ancestors(org: Organisation) -> list[Organisation]:
    """``org`` and everything above it by ``parent``, nearest first: the order in which settings are looked up."""
    line: list[Organisation] = []
    step: Organisation | None = _with_line(org)
    while step is not None:
        line.append(step)
        step = step.parent
    return line


def _with_line(org: Organisation) -> Organisation:
    # One query instead of one for each generation; a province has five.
    return Organisation.objects.select_related("parent__parent__parent__parent").get(pk=org.pk)


def common_superior(a: Organisation, b: Organisation) -> Organisation | None:
    """The nearest bureau that stands above the bureaus of both; None if there is none here.

    A bureau is not its own superior: of a county bureau and its own city bureau it is the province's.
    """
    above = {org.pk for org in line_of_command(a)[1:]}
    return next((org for org in line_of_command(b)[1:] if org.pk in above), None)


def division_line(code: str) -> list[str]:
    """Codes from ``code`` up to its province, nearest first, by the structure of the code.

    >>> division_line("430902005001")
    ['430902005001', '430902005', '430902', '430900', '430000']
    >>> division_line("430900")
    ['430900', '430000']
    """
    line: list[str] = []
    if len(code) == 12:
        line.append(code)
    if len(code) >= 9:
        line.append(code[:9])
    if len(code) >= 6 and code[4:6] != "00":
        line.append(code[:6])
    if len(code) >= 4 and code[2:4] != "00":
        line.append(code[:4] + "00")
    line.append(code[:2] + "0000")
    return line


def bureau_for_division(code: str) -> Organisation | None:
    """The active bureau competent for a division: its own, or the nearest one above it of this installation."""
    line = division_line(code)
    bureaus = {
        org.division_code: org
        for org in Organisation.objects.filter(
            division_code__in=line, type=OrganisationType.BUREAU, is_active=True
        ).select_related("parent")
    }
    return next((bureaus[step] for step in line if step in bureaus), None)


def office_for_town(code: str) -> Organisation | None:
    """The active market office of a town (9 digits; of a village, its town's)."""
    return (
        Organisation.objects.filter(division_code=code[:9], type=OrganisationType.OFFICE, is_active=True)
        .select_related("parent")
        .first()
    )


def centre_of(bureau: Organisation) -> Organisation | None:
    """The 12315 centre of a bureau."""
    return Organisation.objects.filter(parent=bureau, type=OrganisationType.CENTRE, is_active=True).first()


def by_key(key: str) -> Organisation:
    """The organisation with this key.

    Raises:
        Organisation.DoesNotExist: no such key.
    """
    return Organisation.objects.select_related("parent").get(key=key)


def bureaus_for(codes: Iterable[str]) -> dict[str, Organisation]:
    """The competent bureau of each of many divisions, in one query (lists, imports)."""
    wanted = {code: division_line(code) for code in codes}
    steps = {step for line in wanted.values() for step in line}
    bureaus = {
        org.division_code: org
        for org in Organisation.objects.filter(
            division_code__in=steps, type=OrganisationType.BUREAU, is_active=True
        )
    }
    return {
        code: next(bureaus[step] for step in line if step in bureaus)
        for code, line in wanted.items()
        if any(step in bureaus for step in line)
    }


def competent_name(code: str) -> str:
    """Name of the bureau competent for a division anywhere in China, for a notice that must name it.

    A bureau of this installation goes by its registered name; any other is named after its division down
    to the county. A code below a county names the county's bureau.

    Raises:
        KeyError: the division is not known.
    """
    county = code[:6]
    own = Organisation.objects.filter(
        division_code=county, type=OrganisationType.BUREAU, is_active=True
    ).first()
    return own.name if own else official_name(county)


def ids_below(org: Organisation) -> frozenset[int]:
    """Ids of ``org`` and of all organisations under it in the line of command (offices, centre and sections too).

    Councils, stations and partner departments are outside it. One query.
    """
    children: dict[int | None, list[int]] = {}
    for pk, parent in Organisation.objects.filter(type__in=IN_LINE).values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found = {org.pk}
    waiting = [org.pk]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return frozenset(found)
