"""One schema for all: built once from the migrations, cloned for each worker."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"


def _schema_digest() -> str:
    """Digest of every migration of ours and of the versions beneath them."""
    files = sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")])
    digest = hashlib.sha256((ROOT / "requirements" / "run.txt").read_bytes())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Clone the template of this schema for this worker; build the template when missing."""
    import psycopg
    from django.core.management import call_command
    from django.db import connection, connections

    template = f"rxflow_template_{_schema_digest()}"
    name = f"rxflow_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():
        settings_dict = connection.settings_dict
        params = connection.get_connection_params()
        admin = psycopg.connect(
            **{k: params[k] for k in ("host", "port", "user", "password") if params.get(k)},
            dbname="postgres", autocommit=True,
        )  # fmt: skip
        admin.execute("SELECT pg_advisory_lock(720601)")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname=%s", [template]).fetchone():
            admin.execute("DROP DATABASE IF EXISTS rxflow_template_draft WITH (FORCE)")
            admin.execute("CREATE DATABASE rxflow_template_draft TEMPLATE template0")
            settings_dict["NAME"] = "rxflow_template_draft"
            call_command("migrate", verbosity=0, interactive=False)
            connections.close_all()
            admin.execute(f"ALTER DATABASE rxflow_template_draft RENAME TO {template}")
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        admin.execute("SELECT pg_advisory_unlock(720601)")
        settings_dict["NAME"] = name
        yield
        connections.close_all()
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.close()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real prescriptions; tests that need it are skipped where it is absent."""
    if not CORPUS.exists():
        pytest.skip("the corpus of real prescriptions is not on this machine")
    return CORPUS


KEPT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}


@pytest.fixture(autouse=True, scope="session")
def _empty_only_what_was_filled() -> Iterator[None]:
    """After a test that commits: empty the tables it filled, triggers aside.

    Django's flush truncates every table, which our append-only triggers refuse.
    """
    from django.test import TransactionTestCase

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = _empty_filled_tables  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


def _empty_filled_tables(_case: Any) -> None:
    from django.db import connection

    tables = [t for t in connection.introspection.table_names() if t not in KEPT]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
                for table in tables
            )
        )
        filled = {row[0] for row in cursor.fetchall()} - {"core_audithead"}
        cursor.execute("SET session_replication_role = replica")
        if filled:
            names = ", ".join(connection.ops.quote_name(table) for table in sorted(filled))
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(
            "INSERT INTO core_audithead (id, position, hash) "
            "VALUES (1, 0, decode(repeat('00', 32), 'hex')) "
            "ON CONFLICT (id) DO UPDATE SET position = 0, hash = excluded.hash"
        )
