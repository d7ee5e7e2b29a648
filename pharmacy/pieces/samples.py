"""Sample data of the gallery: nobody's medicine, nobody's store."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace as Thing
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pharmacy.core import clock
from pharmacy.core.money import Money
from pharmacy.pieces.charts import bars
from pharmacy.pieces.tables import Column, Row, Table


class SampleForm(forms.Form):
    """One field that is right and one that is not."""

    phone = forms.CharField(
        label=_("Phone number"), help_text=_("We only call about this order, like 138 0000 0000.")
    )
    quantity = forms.IntegerField(label=_("How many packs"), min_value=1, max_value=9)


def everything() -> dict[str, Any]:
    """The context of the gallery page."""
    now = clock.now()
    return {
        "store": a_store(),
        "medicines": medicines(),
        "form": SampleForm({"phone": "138 0000 0000", "quantity": "40"}),
        "ready_at": now + dt.timedelta(hours=2),
        "expires_at": now + dt.timedelta(days=3),
        "total": Money(12860),
        "you_pay": Money(2360),
        "parts": [
            {"label": _("Insurance"), "amount": Money(8000), "note": _("outpatient fund")},
            {"label": _("Personal account"), "amount": Money(2500), "note": ""},
        ],
        "lots": [
            ("B24-0117", now.date() - dt.timedelta(days=4)),
            ("B25-1102", now.date() + dt.timedelta(days=41)),
            ("B26-0330", now.date() + dt.timedelta(days=512)),
        ],
        "entries": [
            {"text": _("Ready to collect"), "at": now, "detail": ""},
            {"text": _("Pharmacist agreed"), "at": now - dt.timedelta(minutes=26), "detail": ""},
            {
                "text": _("Prescription received"),
                "at": now - dt.timedelta(days=1, hours=3),
                "detail": _("Sent by the hospital, genuine"),
            },
        ],
        "bars": bars(
            [
                (_("Mon"), 18, "18"),
                (_("Tue"), 32, "32"),
                (_("Wed"), 27, "27"),
                (_("Thu"), 41, "41"),
                (_("Fri"), 36, "36"),
            ]
        ),
        "people": [
            Thing(external_id="1", name=_("Patient One")),
            Thing(external_id="2", name=_("Patient Two")),
        ],
        **evidence(),
        **tables(),
        "moved_at": now - dt.timedelta(minutes=5),
    }


def a_store() -> Thing:
    """A store that is nowhere."""
    return Thing(
        external_id="00000000-0000-0000-0000-000000000001",
        name_en="Riverside Pharmacy",
        name_zh="滨江药房",
        address_en="12 River Road",
        address_zh="滨江路12号",
        phone="021 0000 0000",
        hours="08:00-22:00",
        time_zone="Asia/Shanghai",
    )


def medicines() -> list[dict[str, Any]]:
    """Rows of a prescription: with a price, kept cold, with the prescriber's own words."""
    tablet = Thing(
        name_en="Amlodipine",
        name_zh="氨氯地平",
        strength="5 mg",
        form="tablet",
        pack_size=28,
        base_unit="tablet",
        is_cold_chain=False,
    )
    cold = Thing(
        name_en="Insulin glargine",
        name_zh="甘精胰岛素",
        strength="300 IU",
        form="injection",
        pack_size=3,
        base_unit="mL",
        is_cold_chain=True,
    )
    once = Thing(dose_quantity=1, dose_unit="tablet", doses_per_day=1, dose_text="")
    said = Thing(
        dose_quantity=None,
        dose_unit="",
        doses_per_day=None,
        dose_text=_("10 units under the skin, every evening"),
    )
    return [
        {"medicine": tablet, "item": once, "quantity": 56, "price": Money(5860)},
        {"medicine": cold, "item": said, "quantity": 3, "price": Money(7000)},
    ]


def evidence() -> dict[str, Any]:
    """Checks with and without problems."""
    return {
        "passed": [
            {"outcome": "pass", "name": _("Signature"), "message": _("Signed by the hospital")},
            {"outcome": "pass", "name": _("Issuer"), "message": _("Known and in force")},
            {"outcome": "pass", "name": _("Validity"), "message": _("Good for two more days")},
        ],
        "problems": [
            {"outcome": "fail", "name": _("Used before"), "message": _("Dispensed yesterday")},
            {"outcome": "unknown", "name": _("Revocation"), "message": _("We ask again soon")},
        ],
    }


def tables() -> dict[str, Table]:
    """A table in each of its states."""
    columns = [
        Column(_("Lot"), "lot"),
        Column(_("Store")),
        Column(_("On hand"), "held", True),
        Column(_("Worth"), "worth", True),
    ]
    rows = [
        Row(["B25-1102", "S1", "1,240", Money(1860000)], href="#B25-1102"),
        Row(["B26-0330", "S2", "380", Money(570000)], href="#B26-0330"),
    ]
    return {
        "table": Table(
            _("Lots that expire soon"), columns, rows, sort="-held", query="", export_url="#export"
        ),
        "table_empty": Table(
            _("Lots, nothing found"),
            columns,
            empty_title=_("No lot matches"),
            empty_text=_("Clear the filter to see all."),
        ),
        "table_loading": Table(_("Lots, loading"), columns, state="loading"),
        "table_error": Table(_("Lots, not loaded"), columns, state="error"),
    }
