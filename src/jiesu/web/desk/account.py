"""Signing in and out, the password, the second factor: allauth's steps with our pages."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView, LogoutView, PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _

from jiesu.people.access import record_access
from jiesu.people.acting import actor_for
from jiesu.people.authentication import demonstration_allowed
from jiesu.people.demonstration import has_demonstration_accounts
from jiesu.people.models import AccessAct, LeaveCover, RoleAssignment, Staff
from jiesu.people.tokens import Scope
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.wall import passes


class Login(LoginView):  # type: ignore[misc]  # allauth is not typed
    """Name and password; staff with a second factor are asked for it next."""

    template_name = "desk/account/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in and put it on record."""
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        if isinstance(user, Staff):
            now = timezone.now()
            record_access(actor=actor_for(user, now), act=AccessAct.LOGIN, at=now)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether demonstration accounts can be used."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["demonstration"] = demonstration_allowed() and has_demonstration_accounts()
        return context


class SecondFactor(AuthenticateView):  # type: ignore[misc]
    """The six digits of the authenticator, or a recovery code."""

    template_name = "desk/account/second_factor.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in and put it on record."""
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        if isinstance(user, Staff):
            now = timezone.now()
            record_access(
                actor=actor_for(user, now), act=AccessAct.LOGIN, at=now, detail={"second_factor": True}
            )
        return response


class Logout(LogoutView):  # type: ignore[misc]
    template_name = "desk/account/logout.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Signs out, of the wall too."""
        response: HttpResponse = super().post(*args, **kwargs)
        passes.end(response)
        return response


class ChangePassword(PasswordChangeView):  # type: ignore[misc]
    template_name = "desk/account/form.html"
    success_url = reverse_lazy("desk:account")


class ConfirmPassword(ReauthenticateView):  # type: ignore[misc]
    template_name = "desk/account/form.html"


class ConfirmCode(CodeReauthenticateView):  # type: ignore[misc]
    template_name = "desk/account/form.html"


class ActivateFactor(ActivateTOTPView):  # type: ignore[misc]
    template_name = "desk/account/activate.html"


class DeactivateFactor(DeactivateTOTPView):  # type: ignore[misc]
    template_name = "desk/account/form.html"


class RecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]
    template_name = "desk/account/codes.html"


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    template_name = "desk/account/form.html"


class Factors(IndexView):  # type: ignore[misc]
    template_name = "desk/account/factors.html"


@desk()
def account(request: DeskRequest) -> HttpResponse:
    """The person's own page: roles, second factor, password, leave."""
    today = timezone.localdate(request.now)
    context = {
        "title": _("账号与安全"),
        "staff": request.staff,
        "assignments": RoleAssignment.objects.filter(staff=request.staff).select_related("organisation"),
        "covers": LeaveCover.objects.filter(deputy=request.staff, until__gte=today).select_related("absent"),
        "has_factor": Authenticator.objects.filter(user=request.staff, type=Authenticator.Type.TOTP).exists(),
        "tokens": request.staff.tokens.filter(revoked_at=None).order_by("-created_at"),
        "scopes": Scope.choices,
    }
    return page(request, "desk/account/account.html", context, current="desk:account")


def inactive(request: HttpRequest) -> HttpResponse:
    """An account that was closed."""
    return render(request, "desk/account/inactive.html", status=403)
