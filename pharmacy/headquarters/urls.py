"""The addresses of headquarters, under `/hq/`. None names a person."""

from __future__ import annotations

from django.urls import path

from pharmacy.headquarters.views import documents, health, issuers, overview, prescriptions, stock

app_name = "hq"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("stock/", stock.stock, name="stock"),
    path("stock.csv", stock.stock_csv, name="stock-csv"),
    path("stock/expiring/", stock.expiring, name="expiring"),
    path("stock/expiring.csv", stock.expiring_csv, name="expiring-csv"),
    path("stock/medicine/<slug:code>/", stock.medicine, name="medicine"),
    path("prescriptions/", prescriptions.listed, name="prescriptions"),
    path("prescriptions.csv", prescriptions.listed_csv, name="prescriptions-csv"),
    path("prescriptions/<uuid:key>/", prescriptions.detail, name="prescription"),
    path("documents/", documents.listed, name="documents"),
    path("documents.csv", documents.listed_csv, name="documents-csv"),
    path("documents/<uuid:key>/", documents.detail, name="document"),
    path("issuers/", issuers.listed, name="issuers"),
    path("health/", health.health, name="health"),
    path("health/retry/", health.retry, name="retry"),
    path("health/verify/", health.verify, name="verify"),
]
