"""Addresses of the API: prescriptions, health, webhooks."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest
from django.urls import include, path
from ninja import NinjaAPI

from pharmacy.api import errors, intake
from pharmacy.core.errors import PharmacyError

api = NinjaAPI(title="Rxflow", version="1", docs_url=None, urls_namespace="api")
api.add_router("", intake.router)
api.add_exception_handler(PharmacyError, errors.problem)  # type: ignore[arg-type]


@api.get("/health", auth=None)
def health(request: HttpRequest) -> dict[str, str]:
    """Whether the process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"status": "ok"}


urlpatterns = [
    path("webhooks/", include("pharmacy.payment.urls")),
    path("", api.urls),
]
