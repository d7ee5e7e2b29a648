"""Calls to systems outside: allow-listed hosts, no redirects, short waits, bounded answers.

`OUTBOUND_HOSTS` in the settings lists `host` or `host:port` of the peers that headquarters
approved; a name that resolves to a private or loopback address is refused unless the list
holds that address itself, so that a registered name cannot be turned inwards.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings

from pharmacy.core.errors import Denied, Unavailable

CONNECT_SECONDS, READ_SECONDS, MAX_BYTES = 3.0, 10.0, 1_048_576
# Readers of addresses disagree where these stand: what we approve may not be what is called.
AMBIGUOUS = re.compile(r"[\\\s\x00-\x20\x7f]")


class HostNotAllowed(Denied):
    """The address is not on the list of approved peers."""

    code = "http.host-not-allowed"


class PeerUnavailable(Unavailable):
    """The peer did not answer, or answered that it cannot now."""

    code = "http.peer-unavailable"


@dataclass(frozen=True)
class Answer:
    """Status, headers and at most one megabyte of body."""

    status: int
    body: bytes
    headers: dict[str, str]


def check_host(url: str) -> None:
    """Refuse an address that nobody approved.

    Raises:
        HostNotAllowed: not on the list, a listed name that leads to a private address, or an
            address with credentials or with signs that two readers understand differently; a
            name is called with TLS only.
    """
    parts, port = _parts(url)
    host = parts.hostname or ""
    allowed = set(settings.OUTBOUND_HOSTS)
    if parts.scheme not in {"http", "https"} or not ({host, f"{host}:{port}"} & allowed):
        raise HostNotAllowed(host=host)
    if _is_address(host):
        return
    if parts.scheme != "https":
        raise HostNotAllowed(host=host)
    try:
        found = socket.getaddrinfo(host, port or 443, proto=socket.IPPROTO_TCP)
    except OSError as error:
        raise PeerUnavailable(host=host) from error
    if any(not ipaddress.ip_address(item[4][0]).is_global for item in found):
        raise HostNotAllowed(host=host)


def _parts(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise HostNotAllowed from None
    if AMBIGUOUS.search(url) or "@" in parts.netloc:
        raise HostNotAllowed(host=parts.hostname or "")
    return parts, port


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def send(
    method: str, url: str, *, body: bytes = b"", headers: dict[str, str] | None = None
) -> Answer:
    """Send one request to an approved peer, past proxies and password files of the machine.

    Raises:
        HostNotAllowed: see `check_host`.
        PeerUnavailable: no connection, no answer in time, 429 or 5xx, or an answer too long.
    """
    check_host(url)
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = _exchange(session, method, url, body, headers)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise PeerUnavailable(host=urlsplit(url).hostname) from error
    if len(answer.body) > MAX_BYTES or answer.status == 429 or answer.status >= 500:
        raise PeerUnavailable(host=urlsplit(url).hostname, status=answer.status)
    return answer


def _exchange(
    session: requests.Session, method: str, url: str, body: bytes, headers: dict[str, str] | None
) -> Answer:
    with session.request(
        method, url, data=body, headers=headers, allow_redirects=False, stream=True,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    ) as response:  # fmt: skip
        content = response.raw.read(MAX_BYTES + 1, decode_content=True)
        return Answer(response.status_code, content, dict(response.headers))
