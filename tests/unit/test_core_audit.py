"""The audit chain: append-only, sealed at commit, and red when somebody tampers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from pharmacy.core import audit


@pytest.fixture
def three_entries(transactional_db: None) -> None:
    for number in range(3):
        audit.record(by="system:test", action="test.did", subject=f"thing:{number}", size=number)


@pytest.mark.django_db(transaction=True)
def test_the_chain_verifies_when_nobody_touched_it(three_entries: None) -> None:
    verdict = audit.verify()
    assert verdict.is_intact, verdict.problem
    assert verdict.sealed >= 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", ["UPDATE core_auditentry SET actor='x'", "DELETE FROM core_auditentry",
                                 "DELETE FROM core_auditseal"])  # fmt: skip
def test_the_database_refuses_to_change_the_log(three_entries: None, sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_a_change_behind_the_triggers_back_is_found(three_entries: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE core_auditentry SET actor='x' WHERE subject='thing:1'")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert not audit.verify().is_intact


@pytest.mark.django_db(transaction=True)
def test_the_chain_verifies_while_others_write(
    three_entries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, late = audit._walk, iter([1])

    def walk_and_write(*args: Any) -> Any:
        walked = walk(*args)
        if next(late, None):
            audit.record(by="system:test", action="test.did", subject="thing:late")
        return walked

    monkeypatch.setattr(audit, "_walk", walk_and_write)
    verdict = audit.verify()
    assert verdict.is_intact, verdict.problem
    assert verdict.sealed == 4


@pytest.mark.django_db(transaction=True)
def test_a_chain_that_lost_its_end_is_found(three_entries: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM core_auditseal WHERE position = 3")
        cursor.execute("DELETE FROM core_auditentry WHERE subject = 'thing:2'")
        cursor.execute("SET session_replication_role = DEFAULT")
    verdict = audit.verify()
    assert (verdict.is_intact, verdict.problem) == (False, "the head is not the last entry")
