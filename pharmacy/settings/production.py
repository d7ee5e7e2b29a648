"""Production: everything from the environment; refuses to start when something is missing."""

from __future__ import annotations

from pharmacy.settings import env
from pharmacy.settings.base import *

DEBUG = False
DATABASES = {"default": {**env.database(env.text("DATABASE_URL")), "CONN_MAX_AGE": 60}}
SECRET_KEY = env.text("RXFLOW_SECRET_KEY")
FIELD_KEYS = env.text("RXFLOW_FIELD_KEYS")
INDEX_KEY = env.text("RXFLOW_INDEX_KEY")
STRIPE_API_KEY = env.text("STRIPE_API_KEY")
STRIPE_WEBHOOK_SECRETS = env.items("STRIPE_WEBHOOK_SECRET", None)
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.text("REDIS_URL"),
    }
}
ALLOWED_HOSTS = env.items("RXFLOW_ALLOWED_HOSTS", None)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
