"""What is counted: each source turns the rows of one day and some holders into named counts.

A later part of the product adds its own with ``register``; nothing else here changes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """Rows that are counted.

    Args:
        name: stable name.
        sql: gives ``province, city, county, holder, key, n`` (grouped) for rows received from ``%(begins)s`` until
            before ``%(ends)s`` with a holder in ``%(holders)s``; what is late is judged by ``%(today)s``. Whoever
            changes such a row marks its day and holder (``cases.marking``).
        days: gives the days of which there are rows, for whoever checks.
        turned: gives ``day, holder`` of rows that nobody changed and that are late on ``%(until)s`` as they were not
            on ``%(since)s``, or the other way round; empty where nothing becomes late by itself.
    """

    name: str
    sql: str
    days: str
    turned: str = ""


_CASE_DAYS = "SELECT (received_at AT TIME ZONE 'Asia/Shanghai')::date FROM cases_case"
#: Names of counts are words joined by full stops; what a row is divided by follows a bar.
CASES = Source(
    "cases",
    """
WITH k AS (
    SELECT c.kind, c.province, c.city, c.county, coalesce(c.organisation_id, c.registered_by_id) AS holder,
           c.subject, c.closed_at, c.outcome, c.amount, c.recovered, c.facts, c.received_at,
           coalesce(b.platform_id, CASE WHEN b.kind = 'platform' THEN b.id END) AS platform,
           EXISTS (SELECT FROM cases_clock q WHERE q.case_id = c.id AND q.statutory
                    AND (q.state = 'met_late' OR (q.state = 'open' AND q.due_on < %(today)s))) AS late,
           EXISTS (SELECT FROM cases_clock q WHERE q.case_id = c.id AND q.rule = 'complaint.mediation'
                    AND q.state <> 'void') AS accepted
      FROM cases_case c LEFT JOIN businesses_business b ON b.id = c.business_id
     WHERE c.received_at >= %(begins)s AND c.received_at < %(ends)s
       AND coalesce(c.organisation_id, c.registered_by_id) = ANY(%(holders)s)
)
SELECT province, city, county, holder, kind || '.' || key, sum(n)
  FROM k CROSS JOIN LATERAL (VALUES
    ('cases', 1::bigint),
    ('subject|' || subject, 1),
    ('platform|' || platform, 1),
    ('outcome|' || CASE WHEN outcome <> '' THEN outcome
                        WHEN kind = 'complaint' AND facts ? 'withdrawn_on' THEN 'withdrawn' END, 1),
    (CASE WHEN closed_at IS NOT NULL THEN 'closed' END, 1),
    (CASE WHEN closed_at IS NOT NULL THEN 'days|' ||
        (date(closed_at AT TIME ZONE 'Asia/Shanghai') - date(received_at AT TIME ZONE 'Asia/Shanghai')) END, 1),
    (CASE WHEN accepted THEN 'accepted' END, 1),
    (CASE WHEN outcome IN ('refused', 'terminated') THEN
        outcome || '|' || coalesce(nullif(facts->'decision'->>'ground', ''), '-') END, 1),
    (CASE WHEN outcome = 'terminated' AND facts ? 'settled_on' THEN 'settled' END, 1),
    (CASE WHEN closed_at IS NOT NULL AND NOT late THEN 'on_time' END, 1),
    (CASE WHEN late THEN 'late' END, 1),
    (CASE WHEN facts ? 'rated' THEN 'rated' END, 1),
    (CASE WHEN (facts->>'rated')::int >= 4 THEN 'satisfied' END, 1),
    (CASE WHEN amount > 0 THEN 'claims' END, 1),
    (CASE WHEN recovered > 0 THEN 'recoveries' END, 1),
    ('claimed', amount),
    ('recovered', recovered)) AS v(key, n)
 WHERE key IS NOT NULL AND n <> 0
 GROUP BY 1, 2, 3, 4, 5
""",
    _CASE_DAYS,
)
CLOCKS = Source(
    "clocks",
    """
SELECT c.province, c.city, c.county, coalesce(c.organisation_id, c.registered_by_id),
       'clock.' || CASE WHEN q.state = 'met' THEN 'met|' WHEN q.state = 'met_late' OR q.due_on < %(today)s
                        THEN 'missed|' ELSE 'running|' END || q.rule,
       count(*)
  FROM cases_case c JOIN cases_clock q ON q.case_id = c.id
 WHERE c.received_at >= %(begins)s AND c.received_at < %(ends)s
   AND coalesce(c.organisation_id, c.registered_by_id) = ANY(%(holders)s)
   AND q.state NOT IN ('void', 'suspended')
 GROUP BY 1, 2, 3, 4, 5
""",
    _CASE_DAYS,
    """
SELECT (c.received_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(c.organisation_id, c.registered_by_id)
  FROM cases_clock q JOIN cases_case c ON c.id = q.case_id
 WHERE q.state = 'open' AND q.due_on >= %(since)s AND q.due_on < %(until)s
""",
)
#: A contact belongs to the place of the first case that came of it, else to whoever registered it.
CONTACTS = Source(
    "contacts",
    """
WITH t AS (
    SELECT coalesce(k.province, o.province) AS province, coalesce(k.city, o.city) AS city,
           coalesce(k.county, o.county) AS county,
           coalesce(k.organisation_id, k.registered_by_id, c.registered_by_id) AS holder,
           coalesce(k.kind, nullif(c.kind, 'auto'), 'other') AS kind, c.channel, c.line,
           coalesce(nullif(b.industry, ''), '-') AS industry,
           coalesce(coalesce(b.platform_id, CASE WHEN b.kind = 'platform' THEN b.id END)::text, '-') AS platform
      FROM intake_contact c
      JOIN places_organisation o ON o.id = c.registered_by_id
      LEFT JOIN cases_case k ON k.id = c.cases[1] AND k.contact_id = c.id
      LEFT JOIN businesses_business b ON b.id = k.business_id
     WHERE c.received_at >= %(begins)s AND c.received_at < %(ends)s
)
SELECT province, city, county, holder, key, count(*)
  FROM t CROSS JOIN LATERAL (VALUES
    ('contacts'), ('contacts.kind|' || kind), ('contacts.channel|' || channel || '|' || kind),
    ('contacts.line|' || nullif(line, '')), ('contacts.industry|' || industry),
    ('contacts.platform|' || platform)) AS v(key)
 WHERE holder = ANY(%(holders)s) AND key IS NOT NULL
 GROUP BY 1, 2, 3, 4, 5
""",
    "SELECT (received_at AT TIME ZONE 'Asia/Shanghai')::date FROM intake_contact",
)
#: A supervision notice belongs to the bureau that sent it and the day on which it did; so do the parts of those addressed.
NOTICES = Source(
    "notices",
    """
WITH sent AS (
    SELECT n.id, o.province, o.city, o.county, n.organisation_id AS holder
      FROM insight_supervisionnotice n JOIN places_organisation o ON o.id = n.organisation_id
     WHERE n.at >= %(begins)s AND n.at < %(ends)s AND n.organisation_id = ANY(%(holders)s)
), counted AS (
    SELECT province, city, county, holder, 'notices.sent' AS key FROM sent
     UNION ALL
    SELECT province, city, county, holder, 'notices.' || key
      FROM sent JOIN insight_noticeaddress a ON a.notice_id = sent.id CROSS JOIN LATERAL (VALUES
        ('addressed'),
        (CASE WHEN a.state IN ('accepted', 'withdrawn') THEN a.state END),
        (CASE WHEN a.state = 'withdrawn' THEN NULL
              WHEN coalesce((a.answered_at AT TIME ZONE 'Asia/Shanghai')::date, %(today)s) > a.answer_by THEN 'late'
              WHEN a.answered_at IS NOT NULL THEN 'on_time' END)) AS v(key)
     WHERE key IS NOT NULL
)
SELECT province, city, county, holder, key, count(*) FROM counted GROUP BY 1, 2, 3, 4, 5
""",
    "SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM insight_supervisionnotice",
    """
SELECT (n.at AT TIME ZONE 'Asia/Shanghai')::date, n.organisation_id
  FROM insight_noticeaddress a JOIN insight_supervisionnotice n ON n.id = a.notice_id
 WHERE a.state = 'open' AND a.answer_by >= %(since)s AND a.answer_by < %(until)s
""",
)
#: A warning belongs to the bureau that published it and the day on which it did, also once it is withdrawn.
WARNINGS = Source(
    "warnings",
    """
SELECT o.province, o.city, o.county, w.organisation_id, 'warnings.published', count(*)
  FROM insight_consumerwarning w JOIN places_organisation o ON o.id = w.organisation_id
 WHERE w.decided_at >= %(begins)s AND w.decided_at < %(ends)s AND w.organisation_id = ANY(%(holders)s)
   AND w.state IN ('published', 'withdrawn')
 GROUP BY 1, 2, 3, 4
""",
    "SELECT (decided_at AT TIME ZONE 'Asia/Shanghai')::date FROM insight_consumerwarning WHERE decided_at IS NOT NULL",
)

_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Adds a source; its counts are kept from then on, those of earlier days once they are marked.

    Raises:
        ValueError: there is one of that name.
    """
    if source.name in _sources:
        raise ValueError(f"a source is declared twice: {source.name}")
    _sources[source.name] = source


def sources() -> tuple[Source, ...]:
    """All sources."""
    return tuple(_sources.values())


for each in (CASES, CLOCKS, CONTACTS, NOTICES, WARNINGS):
    register(each)
