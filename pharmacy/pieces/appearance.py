"""How the pages look for this reader: theme and elder mode, kept in two cookies for a year.

Nothing about a person: the cookies work before the sign-in and without JavaScript.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

THEME_COOKIE = "rxflow_theme"
ELDER_COOKIE = "rxflow_elder"
THEMES = ("light", "dark", "contrast")
_YEAR = 365 * 24 * 3600


def theme(request: HttpRequest) -> str:
    """The chosen theme; empty = as the device says."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def is_elder(request: HttpRequest) -> bool:
    """Whether large type and large targets were asked for."""
    return request.COOKIES.get(ELDER_COOKIE) == "1"


def choose(response: HttpResponse, *, theme: str | None = None, elder: bool | None = None) -> None:
    """Remember a choice; None leaves it as it is, an unknown theme means the device's."""
    if theme is not None:
        _keep(response, THEME_COOKIE, theme if theme in THEMES else "")
    if elder is not None:
        _keep(response, ELDER_COOKIE, "1" if elder else "")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    if value:
        response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(name, samesite="Lax")
