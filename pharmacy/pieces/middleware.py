"""Typed refusals become pages or fragments with a way on; idle staff sessions end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pharmacy.core import clock
from pharmacy.core.errors import PharmacyError
from pharmacy.pieces.doors import SEEN_KEY, to_sign_in

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
# A page that asks again by itself sends this header; it does not count as activity.
POLL_HEADER = "X-Poll"
TOUCH_SECONDS = 20


class TypedErrorMiddleware:
    """Answers `PharmacyError` with its status, its sentence and its code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing on the way in or out."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: object
    ) -> None:
        """Refuse a NUL, which nobody types and no column of text can hold, before a door opens."""
        forms = [request.GET]
        if not getattr(view, "csrf_exempt", False):  # the others read their own bodies
            forms.append(request.POST)
        if any(
            "\0" in value for form in forms for _name, values in form.lists() for value in values
        ):
            raise BadRequest

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render the page of a typed refusal, or its toast; leave everything else alone."""
        if not isinstance(error, PharmacyError):
            return None
        level = logging.getLevelNamesMapping()[error.log_level.upper()]
        log.log(level, "refused %s", error.code, exc_info=error if level >= logging.ERROR else None)
        is_fragment = bool(getattr(request, "htmx", False))
        template = "errors/refusal_toast.html" if is_fragment else "errors/refusal.html"
        response = render(request, template, {"error": error}, status=error.http_status)
        if is_fragment:
            response["HX-Retarget"] = "#toasts"
            response["HX-Reswap"] = "beforeend"
        if error.http_status == 503:
            response["Retry-After"] = str(getattr(error, "retry_after_seconds", 30))
        return response


class StaffIdleMiddleware:
    """Signs staff out after `STAFF_IDLE_SECONDS` without a request of their own.

    Put it after the OTP middleware. Sessions come under the clock at the second factor or at the
    first staff door.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session, or count this request as activity."""
        seen = request.session.get(SEEN_KEY)
        if seen is None:
            return self.get_response(request)
        now = clock.now().timestamp()
        if now - seen > settings.STAFF_IDLE_SECONDS:
            logout(request)
            return _sign_in_again(request)
        if now - seen > TOUCH_SECONDS and POLL_HEADER not in request.headers:
            request.session[SEEN_KEY] = now
        return self.get_response(request)


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """The sign-in page, which says why it came; a page asked for waits behind it."""
    if request.path in {reverse("sign-in"), reverse("sign-out")}:
        address = f"{reverse('sign-in')}?{urlencode({'idle': 1})}"
        return HttpResponse(status=302, headers={"Location": address})
    response = to_sign_in(request)
    header = "HX-Redirect" if "HX-Redirect" in response else "Location"
    response[header] += "&idle=1"
    return response
