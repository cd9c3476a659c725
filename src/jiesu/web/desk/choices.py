"""Choices and starting values that the life-cycle tables leave to the face: people, organisations, what is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.fields import SHANGHAI, Choices, Field, Type
from jiesu.cases.targets import QUALIFIED
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.models import Organisation, OrganisationType
from jiesu.places.queries import authority, line_of_command
from jiesu.triage.knowledge import Found
from jiesu.triage.subject import subjects

WORKING_ROLES = ("handler", "mediator", "officehead", "head", "council")


@dataclass
class Known:
    """What forms of one case may offer, read when first asked for."""

    actor: Actor
    state: CaseState
    now: datetime
    prefills: dict[str, str] = field(default_factory=dict)
    #: Entries of the knowledge base that fit the question, the best first.
    answers: list[Found] = field(default_factory=list)
    _bureau: Organisation | None = None

    def bureau(self) -> Organisation | None:
        """The bureau that handles the case; before routing, the actor's own."""
        if self._bureau is None:
            pk = self.state.organisation or self.actor.authority_id
            self._bureau = (
                Organisation.objects.select_related("parent__parent").filter(pk=pk).first() if pk else None
            )
        return self._bureau

    def staff(self) -> Choices:
        """Those who may be named in a case: working staff of the handling bureau, and of a commissioned body."""
        return _named(self._people())

    def officers(self) -> Choices:
        """Those who may verify and investigate: staff with a law-enforcement certificate."""
        return _named([s for s in self._people() if s.certificate_number])

    def _people(self) -> list[Staff]:
        bureau = self.bureau()
        homes = self._own_line(bureau)
        if self.state.facts.commissioned:
            homes.add(self.state.facts.commissioned)
        if not bureau and self.actor.organisation_id:
            homes.add(self.actor.organisation_id)
        day = self.now.astimezone(SHANGHAI).date()
        rows = (
            Staff.objects.filter(
                Q(assignments__valid_to=None) | Q(assignments__valid_to__gte=day),
                organisation_id__in=homes,
                is_active=True,
                assignments__role__in=WORKING_ROLES,
                assignments__valid_from__lte=day,
            )
            .select_related("organisation")
            .distinct()
            .order_by("organisation_id", "name")
        )
        office = self.state.office
        return sorted(rows, key=lambda s: (s.organisation_id != office, s.organisation_id, s.name))

    def _own_line(self, bureau: Organisation | None) -> set[int]:
        """The bureau with its own offices, sections and centre, not the bureaus below it."""
        if bureau is None:
            return set()
        rows = Organisation.objects.filter(Q(pk=bureau.pk) | Q(parent=bureau)).exclude(
            Q(type=OrganisationType.BUREAU) & ~Q(pk=bureau.pk)
        )
        return set(rows.values_list("pk", flat=True))

    def offices(self) -> Choices:
        """Market offices and sections of the bureau that handles the case."""
        bureau = self.bureau()
        if bureau is None:
            return ()
        rows = Organisation.objects.filter(
            parent=bureau, type__in=(OrganisationType.OFFICE, OrganisationType.SECTION), is_active=True
        ).order_by("type", "division_code")
        return tuple((str(o.pk), o.short_name) for o in rows)

    def bureaus(self) -> Choices:
        """Bureaus a case may be sent to: those of the actor's city (of the province for a provincial centre)."""
        rows = Organisation.objects.filter(type=OrganisationType.BUREAU, is_active=True)
        if self.actor.city:
            rows = rows.filter(Q(city=self.actor.city))
        elif self.actor.province:
            rows = rows.filter(province=self.actor.province)
        suggested = self.prefills.get("suggested_bureau")
        listed = sorted(
            rows, key=lambda o: (str(o.pk) != suggested, o.pk != self.actor.authority_id, o.division_code)
        )
        return tuple(
            (str(o.pk), f"{o.short_name}（{_('建议')}）" if str(o.pk) == suggested else o.short_name)
            for o in listed
        )

    def councils(self) -> Choices:
        rows = Organisation.objects.filter(type=OrganisationType.COUNCIL, is_active=True)
        if self.actor.county:
            rows = rows.filter(Q(county=self.actor.county) | Q(county="", city=self.actor.city))
        elif self.actor.city:
            rows = rows.filter(city=self.actor.city)
        return tuple((str(o.pk), o.short_name) for o in rows.order_by("-county", "division_code")[:60])

    def superiors(self) -> Choices:
        bureau = self.bureau()
        own = authority(bureau) if bureau else None
        return tuple((str(o.pk), o.short_name) for o in line_of_command(own)[1:]) if own else ()

    def assisting(self) -> Choices:
        """Offices of the bureau, its partner departments and councils."""
        bureau = self.bureau()
        if bureau is None:
            return ()
        rows = Organisation.objects.filter(
            Q(parent=bureau) | Q(county=bureau.county, city=bureau.city, type=OrganisationType.BUREAU),
            is_active=True,
        ).exclude(type=OrganisationType.STATION)
        return tuple((str(o.pk), o.short_name) for o in rows.order_by("type", "division_code")[:200])


def _named(people: list[Staff]) -> Choices:
    return tuple((str(s.pk), f"{s.name}（{s.organisation.short_name}）") for s in people)


def offered(known: Known, spec: Field, action: str) -> Choices | None:
    """The choices of a field that only the database knows; None where the field is free."""
    if spec.name == "officers_named" or spec.type == Type.STAFF:
        return known.officers() if action in QUALIFIED else known.staff()
    if spec.choices == "subjects":
        return tuple(subjects())
    if spec.choices == "knowledge":
        return tuple((f.entry.key, f.entry.question) for f in known.answers)
    if spec.choices == "councils":
        return known.councils()
    if spec.choices == "superiors":
        return known.superiors()
    if spec.type == Type.ORGANISATION:
        if spec.name in ("office", "unit"):
            return known.offices()
        if action == "request_assistance":
            return known.assisting()
        return known.bureaus()
    return None
