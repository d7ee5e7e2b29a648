"""Where we call: what was approved is what is called, however the address is written."""

from __future__ import annotations

from typing import Any

import pytest

from pharmacy.core import http


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example\\@127.0.0.1/",  # one reader calls the first, one the second
        "http://127.0.0.1\\@elsewhere.example/",
        "http://name:secret@127.0.0.1/",
        "http://127.0.0.1@elsewhere.example/",
        "http://127.0.0.1\t/",
        "http://127.0.0.1 /",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://[::1/",
        "//127.0.0.1/",
        "file://127.0.0.1/etc/hosts",
        "ftp://127.0.0.1/",
        "http://hospital.example/",  # a name, but no TLS
        "",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_never_called(
    url: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given one approved host, when an address only looks like it, then nothing leaves."""
    settings.OUTBOUND_HOSTS = ["127.0.0.1", "hospital.example"]
    called: list[object] = []
    monkeypatch.setattr("requests.request", lambda *args, **_rest: called.append(args))
    with pytest.raises(http.HostNotAllowed):
        http.send("POST", url, body=b"{}")
    assert called == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/a?b=c%40d", "https://127.0.0.1:8443/a@b"])
def test_an_approved_address_is_let_through(url: str, settings: Any) -> None:
    """Given an approved host, then ports, paths and queries are free."""
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    http.check_host(url)
