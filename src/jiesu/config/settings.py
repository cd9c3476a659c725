"""Django's settings, derived from the process settings. Nothing here is changed by hand on a site."""

from __future__ import annotations

import secrets
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from jiesu.config import database, logs, process

JIESU = process.read()
"""The process settings; lower floors read them as ``django.conf.settings.JIESU``."""

PACKAGE = Path(__file__).resolve().parent.parent


def _secret_key(keys: Path) -> str:
    # `jiesu up` writes the file; a command that runs before the first start signs nothing that lasts.
    path = keys / "django.key"
    return path.read_text().strip() if path.is_file() else secrets.token_urlsafe(48)


def _hosts() -> list[str]:
    names = {"localhost", "127.0.0.1", "[::1]", *JIESU.allowed_hosts}
    if JIESU.public_url:
        names.add(JIESU.public_url.split("://", 1)[1].rsplit(":", 1)[0])
    if JIESU.host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        names.add(socket.gethostname().lower())
        for addresses in psutil.net_if_addrs().values():
            for address in addresses:
                if address.family == socket.AF_INET:
                    names.add(address.address)
                elif address.family == socket.AF_INET6:
                    names.add(f"[{address.address.split('%')[0]}]")
    elif not JIESU.loopback:
        names.add(f"[{JIESU.host}]" if ":" in JIESU.host else JIESU.host.lower())
    return sorted(names)


SECRET_KEY = _secret_key(JIESU.keys)
DEBUG = JIESU.debug
ALLOWED_HOSTS = _hosts()

PACKAGES = ("places", "people", "businesses", "notices", "cases", "intake", "triage", "insight", "web")
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    *(f"jiesu.{name}" for name in PACKAGES),
]

MIDDLEWARE = [
    "jiesu.config.middleware.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "jiesu.config.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Last, as django-axes asks.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jiesu.config.urls"
WSGI_APPLICATION = "jiesu.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "jiesu.web.templatetags.constant.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database -------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = database.databases(JIESU)
DATABASE_ROUTERS = ["jiesu.config.database.OneDatabase"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- time and language ----------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- static files: collected once, served by granian ----------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = JIESU.home / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# Uploads go through the case's file store, never to a folder that is served.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- signing in -----------------------------------------------------------------------------------------------
if "people" in PACKAGES:
    AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "jiesu.people.authentication.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/desk/login/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/desk/login/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "jiesu.config.accounts.StaffAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "接诉 Jiesu"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# The pair, so that a stranger cannot lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "errors/locked.html"
AXES_CLIENT_IP_CALLABLE = "jiesu.config.middleware.client_address"
AXES_VERBOSE = False

# --- sessions and cookies -------------------------------------------------------------------------------------
SESSION_ENGINE = "jiesu.config.sessions"
SESSION_COOKIE_AGE = JIESU.idle_minutes * 60
# Requests renew the session (at most once a minute), so the age is an idle time-out and not a fixed end.
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = JIESU.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "jiesu.web.errors.expired"
CSRF_TRUSTED_ORIGINS = [JIESU.public_url] if JIESU.public_url else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- headers --------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if JIESU.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if JIESU.proxies else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- logs, cache, mail ----------------------------------------------------------------------------------------
LOGGING = logs.configuration(folder=JIESU.logs, debug=JIESU.debug)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "jiesu"}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

SILENCED_SYSTEM_CHECKS: list[str] = []
