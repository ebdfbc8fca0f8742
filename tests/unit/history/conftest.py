"""A history of its own for each test: on SQLite, and on PostgreSQL where a server is named."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from leukdesk.domain.case import Case, CaseDetails, Specimen
from leukdesk.domain.recorded import NewFinding
from leukdesk.history.history import History
from leukdesk.history.ledger import now_us
from leukdesk.history.opening import open_history
from tests.findings import make_finding

SERVER = os.environ.get("LEUKDESK_TEST_DATABASE_URL", "")


@dataclass
class Store:
    """Where a history is, and how to open it (again)."""

    folder: Path
    url: str = ""

    def open(self, clock: Callable[[], int] = now_us) -> History:
        return open_history(self.folder, url=self.url, clock=clock)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    if request.param == "sqlite":
        yield Store(tmp_path / "history")
        return
    if not SERVER:
        pytest.skip("no PostgreSQL: packaging/with-postgres.sh starts one")
    schema = f"test_{secrets.token_hex(6)}"
    server = create_engine(SERVER)
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield Store(tmp_path / "history", f"{SERVER}&options=-csearch_path%3D{schema}")
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()


@pytest.fixture
def history(store: Store) -> Iterator[History]:
    """An open, new history."""
    opened = store.open()
    yield opened
    opened.close()


@pytest.fixture
def user(history: History) -> int:
    """The local user."""
    return history.users.local().id


@pytest.fixture
def case(history: History, user: int) -> Case:
    """An open case."""
    return history.cases.open(user, CaseDetails("24-0117", patient="P-7", specimen=Specimen.BLOOD))


def new_finding(number: int = 0, **overrides: object) -> NewFinding:
    """A finding of an image of its own for each number."""
    return NewFinding(make_finding(f"field-{number}.png", sha256=f"{number:064x}", **overrides), 1.5, 12_345)
