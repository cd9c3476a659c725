"""How common words are, as the database's own statistics say: of each text that it has sampled, the commonest tokens."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import prod

from django.db import connection

#: Statistics change in days; a process asks again each hour.
_KEPT = 3600
#: Rarer ones are of no interest: no list is looked through for them.
_LEAST = 0.01
# Behind the shares stand the smallest and the largest of them, of no token.
_SHARES = """
SELECT token, share
FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known (token, share)
WHERE schemaname = ANY (current_schemas(FALSE)) AND tablename = 'cases_complaintwords' AND attname = 'words'
    AND token IS NOT NULL AND share >= %s
"""


def share_of(runs: Iterable[Sequence[str]]) -> float:
    """So large a part of all complaints is expected to hold all tokens of some words; 0 where one is not common.

    Tokens of one word overlap and stand together: it is as common as the rarest of them. Words go by chance.
    """
    known = _shares(str(connection.settings_dict["NAME"]), int(time.monotonic()) // _KEPT)
    each = [min(known.get(token, 0.0) for token in run) for run in runs]
    return prod(each) if each else 0.0


@lru_cache(maxsize=2)
def _shares(_database: str, _hour: int) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, [_LEAST])
        return {str(token): float(share) for token, share in cursor.fetchall()}


def forget() -> None:
    """Lets the next question be answered by the statistics as they are now."""
    _shares.cache_clear()
