"""The audit chain: whoever changes what was recorded is found out, and what he changed is named."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from leukdesk.domain.audit import Act, FlawKind, Verdict
from leukdesk.domain.case import Case, CaseDetails, CaseQuery
from leukdesk.domain.errors import HistoryError
from leukdesk.domain.user import Role
from leukdesk.history.erasure import WhyErased, cases_before
from leukdesk.history.history import History
from leukdesk.history.ledger import event_hash
from leukdesk.history.moments import moment
from leukdesk.history.tables import CONTENT, events
from leukdesk.history.verify import verify
from tests.unit.history.conftest import Store, new_finding

Forgery = tuple[set[tuple[FlawKind, int]], str, Callable[[Connection], object]]  # what must be found, in words, how
GUARDS = ("events", *(table.name for table in CONTENT))


@pytest.fixture
def full(history: History, user: int, case: Case) -> History:
    """A history with something in every table of content."""
    other = history.cases.open(user, CaseDetails("24-0200", "P-9"))
    history.cases.correct(user, other.id, CaseDetails("24-0201", "P-9"), "digit")
    history.findings.record(user, case.id, [new_finding(number) for number in range(8)])
    images = history.findings.images(case.id)
    history.findings.moved(user, images[0].id, Path("b.png"), images[0].sha256)
    history.reviews.label_many(user, [(one.id, 0) for one in images], "blast", why="gallery")
    history.reviews.comment(user, case.id, "few cells")
    history.users.add(user, "Anna", Role.TECHNICIAN, "secret word")
    history.users.sign_in("Anna", "secret word")
    history.reviews.sign(user, case.id)
    history.reviews.amend(user, case.id, "second look")
    third = history.cases.open(user, CaseDetails("24-0300", "P-10"))
    history.findings.record(user, third.id, [new_finding(20)])
    history.erase(user, third.id, WhyErased.MISTAKE)
    return history


@contextmanager
def unguarded(history: History) -> Iterator[Callable[[Callable[[Connection], object]], Verdict]]:
    """A function that changes the database as somebody with a tool would, verifies, and puts it back."""
    with history.ledger.engine.connect() as connection:
        whole = connection.begin()
        unguard(connection)

        def tamper(change: Callable[[Connection], object]) -> Verdict:
            once = connection.begin_nested()
            change(connection)
            verdict = verify(connection, history.ledger.kept_head())
            once.rollback()
            return verdict

        yield tamper
        whole.rollback()


def unguard(connection: Connection) -> None:
    """What keeps honest programs from mistakes keeps nobody else from anything."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        triggers = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def flaws(verdict: Verdict) -> set[tuple[FlawKind, int]]:
    return {(flaw.kind, flaw.seq) for flaw in verdict.flaws}


def test_a_whole_history_is_intact(full: History) -> None:
    verdict = full.verify()
    assert verdict.flaws == ()
    assert verdict.events == full.trail.head().seq
    assert verdict.head == full.trail.head().hash
    with full.ledger.reading() as connection:
        filled = [table.name for table in CONTENT if connection.scalar(text(f"SELECT count(*) FROM {table.name}"))]
    assert set(filled) | {"cells"} == {table.name for table in CONTENT}


def tamperings(full: History, rng: random.Random) -> Iterator[Forgery]:
    """Endless ways to forge."""
    last = full.trail.head().seq
    while True:
        seq = rng.randint(1, last)
        yield from _of_events(seq, last, rng)
        yield from _of_content(full, seq, rng)


def _of_events(seq: int, last: int, rng: random.Random) -> Iterator[Forgery]:
    numbers = [(name, f"coalesce({name}, 0) + 1") for name in ("at", "user_id", "subject", "case_id")]
    column, value = rng.choice([*numbers, ("act", "'case.signed '")])
    edited = {(FlawKind.EDITED, seq)}
    yield (
        edited,
        f"{column} of {seq}",
        lambda c: c.execute(text(f"UPDATE events SET {column} = {value} WHERE seq = {seq}")),
    )
    yield (
        {(FlawKind.DELETED, seq) if seq < last else (FlawKind.TRUNCATED, last)},
        f"delete {seq}",
        lambda c: [
            c.execute(text(f"DELETE FROM {name} WHERE {'seq' if name == 'events' else 'event'} = {seq}"))
            for name in reversed(GUARDS)
        ],
    )
    cut = rng.randint(2, last)
    yield (
        {(FlawKind.TRUNCATED, cut)},
        f"cut at {cut}",
        lambda c: [
            c.execute(text(f"DELETE FROM {name} WHERE {'seq' if name == 'events' else 'event'} >= {cut}"))
            for name in reversed(GUARDS)
        ],
    )
    if seq < last:
        yield {(FlawKind.REORDERED, seq), (FlawKind.REORDERED, seq + 1)}, f"swap {seq}", lambda c: _swap(c, seq)
        yield {(FlawKind.REPLACED, seq)}, f"rewrite {seq}", lambda c: _rewrite(c, seq)


def _of_content(full: History, seq: int, rng: random.Random) -> Iterator[Forgery]:
    table = rng.choice([one for one in CONTENT if one.name != "cells"])
    with full.ledger.reading() as connection:
        numbers = connection.scalars(text(f"SELECT event FROM {table.name}")).all()
    number = rng.choice(numbers)
    names = [one.name for one in table.columns if one.name not in ("event", "number")]
    column = table.columns[rng.choice(names)]
    changed = {str: f"coalesce({column.name}, '') || ' '", bytes: "'forged'"}.get(
        column.type.python_type, f"coalesce({column.name}, 0) + 1"
    )
    if (
        full.ledger.engine.dialect.name == "postgresql"
        and column.type.python_type is str
        and getattr(column.type, "length", None)
    ):
        changed = "'x'"
    found = {(FlawKind.CONTENT, number)}
    yield (
        found,
        f"{column} of {number}",
        lambda c: c.execute(text(f"UPDATE {table.name} SET {column.name} = {changed} WHERE event = {number}")),
    )
    yield (
        found,
        f"row of {table.name} {number}",
        lambda c: c.execute(text(f"DELETE FROM {table.name} WHERE event = {number}")),
    )
    free = 10_000 + number
    yield (
        {(FlawKind.FOREIGN_ROW, free)},
        f"forged {table.name}",
        lambda c: c.execute(text(f"UPDATE {table.name} SET event = {free} WHERE event = {number}")),
    )


def _swap(connection: Connection, seq: int) -> None:
    for old, new in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
        connection.execute(text(f"UPDATE events SET seq = {new} WHERE seq = {old}"))


def _rewrite(connection: Connection, seq: int) -> None:
    """Forge an event and give it the right hash, but not those after it."""
    row = dict(connection.execute(events.select().where(events.c.seq == seq)).mappings().one()) | {"user_id": 999}
    values = {"user_id": 999, "hash": event_hash(row)}
    connection.execute(events.update().where(events.c.seq == seq).values(values))


def test_four_hundred_tamperings_are_found_and_named(full: History) -> None:
    count = 400 if full.ledger.engine.dialect.name == "sqlite" else 40
    forged = tamperings(full, random.Random(7))
    with unguarded(full) as tamper:
        for _ in range(count):
            expected, what, change = next(forged)
            assert flaws(tamper(change)) & expected == expected, what
    assert full.verify().intact


def test_the_guards_keep_programs_from_changing_what_was_recorded(full: History) -> None:
    for statement in ("UPDATE events SET at = 1", "DELETE FROM events", "UPDATE cases SET patient = 'x'"):
        with full.ledger.engine.connect() as connection, pytest.raises(Exception, match="append-only"):
            connection.execute(text(statement))


def test_forged_lists_are_found_and_made_anew(full: History, case: Case) -> None:
    forged = [
        "UPDATE answers SET human_label = 'monocyte' WHERE number = 0",
        "UPDATE answers SET probability = 0.1",
        "UPDATE case_index SET patient = 'P-1'",
        "DELETE FROM case_index",
        "UPDATE case_index SET labels = '{}'",
        "DELETE FROM answers",
    ]
    for statement in forged:
        with full.ledger.engine.begin() as connection:
            connection.execute(text(statement))
        found = flaws(full.verify())
        assert (FlawKind.INDEX, case.id) in found, statement
        assert {kind for kind, _ in found} == {FlawKind.INDEX}
        full.mend()
        assert full.verify().intact, statement
    assert full.cases.search(CaseQuery("24-0117 local toy blast")).total == 1
    assert full.cases.get(case.id).images == 8


def test_the_end_is_known_outside_the_database(full: History, store: Store) -> None:
    assert full.ledger.kept_head() == full.trail.head()
    data = (store.folder / "history.head").read_bytes()
    (store.folder / "history.head").write_bytes(data[:95] + b"torn" + data[99:])
    kept = full.ledger.kept_head()
    assert kept is not None
    assert kept.seq in (full.trail.head().seq, full.trail.head().seq - 1), "the other line still counts"
    assert full.verify().intact


def test_after_a_crash_the_head_file_may_be_behind(store: Store) -> None:
    history = store.open()
    old = (store.folder / "history.head").read_bytes()
    case = history.cases.open(history.users.local().id, CaseDetails("24-1"))
    history.close()
    (store.folder / "history.head").write_bytes(old)
    again = store.open()
    assert again.cases.get(case.id).details.accession == "24-1"
    assert again.ledger.kept_head() == again.trail.head()
    again.close()


def test_the_clock_set_back_is_written_down_and_nothing_is_lost(store: Store) -> None:
    clock = [1_800_000_000_000_000]
    history = store.open(clock=lambda: clock[0])
    user = history.users.local().id
    clock[0] += 5
    first = history.cases.open(user, CaseDetails("24-1"))
    clock[0] -= 86_400_000_000
    second = history.cases.open(user, CaseDetails("24-2"))
    back = [event for event in history.trail.events() if event.act == Act.CLOCK_SET_BACK]
    assert [event.changes["clock"] for event in back] == [(first.opened.isoformat(), second.opened.isoformat())]
    assert second.id == back[0].seq + 1
    verdict = history.verify()
    assert verdict.intact
    assert len(verdict.notes) == 1
    assert [one.id for one in history.cases.search(CaseQuery()).cases] == [second.id, first.id]
    history.close()


def test_erasure_leaves_a_tombstone_and_nothing_else(full: History, store: Store, user: int, case: Case) -> None:
    job = full.jobs.create(user, [Path("P-7/secret.png")], case_id=case.id)
    full.findings.record(user, case.id, [replace(new_finding(30), thumbnail=b"picture of P-7")])
    count = len(full.trail.events(case.id))
    stone = full.erase(user, case.id, WhyErased.REQUEST)
    events_left = full.trail.events(case.id)
    assert len(events_left) == count + 1
    assert (events_left[-1].seq, events_left[-1].act, events_left[-1].why) == (stone, Act.CASE_ERASED, "request")
    assert [event for event in events_left[:-1] if event.why or event.changes] == []
    assert full.verify().intact
    for read in (full.cases.get, full.trail.case):
        with pytest.raises(HistoryError, match="erased"):
            read(case.id)
    assert full.cases.search(CaseQuery("24-0117")).total == 0
    assert full.jobs.items(job.id)[0].path == Path()
    again = full.cases.open(user, CaseDetails("24-0117"))
    assert again.id > stone
    full.erase(user, again.id, WhyErased.MISTAKE)
    if not store.url:
        stored = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
        for gone in (b"24-0117", b"P-7", b"few cells", b"field-3.png", b"240117"):
            assert gone not in stored


def test_retention_asks_for_cases_in_which_nothing_happened(store: Store) -> None:
    clock = [1_800_000_000_000_000]
    history = store.open(clock=lambda: clock[0])
    user = history.users.local().id
    old, kept = (history.cases.open(user, CaseDetails(name)) for name in ("old", "kept"))
    clock[0] += 1_000_000
    history.reviews.comment(user, kept.id, "still in work")
    assert cases_before(history.ledger, moment(clock[0])) == [old.id]
    history.close()
