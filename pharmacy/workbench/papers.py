"""The papers of a bag as PDF; printing itself belongs to fulfilment."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.http import HttpResponse

from pharmacy.fulfilment.models import Fulfilment
from pharmacy.workbench.errors import PapersMissing
from prescriptions.models import Dispense

PRINTER = "pharmacy.fulfilment.papers"


def pdf(kind: str, of: Dispense | Fulfilment) -> HttpResponse:
    """One paper, shown in the browser under a name that says nothing of the patient.

    Args:
        kind: `label` or `record` of a bag.

    Raises:
        PapersMissing: the printer is not installed.
    """
    if not find_spec(PRINTER):
        raise PapersMissing
    content = getattr(import_module(PRINTER), kind)(of)
    name = f"{kind}-{str(of.external_id)[:8]}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
