"""The door for the provider's notifications: keep, answer, nothing else."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pharmacy.payment import webhooks
from pharmacy.payment.errors import WebhookRefused


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Keep one notification: 200 when it is ours (again), 400 when it is not proved."""
    try:
        header = request.headers.get("Stripe-Signature", "")
        webhooks.receive(body=request.body, signature_header=header)
    except (WebhookRefused, RequestDataTooBig, RawPostDataException, UnreadablePostError):
        return HttpResponse(status=400)
    return HttpResponse(status=200)
