"""Settings: everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.console_look import UNFOLD as UNFOLD

django_stubs_ext.monkeypatch()  # Django's generic classes take type arguments at run time too

BASE_DIR = Path(__file__).resolve().parent.parent


def _env(name: str, default: str) -> str:
    return os.environ.get(name) or default


DATA_DIR = Path(_env("KADAI_DATA_DIR", str(BASE_DIR / ".kadai"))).resolve()
KEYS_DIR = Path(_env("KADAI_KEYS_DIR", str(DATA_DIR / "keys"))).resolve()
DEBUG = _env("KADAI_DEBUG", "0") == "1"


def _key(name: str) -> bytes:
    """A 32-byte key: from the environment, else from its file in the keys folder.

    Without either the key is random: commands that touch no data still run, and nothing that was
    sealed can be read by accident with a known key.
    """
    text = os.environ.get(f"KADAI_{name.upper()}_KEY")
    path = KEYS_DIR / f"{name}.key"
    if not text and path.is_file():
        text = path.read_text().strip()
    if not text:
        return os.urandom(32)
    key = bytes.fromhex(text)
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name} key: 64 hexadecimal digits are needed")
    return key


SECRET_KEY = _env("SECRET_KEY", _key("secret").hex())
FIELD_KEY_ID = 1
FIELD_KEYS = {FIELD_KEY_ID: _key("field")}
INDEX_KEY = _key("index")

PUBLIC_URL = _env("PUBLIC_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = _env("KADAI_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

SANDBOX_URL = _env("SANDBOX_URL", "http://127.0.0.1:8010")
SMS_GATEWAY_URL = _env("SMS_GATEWAY_URL", f"{SANDBOX_URL}/sms")
SMS_GATEWAY_TOKEN = _env("SMS_GATEWAY_TOKEN", "sandbox")
RAILS: dict[str, dict[str, str]] = {
    "unionpay": {
        "gateway_url": _env("UNIONPAY_GATEWAY_URL", f"{SANDBOX_URL}/unionpay"),
        "keys_dir": str(KEYS_DIR),
        "notify_url": f"{PUBLIC_URL}/rails/unionpay/notify",
    }
}
PROBLEM_TYPE_BASE = "urn:kadai:problem:"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.console_app.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_otp",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "config",
    "core",
    "accounts",
    "cards",
    "risk",
    "lending.products",
    "lending.ledger",
    "lending.loans",
    "lending.repayments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.drop_broken_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        _env("DATABASE_URL", "postgres://kadai@127.0.0.1:15432/kadai"),
        conn_max_age=600,
        conn_health_checks=True,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _env("REDIS_URL", "redis://127.0.0.1:16379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
CELERY_BROKER_URL = _env("CELERY_BROKER_URL", "redis://127.0.0.1:16379/1")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PhoneBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "core.passwords.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 7
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = _env("KADAI_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# WhiteNoise serves what the apps carry; a folder filled by collectstatic is an installation's choice.
STATIC_ROOT = os.environ.get("KADAI_STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.IdCursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.problems.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kadai API",
    "DESCRIPTION": "Borrow on a phone against the bank card bound to it.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "BorrowerKindEnum": "accounts.domain.states.BorrowerKind",
        "ConsentKindEnum": "accounts.domain.consents.ConsentKind",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _env("KADAI_LOG_LEVEL", "INFO")},
}
