"""Phrase templates (话术) beside a form: ready sentences that a person adapts."""

from __future__ import annotations

from jiesu.notices.phrases import Phrase, phrases

#: Situations that an action meets; the words are data of the notices.
SITUATIONS: dict[str, tuple[str, ...]] = {
    "accept": ("first_call_complainant",),
    "record_contact": ("first_call_complainant", "consent_respondent", "unreachable"),
    "ask_consent": ("consent_complainant", "consent_respondent"),
    "record_consent": ("consent_complainant", "consent_respondent", "respondent_unclear"),
    "request_materials": ("missing_materials",),
    "request_identity": ("identity",),
    "schedule_session": ("schedule_session",),
    "record_session": ("in_session", "no_agreement"),
    "send_message": ("urged", "urge_respondent"),
    "terminate": ("no_agreement",),
    "refuse": ("refusal",),
    "return_to_centre": ("not_ours",),
    "notify": ("follow_up",),
}


def phrases_for(action: str) -> list[Phrase]:
    """Phrases that suit an action; situations that the data does not have are passed over."""
    wanted = SITUATIONS.get(action, ())
    return [p for p in phrases() if p.situation in wanted] if wanted else []
