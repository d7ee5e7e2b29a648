"""A hospital that takes reports over HTTP, for tests of what is told to issuers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pharmacy.demo import hospital
from prescriptions.models import Issuer
from tests import story


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hospital.Hospital]:
    """A hospital that takes reports over HTTP."""
    monkeypatch.setenv("REPORT_CREDENTIAL", "report")
    server = hospital.serve(0, tmp_path, "http://127.0.0.1:1/none")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def world_with_reports(server: Any) -> story.World:
    w = story.world()
    address = f"http://127.0.0.1:{server.server_address[1]}/fhir/dispenses"
    Issuer.objects.filter(pk=w.issuer.pk).update(report_url=address, report_credential="report")
    return w
