"""Who stands above whom in market regulation, and which bureaus may settle a dispute between them."""

from jiesu.places.models import Organisation
from jiesu.places.queries import authority, common_superior, line_of_command


def same_authority(a: Organisation, b: Organisation) -> bool:
    """Tell whether both belong to one bureau as a legal person: moving a case between them restarts no clock."""
    first, second = authority(a), authority(b)
    return first is not None and second is not None and first.pk == second.pk


def is_below(org: Organisation, superior: Organisation) -> bool:
    """Tell whether the bureau of ``org`` stands below the bureau ``superior``, at any distance.

    A bureau is not below itself, and nobody is below a body that is no bureau's own
    (council, station, partner department).
    """
    top = authority(superior)
    return top is not None and any(step.pk == top.pk for step in line_of_command(org)[1:])


def designating_bureau(a: Organisation, b: Organisation) -> Organisation | None:
    """The bureau that designates when two bureaus dispute who is competent: the nearest common superior.

    None if there is none in this installation; the dispute then goes to one outside it.
    """
    return common_superior(a, b)
