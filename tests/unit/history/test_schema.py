"""The steps between revisions lead to the tables of today, on every database."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from leukdesk.history import schema
from leukdesk.history.backup import backups
from leukdesk.history.history import History
from leukdesk.history.tables import metadata
from tests.unit.history.conftest import Store


def test_the_steps_lead_to_the_tables(history: History) -> None:
    with history.ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours})
        assert compare_metadata(context, metadata) == []
        assert schema.version(connection) == schema.REVISIONS[-1]


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Not the search table and its index, which each database has in its own way."""
    return not (name or "").startswith(("case_words", "case_index_words"))


def test_every_step_is_listed() -> None:
    steps = ScriptDirectory.from_config(schema.configuration()).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == schema.REVISIONS


def test_a_step_is_taken_after_a_backup(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later leukdesk with one more step, made of nothing, opens the history of today."""
    if store.url:
        pytest.skip("a server is backed up there")
    store.open().close()
    today = schema.REVISIONS[-1]
    assert backups(store.folder) == []
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))

    def step(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'next'")

    monkeypatch.setattr(schema, "upgrade", step)
    store.open().close()
    assert [one.revision for one in backups(store.folder)] == [today]
