"""The Celery app: whatever waits runs in a worker; tasks carry ids, rows hold the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pharmacy.settings.embedded")
app = Celery("rxflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
