"""What every answer carries and what no form brings in, whoever asks."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from tests.sign_in_fixtures import a_customer, enter_as_customer

pytestmark = pytest.mark.django_db
UNKNOWN = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


@pytest.mark.parametrize(
    ("path", "status", "host"),
    [
        ("/", 302, "testserver"),
        ("/sign-in/", 200, "testserver"),
        ("/nowhere/", 404, "testserver"),
        ("/nowhere/", 400, "elsewhere.example"),
        ("/bench/", 403, "testserver"),
        ("/home/", 200, "testserver"),
        (f"/orders/{UNKNOWN}/", 404, "testserver"),
        (f"/orders/{UNKNOWN}/receipt.pdf", 404, "testserver"),
        ("/api/prescriptions", 405, "testserver"),
        (f"/api/prescriptions/{UNKNOWN}", 401, "testserver"),
        ("/api/webhooks/stripe", 405, "testserver"),
    ],
)
def test_no_answer_is_kept_framed_or_guessed_at(
    client: Client, path: str, status: int, host: str
) -> None:
    """Given a signed-in customer, then refusals and errors are as closed as the pages."""
    enter_as_customer(client, a_customer())
    answer = client.get(path, headers={"host": host})
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_csrf_refusal_is_closed_too() -> None:
    """Given a form without its token, then the refusal carries the same headers."""
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "x"})
    assert answer.status_code == 403
    assert "no-store" in answer["Cache-Control"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_long_form_is_refused_before_its_file_is_written(client: Client) -> None:
    """Given the open entrance, when a stranger sends a large file, then nothing of it is kept."""
    answer = client.post("/sign-in/", {"f": SimpleUploadedFile("a", b"x" * 1_600_000)})
    assert answer.status_code == 400


def test_a_file_in_a_short_form_is_left_out() -> None:
    """Given a short form with a file, then its fields arrive and the file does not."""
    request = RequestFactory().post("/", {"name": "x", "f": io.BytesIO(b"content")})
    assert request.POST["name"] == "x"
    assert not request.FILES
