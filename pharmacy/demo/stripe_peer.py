"""A loopback peer of Stripe: real HTTP, real signatures, no money. Standard library only.

`python -m pharmacy.demo.stripe_peer --port 12111 --webhook URL`, with the secret that signs
its notices in `STRIPE_WEBHOOK_SECRET`, serves it;
tests start `StripePeer()` in process. It keeps Stripe's promises that matter for safety:
idempotency keys (another body is refused), one capture, no over-refund, unknown parameters
refused, signed notifications that may come twice. `/_control/…` lets a test lose a reply
after the effect, or answer 409, 429 or 500. It listens on 127.0.0.1 and nowhere else.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import queue
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pharmacy.demo import stripe_contract as contract
from pharmacy.demo.stripe_ledger import Fields, Ledger, Problem, invalid

Verb = Callable[[Ledger, str, Fields], Any]
ROUTES: list[tuple[str, str, set[str], Verb]] = [
    ("POST", r"/v1/payment_intents", contract.CREATE_INTENT, lambda b, _k, f: b.create_intent(f)),
    ("GET", r"/v1/payment_intents", contract.LIST_INTENTS,
     lambda b, _k, f: _page(b.all("payment_intent"), f, "/v1/payment_intents")),
    ("GET", r"/v1/payment_intents/(\w+)", contract.RETRIEVE_INTENT,
     lambda b, k, _f: b.get("payment_intent", k)),
    ("POST", r"/v1/payment_intents/(\w+)/confirm", contract.CONFIRM_INTENT,
     lambda b, k, f: b.confirm_intent(k, f)),
    ("POST", r"/v1/payment_intents/(\w+)/capture", contract.CAPTURE_INTENT,
     lambda b, k, f: b.capture_intent(k, f)),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", contract.CANCEL_INTENT,
     lambda b, k, f: b.cancel_intent(k, f)),
    ("POST", r"/v1/refunds", contract.CREATE_REFUND, lambda b, _k, f: b.create_refund(f)),
    ("GET", r"/v1/refunds", contract.LIST_REFUNDS,
     lambda b, _k, f: _page(b.all("refund"), f, "/v1/refunds")),
    ("GET", r"/v1/refunds/(\w+)", contract.EXPAND, lambda b, k, _f: b.get("refund", k)),
    ("POST", r"/v1/customers", contract.CREATE_CUSTOMER, lambda b, _k, f: b.create_customer(f)),
    ("GET", r"/v1/customers/(\w+)", contract.EXPAND, lambda b, k, _f: b.get("customer", k)),
    ("POST", r"/v1/payment_methods/(\w+)/attach", contract.ATTACH_METHOD,
     lambda b, k, f: b.attach_method(k, f)),
    ("GET", r"/v1/payment_methods/(\w+)", contract.EXPAND,
     lambda b, k, _f: b.get("payment_method", k)),
]  # fmt: skip
FAULTS = {
    "409": Problem(409, "invalid_request_error", "Lock timeout.", code="lock_timeout"),
    "429": Problem(429, "invalid_request_error", "Too many requests.", code="rate_limit"),
    "500": Problem(500, "api_error", "An unknown error occurred."),
}
WEBHOOK_TRIES = 4


def nested(text: str) -> Fields:
    """Read a form body: `a[b][c]=1&d[0]=2` becomes `{"a": {"b": {"c": "1"}}, "d": ["2"]}`."""
    root: Fields = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = re.findall(r"[^\[\]]+", name)
        here, keys = root, [first, *rest]
        for key in keys[:-1]:
            here = here.setdefault(key, {})
        here[keys[-1]] = value
    if isinstance(root.get("expand"), dict):
        root["expand"] = list(root["expand"].values())
    return root


def signed(body: str, secret: str, at: float | None = None) -> str:
    """The Stripe-Signature header of a body."""
    stamp = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256)
    return f"t={stamp},v1={mac.hexdigest()}"


def _page(things: list[Fields], fields: Fields, url: str) -> Fields:
    """One page of a list, filtered by creation time and payment intent."""
    window = fields.get("created", {})
    low, high = int(window.get("gte", 0)), int(window.get("lte", 2**40))
    found = [thing for thing in things if low <= thing["created"] <= high]
    if wanted := fields.get("payment_intent"):
        found = [thing for thing in found if thing["payment_intent"] == wanted]
    if after := fields.get("starting_after"):
        found = found[[thing["id"] for thing in found].index(after) + 1 :]
    limit = int(fields.get("limit", 10))
    return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": url}


class StripePeer:
    """The peer as an object: start it, point a client at `address`, stop it.

    Attributes:
        requests: every request that arrived, as (method, path, raw body, idempotency key).
        notify: whether notifications are sent to `webhook`.
        copies: how often each notification is sent.
    """

    def __init__(self, *, port: int = 0, webhook: str = "", secret: str = "") -> None:
        self.ledger = Ledger()
        self.webhook, self.secret = webhook, secret
        self.notify, self.copies = bool(webhook), 1
        self.requests: list[tuple[str, str, str, str]] = []
        self.faults: list[Fields] = []
        self._answers: dict[str, tuple[str, int, Fields]] = {}
        self._outgoing: queue.Queue[str | None] = queue.Queue()
        self._told = 0
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.peer = self
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._send_all, daemon=True),
        ]

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> StripePeer:
        """Serve in background threads."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End serving and sending, and wait for both."""
        self._server.shutdown()
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join(timeout=5)
        self._server.server_close()

    def fault(self, kind: str, *, path: str = ".*", method: str = "POST", times: int = 1) -> None:
        """Arm a fault: `lost-reply` (after the effect), `409`, `429` or `500` (saved)."""
        self.faults.append({"kind": kind, "path": path, "method": method, "times": times})

    def answer(self, method: str, target: str, body: str, key: str) -> tuple[int, Fields] | None:
        """Answer one request; None means the effect happened and the reply is lost."""
        parts = urlsplit(target)
        with self.ledger.lock:
            self.requests.append((method, parts.path, body, key))
            fault = self._fault(method, parts.path)
            if fault in FAULTS and fault != "500":
                problem = FAULTS[fault]
                return problem.status, problem.body
            text = body if method == "POST" else parts.query
            status, answer = self._once(method, parts.path, text, key, fault == "500")
            self._queue_events()
        return None if fault == "lost-reply" else (status, answer)

    def control(self, path: str, fields: Fields) -> Fields:
        """What a test may ask for that the real service has no call for."""
        with self.ledger.lock:
            if path == "/_control/faults":
                self.fault(**fields)
            elif path == "/_control/complete":
                self.ledger.complete_action(fields["payment_intent"])
            elif path == "/_control/expire":
                self.ledger.expire(fields["payment_intent"])
            elif path == "/_control/fail-refund":
                self.ledger.fail_refund(fields["refund"])
            else:
                raise invalid("Unknown control.", status=404)
            self._queue_events()
        return {"ok": True}

    def _once(
        self, method: str, path: str, text: str, key: str, is_broken: bool
    ) -> tuple[int, Fields]:
        """Run a request, or replay the saved answer of its idempotency key."""
        digest = hashlib.sha256(f"{method} {path} {text}".encode()).hexdigest()
        if method == "POST" and key in self._answers:
            known, status, answer = self._answers[key]
            if known == digest:
                return status, answer
            message = "Keys for idempotent requests can only be used with the same parameters."
            return 400, {"error": {"type": "idempotency_error", "message": message}}
        status, answer = (500, FAULTS["500"].body) if is_broken else self._run(method, path, text)
        is_kept = status < 400 or status in {402, 500}
        if method == "POST" and key and is_kept:
            self._answers[key] = (digest, status, answer)
        return status, answer

    def _run(self, method: str, path: str, text: str) -> tuple[int, Fields]:
        try:
            return 200, self._routed(method, path, nested(text))
        except Problem as problem:
            return problem.status, problem.body

    def _routed(self, method: str, path: str, fields: Fields) -> Fields:
        for verb, pattern, allowed, call in ROUTES:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                self._check(fields, allowed)
                thing = call(self.ledger, match[1] if match.groups() else "", fields)
                return self.ledger.rendered(thing, fields.get("expand", []))
        raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)

    def _check(self, fields: Fields, allowed: set[str]) -> None:
        if "payment_method_types" in fields:
            code = "payment_method_types_no_longer_supported"
            raise invalid("No longer supported.", param="payment_method_types", code=code)
        unknown = sorted(set(fields) - allowed)
        if unknown:
            message = f"Received unknown parameter: {unknown[0]}"
            raise invalid(message, param=unknown[0], code="parameter_unknown")

    def _fault(self, method: str, path: str) -> str:
        for fault in self.faults:
            matches = fault["method"] == method and re.fullmatch(fault["path"], path)
            if fault["times"] > 0 and matches:
                fault["times"] -= 1
                return str(fault["kind"])
        return ""

    def _queue_events(self) -> None:
        fresh, self._told = self.ledger.events[self._told :], len(self.ledger.events)
        if self.notify:
            for event in fresh:
                for _copy in range(self.copies):
                    self._outgoing.put(json.dumps(event))

    def _send_all(self) -> None:
        while (body := self._outgoing.get()) is not None:
            for pause in range(WEBHOOK_TRIES):
                if self._send(body):
                    break
                threading.Event().wait(0.1 * 4**pause)

    def _send(self, body: str) -> bool:
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signed(body, self.secret),
        }
        request = urllib.request.Request(self.webhook, body.encode(), headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:  # noqa: S310
                return bool(reply.status < 300)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    peer: StripePeer


class _Handler(BaseHTTPRequestHandler):
    """Bytes in, bytes out."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._reply(200, {"ok": True})
        else:
            self._answer("GET", "")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        if self.path.startswith("/_control/"):
            self._control(body)
        else:
            self._answer("POST", body)

    def _answer(self, method: str, body: str) -> None:
        if not self.headers.get("Authorization", "").startswith("Bearer sk_"):
            message = "You did not provide an API key."
            self._reply(401, {"error": {"type": "invalid_request_error", "message": message}})
            return
        key = self.headers.get("Idempotency-Key", "")
        answer = self.server.peer.answer(method, self.path, body, key)
        if answer is None:
            self.close_connection = True
        else:
            self._reply(*answer)

    def _control(self, body: str) -> None:
        try:
            self._reply(200, self.server.peer.control(self.path, json.loads(body or "{}")))
        except Problem as problem:
            self._reply(problem.status, problem.body)

    def _reply(self, status: int, body: Fields) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: bodies and keys do not belong in logs."""


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A loopback peer of Stripe.")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook", default="")
    given = parser.parse_args()
    peer = StripePeer(
        port=given.port, webhook=given.webhook, secret=os.environ.get("STRIPE_WEBHOOK_SECRET", "")
    ).start()
    print(f"Stripe peer on {peer.address}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        peer.stop()


if __name__ == "__main__":
    main()
