"""`manage.py demo run`: start everything on loopback, run the main job, serve the doors."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django_otp.oath import totp

from pharmacy.demo import seed, story
from pharmacy.demo.processes import Processes, free_port
from prescriptions import register

HOSPITAL = "RIVERSIDE"


class Command(BaseCommand):
    """The demo, in the foreground; Ctrl-C ends every process it started."""

    help = "Run the main job on a signed prescription, then serve the doors on loopback."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`run` is the only action."""
        parser.add_argument("action", choices=["run", "seed"])
        parser.add_argument("--serve", choices=["yes", "no"], default="yes")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        if not settings.DEMO_ALLOWED:
            raise CommandError("The demo runs on the embedded settings only.")
        for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell ignores Ctrl-C for us
            signal.signal(ending, signal.default_int_handler)
        folder = seed.folder()
        self._prepare()
        if options["action"] == "seed":
            return
        port = free_port(range(options["port"], options["port"] + 50))
        peers = _Peers(folder, port)
        with Processes(folder / "logs", peers.environment()) as children:
            try:
                peers.start(children)
                story.tell(hospital=peers.hospital_url, folder=folder)
                if options["serve"] == "yes":
                    self._serve(peers)
            except KeyboardInterrupt:
                self.stdout.write("\nending")

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        counts = seed.plant()
        self.stdout.write(", ".join(f"{count} {kind}" for kind, count in counts.items()))

    def _serve(self, peers: _Peers) -> None:
        self.stdout.write(f"\nRxflow is at http://127.0.0.1:{peers.port}/   (Ctrl-C ends it)")
        for login, secret in seed.logins().items():
            code = ""
            if "totp" in secret:
                code = f"   second factor now {totp(bytes.fromhex(secret['totp'])):06d}"
            self.stdout.write(f"  {login:<14} {secret['password']:<14}{code}")
        self.stdout.write("  a fresh second factor: python manage.py demo_code LOGIN")
        threading.Event().wait()


class _Peers:
    """Ports, addresses and credentials of the demo's processes."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.hospital_port = free_port(range(20100, 20400))
        self.stripe_port = free_port(range(20400, 20800))
        self.hospital_url = f"http://127.0.0.1:{self.hospital_port}"
        self.is_real_stripe = "STRIPE_API_KEY" in os.environ
        self.push, self.report = secrets.token_urlsafe(24), secrets.token_urlsafe(24)

    def environment(self) -> dict[str, str]:
        """What the children need to find each other; also set for this process."""
        given = {
            "RXFLOW_OUTBOUND_HOSTS": f"127.0.0.1:{self.hospital_port}",
            "HOSPITAL_CREDENTIAL": self.push,
            "REPORT_CREDENTIAL": self.report,
            "STRIPE_WEBHOOK_SECRET": settings.STRIPE_WEBHOOK_SECRETS[0],
        }
        settings.OUTBOUND_HOSTS = [f"127.0.0.1:{self.hospital_port}"]
        if not self.is_real_stripe:
            given["STRIPE_API_BASE"] = f"http://127.0.0.1:{self.stripe_port}"
            settings.STRIPE_API_BASE = given["STRIPE_API_BASE"]
        return given

    def start(self, children: Processes) -> None:
        """Start payment peer, hospital, web, worker and scheduler; register the hospital."""
        if not self.is_real_stripe:
            children.start(
                "stripe", "-m", "pharmacy.demo.stripe_peer", "--port", str(self.stripe_port),
                "--webhook", f"http://127.0.0.1:{self.port}/api/webhooks/stripe",
            )  # fmt: skip
        children.start(
            "hospital", "-m", "pharmacy.demo.hospital", "--port", str(self.hospital_port),
            "--folder", str(self.folder / "hospital"),
            "--push", f"http://127.0.0.1:{self.port}/api/prescriptions",
        )  # fmt: skip
        children.wait_for("hospital", f"{self.hospital_url}/healthz")
        self._register()
        children.start(
            "web", "-m", "gunicorn", "pharmacy.wsgi", "--bind", f"127.0.0.1:{self.port}",
            "--workers", "2", "--threads", "4", "--worker-tmp-dir", str(self.folder),
        )  # fmt: skip
        children.start(
            "worker", "-m", "celery", "-A", "pharmacy", "worker", "--pool", "threads",
            "--concurrency", "2", "--loglevel", "warning",
        )  # fmt: skip
        children.start(
            "scheduler", "-m", "celery", "-A", "pharmacy", "beat", "--loglevel", "warning",
            "--pidfile", "",
        )  # fmt: skip
        children.wait_for("web", f"http://127.0.0.1:{self.port}/api/health")

    def _register(self) -> None:
        """Onboard the hospital: its credential, its endpoint, its certificate."""
        issuer = register.register(
            code=HOSPITAL,
            name="河畔医院 Riverside Hospital",
            jurisdiction="CN",
            credential=self.push,
            report_url=f"{self.hospital_url}/fhir/dispenses",
            report_credential=self.report,
            by="system:demo",
        )
        pem = (self.folder / "hospital" / "certificate.pem").read_bytes()
        register.add_certificate(issuer=issuer, pem=pem, by="system:demo")
