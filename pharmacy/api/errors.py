"""Typed refusals as RFC 9457 problem+json: stable code, sentence, facts, no patient data."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from pharmacy.core.errors import PharmacyError, Unavailable


def problem(_request: HttpRequest, error: PharmacyError) -> JsonResponse:
    """Answer a typed refusal."""
    body = {
        "type": f"urn:rxflow:error:{error.code}",
        "title": str(error.sentence),
        "status": error.http_status,
        "code": error.code,
        "facts": error.facts,
    }
    response = JsonResponse(body, status=error.http_status, content_type="application/problem+json")
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response
