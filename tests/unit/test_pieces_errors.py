"""A refusal becomes a page with a way on, or a toast; what is not ours stays an error."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from pharmacy.core.errors import Broken, Conflict, Denied, NotFound, PharmacyError, Unavailable
from pharmacy.pieces.middleware import TypedErrorMiddleware
from pharmacy.pieces.views import problems

middleware = TypedErrorMiddleware(lambda _request: HttpResponse())


def a_request(**headers: str) -> HttpRequest:
    """A stranger's request."""
    request = RequestFactory().get("/some/page/", headers=headers)
    request.user = AnonymousUser()
    request.resolver_match = None
    request.htmx = HtmxDetails(request)
    return request


@pytest.mark.parametrize("error", [NotFound, Denied, Conflict, Unavailable, Broken])
def test_a_refusal_is_a_page_with_its_status_its_sentence_its_code_and_a_way_on(
    error: type[PharmacyError],
) -> None:
    answer = middleware.process_exception(a_request(), error(order="secret-order-id"))
    assert answer is not None
    page = answer.content.decode()
    assert answer.status_code == error.http_status
    assert str(error.sentence) in page
    assert f">{error.code}<" in page
    assert 'href="/"' in page
    assert page.count("<h1") == 1
    # the facts are for machines
    assert "secret-order-id" not in page


def test_only_what_may_succeed_the_next_time_offers_to_try_again() -> None:
    again = b'href="/some/page/"'
    assert again in middleware.process_exception(a_request(), Conflict()).content
    assert again not in middleware.process_exception(a_request(), Denied()).content


def test_an_outage_says_when_to_come_back() -> None:
    assert middleware.process_exception(a_request(), Unavailable())["Retry-After"] == "30"


def test_a_fragment_gets_a_toast_and_the_page_stays() -> None:
    answer = middleware.process_exception(a_request(**{"HX-Request": "true"}), Conflict())
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (409, "#toasts", "beforeend")  # fmt: skip
    assert b"<html" not in answer.content
    assert b"toast-danger" in answer.content


def test_an_error_that_is_not_ours_is_left_alone() -> None:
    assert middleware.process_exception(a_request(), ValueError("x")) is None


def test_the_log_names_the_code_and_no_facts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="pharmacy.pieces.middleware"):
        middleware.process_exception(a_request(), Denied(order="secret-order-id"))
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "refused denied")
    ]


def test_the_last_page_needs_neither_session_nor_database() -> None:
    answer = problems.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
