"""What every installation shares. Secrets come from the environment, never from here."""

from __future__ import annotations

from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from pharmacy.settings import env
from pharmacy.settings.oscar import *
from pharmacy.settings.oscar import OSCAR_APPS, OSCAR_MIGRATION_MODULES

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(env.text("RXFLOW_VAR", str(ROOT / "var"))).resolve()

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.flatpages",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    # The doors come first, so that their words win over Oscar's translations of the same ones.
    "pharmacy.pieces",
    "pharmacy.storefront",
    "pharmacy.workbench",
    "pharmacy.headquarters",
    "pharmacy.core",
    "pharmacy.people",
    *OSCAR_APPS,
    "pharmacy.formulary",
    "inventory",
    "loyalty",
    "prescriptions",
    "pharmacy.payment",
    "pharmacy.settlement",
    "pharmacy.care",
    "pharmacy.fulfilment",
    "pharmacy.demo",
]
MIGRATION_MODULES = OSCAR_MIGRATION_MODULES
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Web ------------------------------------------------------------------------------------
ROOT_URLCONF = "pharmacy.urls"
WSGI_APPLICATION = "pharmacy.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pharmacy.core.caching.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pharmacy.pieces.middleware.StaffIdleMiddleware",
    "pharmacy.pieces.middleware.TypedErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "pharmacy.pieces.context.room",
            ],
        },
    },
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "pharmacy.core.proxies.client_address"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
STAFF_IDLE_SECONDS = 15 * 60
PROXY_COUNT = int(env.text("RXFLOW_PROXY_COUNT", "0"))  # how many of ours add to X-Forwarded-For

# --- Security -------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 7 * 24 * 3600  # customers; staff end after STAFF_IDLE_SECONDS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500_000
FILE_UPLOAD_HANDLERS = ["pharmacy.core.uploads.NoFiles"]

# --- Database, queue, cache -----------------------------------------------------------------
if _url := env.text("DATABASE_URL", ""):
    DATABASES = {"default": env.database(_url)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "pharmacy.core.embedded",
            "NAME": "rxflow",
            "EMBEDDED_DIR": str(VAR / "postgres"),
        }
    }
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR / "queue"),
        "data_folder_out": str(VAR / "queue"),
        "control_folder": str(VAR / "queue-control"),
    }
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "pharmacy.core.tasks.deliver_outbox", "schedule": 5.0},
    "expire-reservations": {"task": "inventory.tasks.expire_reservations", "schedule": 60.0},
    "reconcile-stock": {
        "task": "inventory.tasks.reconcile_stock",
        "schedule": crontab(hour=16, minute=20),  # after midnight in the chain's stores
    },
    "reconcile-payments": {"task": "pharmacy.payment.tasks.reconcile", "schedule": 300.0},
    "expire-prescriptions": {"task": "prescriptions.tasks.expire_due", "schedule": 3600.0},
    "retry-quarantine": {"task": "prescriptions.tasks.verify_quarantined", "schedule": 900.0},
    "remind-refills": {"task": "pharmacy.care.tasks.announce_due_refills", "schedule": 3600.0},
}

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("简体中文"))]
LOCALE_PATHS = [ROOT / "pharmacy" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("vendor", VAR / "assets")] if (VAR / "assets").exists() else []
MEDIA_ROOT = VAR / "media"
DOCUMENT_FONT_DIR = VAR / "fonts"

# --- The product ----------------------------------------------------------------------------
JURISDICTION = env.text("RXFLOW_JURISDICTION", "CN")
CHAIN_TIME_ZONE = env.text("RXFLOW_TIME_ZONE", "Asia/Shanghai")
OUTBOUND_HOSTS = env.items("RXFLOW_OUTBOUND_HOSTS")
STRIPE_PUBLISHABLE_KEY = env.text("STRIPE_PUBLISHABLE_KEY", "")
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "https://api.stripe.com")
FAILPOINTS_ALLOWED = False
DEMO_ALLOWED = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
