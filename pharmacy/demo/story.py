"""The main job, told stage by stage: a signed prescription becomes medicine in a hand.

Each stage prints its input, its result and its time. The hospital, the web process and the
payment peer are real processes; everything here goes through the same calls as the doors.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Sum

from pharmacy.care.models import RefillPlan
from pharmacy.core import audit, outbox
from pharmacy.fulfilment import counter, ordering, papers, placement
from pharmacy.fulfilment.models import Fulfilment
from pharmacy.payment import collection
from pharmacy.people.models import Person, Staff, Store
from pharmacy.settlement.models import JournalEntry
from prescriptions import dispensing, review
from prescriptions.models import Issue, Prescription, Report, SourceDocument
from prescriptions.review import CHECKLIST, Decision


@dataclass
class Telling:
    """Prints the stages and remembers how long each took."""

    times: list[tuple[str, float]] = field(default_factory=list)

    def stage(self, number: int, name: str, given: str, work: Callable[[], Any]) -> Any:
        """Do the work of one stage; print what went in, what came out and how long it took."""
        started = time.perf_counter()
        value, said = work()
        seconds = time.perf_counter() - started
        self.times.append((name, seconds))
        print(f"{number:>2} {name:<13} in:  {given}")
        print(f"{'':<16} out: {said}   ({seconds * 1000:.0f} ms)", flush=True)
        return value


def _until(probe: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Drain the outbox until something is there; the worker may be faster than we are."""
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        outbox.drain()
        found = probe()
        if found:
            return found
        pause.wait(0.05)
    raise RuntimeError(f"the flow stopped before: {what}")


def _post(url: str) -> Any:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("POST", parts.path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def tell(*, hospital: str, folder: Path, case: str = "hypertension") -> Telling:
    """Run the whole job once; raise when any stage does not end as it should."""
    telling = Telling()
    source = telling.stage(1, "intake", f"case {case!r} signed (JWS, ES256) by the hospital",
                           lambda: _intake(hospital, case))  # fmt: skip
    issue = telling.stage(2, "verification", f"document {source.sha256[:12]}…",
                          lambda: _verification(source))  # fmt: skip
    person = issue.prescription.person
    store = Store.objects.get(code="S01")
    row = telling.stage(3, "claim", f"issue 1 for {store.name_en}",
                        lambda: _claim(issue, store, person))  # fmt: skip
    telling.stage(4, "review", "findings of the rules, ten checks", lambda: _review(row))
    row = telling.stage(5, "reservation", "lots by first expiry", lambda: _reserved(row))
    telling.stage(6, "payment", f"order {row.order.number}", lambda: _pay(row, person))
    bag = telling.stage(7, "dispensing", "pick, scan, second person, code",
                        lambda: _dispense(row))  # fmt: skip
    telling.stage(8, "settlement", "captured beside handed over", lambda: _settled(row))
    telling.stage(9, "reporting", "MedicationDispense to the hospital", lambda: _reported(bag))
    telling.stage(10, "aftercare", "points and the next refill", lambda: _aftercare(row, person))
    _papers(folder, row, bag)
    verdict = audit.verify()
    print(f"audit chain: {verdict.sealed} entries, {'intact' if verdict.is_intact else 'BROKEN'}")
    if not verdict.is_intact:
        raise RuntimeError(verdict.problem)
    return telling


def _intake(hospital: str, case: str) -> tuple[SourceDocument, str]:
    sent = _post(f"{hospital}/cases/{case}/send")
    if sent["status"] != 202:
        raise RuntimeError(f"the pharmacy answered {sent}")
    source = SourceDocument.objects.get(external_id=sent["answer"]["receipt"])
    return (
        source,
        f"HTTP 202, receipt {source.external_id}, {sent['bytes']} bytes kept as they came",
    )


def _verification(source: SourceDocument) -> tuple[Issue, str]:
    _until(lambda: SourceDocument.objects.get(pk=source.pk).stage != "received", "verification")
    source.refresh_from_db()
    passed = source.checks.filter(outcome="passed").count()
    if source.stage != "accepted":
        raise RuntimeError(f"verification: {source.stage} {source.refusal}")
    prescription = Prescription.objects.get(source=source)
    issue = prescription.issues.get(number=1)
    items = prescription.items.count()
    said = f"{source.stage}, {passed} checks passed, {items} medicines"
    return issue, f"{said}, {prescription.issues.count()} issues"


def _claim(issue: Issue, store: Store, person: Person) -> tuple[Fulfilment, str]:
    row = placement.choose_store(issue=issue, store=store, person=person)
    token = issue.claims.get(closed_at=None).fencing_token
    return row, f"held by {store.code} with fencing token {token}, stage {row.stage}"


def _staff(login: str) -> Staff:
    return Staff.objects.get(user__username=login)


def _review(row: Fulfilment) -> tuple[None, str]:
    pharmacist = _staff("pharmacist-a")
    findings = review.prepare(issue=row.issue)
    reasons = {f.pk: "weighed and accepted" for f in findings if f.state != "ok"}
    decision = Decision("approve", answers=dict.fromkeys(CHECKLIST, True), overrides=reasons)
    review.decide(issue=row.issue, store=row.store, reviewer=pharmacist, decision=decision)
    states = [finding.state for finding in findings]
    counts = ", ".join(f"{states.count(s)} {s}" for s in ("ok", "alert", "not-checked"))
    return None, f"approved; findings: {counts}"


def _reserved(row: Fulfilment) -> tuple[Fulfilment, str]:
    def ready() -> Fulfilment | None:
        found = Fulfilment.objects.select_related("order", "store", "person", "issue")
        return found.filter(pk=row.pk, order__isnull=False).first()

    placed = _until(ready, "reservation")
    return placed, f"{placed.order.num_lines} lines set aside, order {placed.order.number}"


def _pay(row: Fulfilment, person: Person) -> tuple[None, str]:
    due = placement.amount_due(row)
    placement.pay(fulfilment=row, person=person, payment_method="pm_card_visa")
    row.refresh_from_db()
    held = collection.status(owner=row.payment_owner())
    return None, f"{due} held ({held.state if held else '?'}), to be taken at hand-over"


def _dispense(row: Fulfilment) -> tuple[Any, str]:
    picker, checker = _staff("pharmacist-a"), _staff("pharmacist-b")
    bag = counter.start(fulfilment=row, picker=picker)
    for line in bag.lines.select_related("issue_line__item__medicine"):
        barcode = line.issue_line.item.known_medicine.barcode
        dispensing.scan(dispense=bag, barcode=barcode, lot_number=line.lot_number, by=picker)
    dispensing.finish_picking(dispense=bag, by=picker)
    bag = counter.check(dispense=bag, checker=checker)
    code = dispensing.code_of(bag)
    bag = counter.hand_over(store=row.store, code=code, by=checker)
    lots = ", ".join(f"{line.quantity} of lot {line.lot_number}" for line in bag.lines.all())
    return bag, f"{lots}; handed over against a one-time code"


def _settled(row: Fulfilment) -> tuple[None, str]:
    owner = row.payment_owner()
    entry = _until(JournalEntry.objects.filter(owner=owner).first, "settlement")
    sides = entry.postings.aggregate(debit=Sum("debit_minor"), credit=Sum("credit_minor"))
    debit, credit = ordering.money(sides["debit"]), ordering.money(sides["credit"])
    if debit != credit:
        raise RuntimeError("the books do not balance")
    held = collection.status(owner=owner)
    return None, f"{held.state if held else '?'}; debit {debit} = credit {credit}"


def _reported(bag: Any) -> tuple[None, str]:
    done = Report.objects.filter(dispense=bag, stage="confirmed")
    report = _until(done.first, "report")
    return None, f"confirmed by the hospital at {report.receipt} after {report.attempts} try"


def _aftercare(row: Fulfilment, person: Person) -> tuple[None, str]:
    mine = RefillPlan.objects.filter(issue_key=f"issue:{row.issue.external_id}", person=person)
    plans = _until(lambda: list(mine), "refill plan")
    _until(lambda: Issue.objects.get(pk=row.issue_id).use == "reported", "end of the issue")
    due = min(plan.next_due_date for plan in plans)
    return None, f"prescription medicine earns no points; next refill due {due}"


def _papers(folder: Path, row: Fulfilment, bag: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    row.refresh_from_db()
    made = {
        "label.pdf": papers.label(bag),
        "receipt.pdf": papers.receipt(row),
        "record.pdf": papers.record(bag),
    }
    for name, pdf in made.items():
        (folder / name).write_bytes(pdf)
        print(f"{name:<12} {len(pdf):>7} bytes")
