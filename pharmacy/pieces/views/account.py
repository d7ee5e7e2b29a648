"""The entrance: password, second factor, enrollment, the way out, the store one works at."""

from __future__ import annotations

from urllib.parse import urlencode

import django_otp
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pharmacy.core import clock
from pharmacy.core.errors import Refused
from pharmacy.people import sign_in as rules
from pharmacy.pieces import appearance, navigation
from pharmacy.pieces.doors import SEEN_KEY, STORE_KEY, to_sign_in
from pharmacy.pieces.views.ways import onward


def home(request: HttpRequest) -> HttpResponse:
    """Everybody's first address: leads into one's own room."""
    staff = rules.staff_of(request.user)
    if staff is None:
        room = "customer:home"
    else:
        room = "hq:overview" if staff.has_role("headquarters") else "bench:queue"
    address = navigation.address(room)
    return redirect(address) if address else render(request, "account/home.html")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; staff go on to their second factor."""
    if request.method != "POST":
        return _sign_in_page(request)
    try:
        user = rules.check_password(
            request=request,
            username=request.POST.get("username", "").strip(),
            password=request.POST.get("password", ""),
        )
    except (rules.CredentialsWrong, rules.TooManyAttempts) as error:
        return _sign_in_page(request, error)
    if request.user.is_authenticated:
        logout(request)  # a new session, which has shown no second factor yet
    login(request, user)
    if rules.staff_of(user):
        request.session[SEEN_KEY] = clock.now().timestamp()
        return redirect(_with_next("sign-in-code", request))
    response = redirect(onward(request))
    person = rules.person_of(user)
    if person and person.is_elder_mode:
        appearance.choose(response, elder=True)
    return response


def _sign_in_page(
    request: HttpRequest, error: rules.CredentialsWrong | rules.TooManyAttempts | None = None
) -> HttpResponse:
    facts = {
        "error": error,
        "next": onward(request, ""),
        "is_idle": "idle" in request.GET,
        "username": request.POST.get("username", ""),
    }
    status = error.http_status if error else 200
    return render(request, "account/sign_in.html", facts, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The six digits of the authenticator app."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not rules.has_device(request.user):
        return redirect(_with_next("sign-in-enroll", request))
    return _code_page(request, "account/code.html", {})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enroll(request: HttpRequest) -> HttpResponse:
    """A member of staff without a device scans the code and proves that it works."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if rules.staff_of(request.user) is None:
        raise rules.NotStaff
    try:
        enrollment = rules.start_enrollment(user=request.user)
    except Refused:
        return redirect(_with_next("sign-in-code", request))
    return _code_page(request, "account/enroll.html", {"enrollment": enrollment})


def _code_page(request: HttpRequest, template: str, facts: dict[str, object]) -> HttpResponse:
    """Ask for a code; a right one opens the staff doors."""
    error = None
    if request.method == "POST":
        try:
            device = rules.confirm_code(user=request.user, code=request.POST.get("code", ""))
        except rules.CodeWrong as wrong:
            error = wrong
        else:
            django_otp.login(request, device)
            request.session.cycle_key()
            return redirect(onward(request))
    facts |= {"error": error, "next": onward(request, "")}
    return render(request, template, facts, status=error.http_status if error else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


@require_POST
def choose_store(request: HttpRequest) -> HttpResponse:
    """Work at another of one's stores.

    Raises:
        StoreNotYours: the store is none of theirs.
    """
    staff = rules.staff_of(request.user)
    if staff is None or not request.user.is_verified():  # type: ignore[union-attr,attr-defined]
        raise rules.NotStaff
    wanted = request.POST.get("store", "")
    if wanted not in {str(store.external_id) for store in rules.stores_of(staff=staff, roles=())}:
        raise rules.StoreNotYours
    request.session[STORE_KEY] = wanted
    return redirect(onward(request))


def _with_next(page: str, request: HttpRequest) -> str:
    wanted = onward(request, "")
    return reverse(page) + (f"?{urlencode({'next': wanted})}" if wanted else "")
