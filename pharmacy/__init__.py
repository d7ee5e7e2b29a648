"""Rxflow: carries a prescription from the hospital that wrote it to the patient who takes it."""

from pharmacy.celery import app as celery_app

__all__ = ["celery_app"]
