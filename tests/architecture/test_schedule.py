"""What the scheduler calls exists, and what may be lost is swept."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from pharmacy.celery import app


def test_every_scheduled_task_exists() -> None:
    """Given the schedule, then each entry names a task that a worker knows."""
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for name in scheduled:
        assert import_string(name).name == name
    app.loader.import_default_modules()
    assert scheduled <= set(app.tasks)


def test_every_reaction_follows_an_event_of_ours() -> None:
    """Given the table of reactions, then each handler is one of fulfilment's and named once."""
    from pharmacy.core import outbox

    handlers = [
        (topic, reaction.name)
        for topic, reactions in outbox._reactions.items()
        for reaction in reactions
        if not reaction.name.startswith("tests.")
    ]
    assert handlers
    assert len(handlers) == len(set(handlers))
    assert [name for _topic, name in handlers if not name.startswith("pharmacy.fulfilment.")] == []
