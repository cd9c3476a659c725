"""A suggestion beside a case is something that a person can still take."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiesu.cases.models import Case, Suggestion
from jiesu.triage.tasks import suggest_for
from tests.web.desk.conftest import Office

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]
TITLE = "问题类别："


def page(sign_in: SignIn, number: int) -> str:
    return sign_in("handler").get(reverse("desk:case", args=[number])).content.decode()


def test_a_subject_that_the_case_already_has_is_not_suggested_again(office: Office, sign_in: SignIn) -> None:
    # given a complaint in a handler's hands, for which the machine has found a subject
    number = office.assigned(text="健身房关门，预付卡余额1200元不退，要求退还预付款余额。")
    suggest_for(number, at=timezone.now())
    found = Suggestion.objects.get(case_id=number, topic="subject").value
    assert TITLE in page(sign_in, number)
    # when the case has just that subject
    Case.objects.filter(pk=number).update(subject=found)
    # then nothing is left to take
    assert TITLE not in page(sign_in, number)
