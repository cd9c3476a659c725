"""Addresses of the desk. Signing in has allauth's own names, the rest stands under ``desk:``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from jiesu.web.desk import (
    account,
    actions,
    approvals,
    audit,
    bulk,
    case,
    dispatch,
    exports,
    holidays,
    leave,
    papers,
    platform,
    queue,
    register,
    reminders,
    search,
    settings,
    staff,
    suggestions,
    supervise,
    views,
)


class CaseNumber:
    """Eighteen digits."""

    regex = "[0-9]{18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


register_converter(CaseNumber, "number")

SIGNING_IN: list[URLPattern | URLResolver] = [
    path("login/", account.Login.as_view(), name="account_login"),
    path("login/code/", account.SecondFactor.as_view(), name="mfa_authenticate"),
    path("logout/", account.Logout.as_view(), name="account_logout"),
    path("account/inactive/", account.inactive, name="account_inactive"),
    path("account/password/", account.ChangePassword.as_view(), name="account_change_password"),
    path("account/confirm/", account.ConfirmPassword.as_view(), name="account_reauthenticate"),
    path("account/confirm-code/", account.ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path("account/factors/", account.Factors.as_view(), name="mfa_index"),
    path("account/factors/add/", account.ActivateFactor.as_view(), name="mfa_activate_totp"),
    path("account/factors/remove/", account.DeactivateFactor.as_view(), name="mfa_deactivate_totp"),
    path("account/factors/codes/", account.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "account/factors/codes/new/", account.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"
    ),
]

CASES: list[URLPattern | URLResolver] = [
    path("cases/<number:number>/", case.case, name="case"),
    path("cases/<number:number>/do/<slug:action>/", actions.take, name="act"),
    path("cases/<number:number>/preview/<slug:action>/", actions.preview, name="preview"),
    path("cases/<number:number>/clocks/<int:seq>/", case.clock, name="clock"),
    path("cases/<number:number>/parties/<int:seq>/reveal/", case.reveal, name="reveal"),
    path("cases/<number:number>/messages/<int:seq>/", case.message, name="message"),
    path("cases/<number:number>/respondent/", case.respondent, name="respondent"),
    path("cases/<number:number>/files/<int:seq>/", papers.paper, name="file"),
    path("cases/<number:number>/bundle/", papers.bundle, name="bundle"),
    path("cases/<number:number>/suggestions/<int:seq>/", suggestions.decide, name="suggestion"),
    path("cases/<number:number>/proposals/<int:seq>/", approvals.proposal, name="proposal"),
    path("cases/<number:number>/history/", audit.history, name="history"),
]

DESK: list[URLPattern | URLResolver] = [
    path("", queue.home, name="home"),
    path("queue/", queue.queue, name="queue"),
    path("queue/export/", exports.export, name="export"),
    path("queue/day/", exports.daylist, name="daylist"),
    path("queue/views/", views.views, name="views"),
    path("queue/bulk/<slug:action>/", bulk.bulk, name="bulk"),
    path("search/", search.search, name="search"),
    path("register/", register.register, name="register"),
    path("register/suggest/", register.suggest, name="register-suggest"),
    path("register/person/", register.another, name="register-person"),
    path("register/callers/", register.callers, name="callers"),
    path("register/readback/", register.readback, name="readback"),
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("overview/", supervise.overview, name="overview"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/read/", reminders.read_all, name="reminders-read"),
    path("leave/", leave.leave, name="leave"),
    path("platform/", platform.platform, name="platform"),
    path("staff/", staff.staff, name="staff"),
    path("staff/<int:pk>/", staff.person, name="person"),
    path("settings/", settings.settings, name="settings"),
    path("calendar/", holidays.holidays, name="calendar"),
    path("access/", audit.access, name="access"),
    path("account/", account.account, name="account"),
    *CASES,
]

urlpatterns: list[URLPattern | URLResolver] = [*SIGNING_IN, path("", include((DESK, "desk")))]
