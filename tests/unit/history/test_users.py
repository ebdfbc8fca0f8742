"""Who may do what, below the window; passwords, and the wait after failed sign-ins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leukdesk.domain.audit import Act
from leukdesk.domain.case import Case, CaseDetails
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.job import ItemResult
from leukdesk.domain.recorded import CellBox, CellFinding, NewCells
from leukdesk.domain.user import RIGHTS, Right, Role
from leukdesk.history.erasure import WhyErased
from leukdesk.history.history import History
from tests.unit.history.conftest import Store, new_finding

Act_ = Callable[[History, int, Case], object]


def image_of(history: History, case: Case) -> int:
    return history.findings.images(case.id)[0].id


def claimed_job(history: History, case: Case) -> tuple[int, list[ItemResult]]:
    job = history.jobs.create(history.users.local().id, [Path("a.png")], case_id=case.id)
    return job.id, [ItemResult(one.number, new_finding(77)) for one in history.jobs.claim(job.id, 1)]


# Every method that writes or takes out, with the right it needs; a test below looks for others.
ACTIONS: dict[str, tuple[Right, Act_]] = {
    "cases.open": (Right.EDIT_CASE, lambda h, u, c: h.cases.open(u, CaseDetails(new(h)))),
    "cases.correct": (Right.EDIT_CASE, lambda h, u, c: h.cases.correct(u, c.id, CaseDetails(new(h)), "typo")),
    "findings.record": (Right.RECORD, lambda h, u, c: h.findings.record(u, c.id, [new_finding(50)])),
    "findings.reuse": (
        Right.RECORD, lambda h, u, c: h.findings.reuse(u, None, h.trail.case(c.id).findings[0].id, Path("x"))
    ),
    "findings.moved": (
        Right.RECORD, lambda h, u, c: h.findings.moved(u, image_of(h, c), Path("y"), h.findings.images(c.id)[0].sha256)
    ),
    "jobs.create": (Right.RECORD, lambda h, u, c: h.jobs.create(u, [Path("a.png")])),
    "jobs.extend": (Right.RECORD, lambda h, u, c: h.jobs.extend(u, claimed_job(h, c)[0], [Path("b.png")])),
    "findings.record_cells": (Right.RECORD, lambda h, u, c: h.findings.record_cells(u, c.id, one_cell())),
    "jobs.record": (Right.RECORD, lambda h, u, c: h.jobs.record(u, *claimed_job(h, c))),
    "reviews.label": (Right.LABEL, lambda h, u, c: h.reviews.label(u, image_of(h, c), "blast")),
    "reviews.label_many": (Right.LABEL, lambda h, u, c: h.reviews.label_many(u, [(image_of(h, c), 0)], "blast")),
    "reviews.comment": (Right.COMMENT, lambda h, u, c: h.reviews.comment(u, c.id, "few cells")),
    "reviews.sign": (Right.SIGN, lambda h, u, c: h.reviews.sign(u, c.id)),
    "reviews.amend": (Right.AMEND, lambda h, u, c: h.reviews.amend(u, c.id, "look again")),
    "users.add": (Right.MANAGE_USERS, lambda h, u, c: h.users.add(u, new(h), Role.TECHNICIAN)),
    "users.change": (Right.MANAGE_USERS, lambda h, u, c: h.users.change(u, h.users.all()[-1].id, role=Role.TECHNICIAN)),
    "erase": (Right.ERASE, lambda h, u, c: h.erase(u, c.id, WhyErased.MISTAKE)),
    "erase_all": (Right.ERASE, lambda h, u, c: h.erase_all(u, [c.id], WhyErased.RETENTION)),
    "without_names": (Right.EXPORT, lambda h, u, c: h.without_names(u, [c.id])),
    "export": (Right.EXPORT, lambda h, u, c: h.export(u, c.id)),
    "reviewed": (Right.EXPORT, lambda h, u, c: h.reviewed(u)),
    "reviewed_cells": (Right.EXPORT, lambda h, u, c: h.reviewed_cells(u)),
}  # fmt: skip


def one_cell() -> NewCells:
    """A cell of an image that the case does not have."""
    return NewCells({1: CellFinding(CellBox(1, 2, 3, 4), new_finding(60).finding)})


def new(history: History) -> str:
    """A number or name that nobody has."""
    return f"new-{history.trail.head().seq}"


def test_every_role_and_every_action(history: History, user: int) -> None:
    people: dict[Role | None, int] = {role: history.users.add(user, role, role).id for role in Role}
    people[None] = history.users.add(user, "retired", Role.REVIEWER).id
    history.users.change(user, people[None], active=False)
    for name, (right, act) in ACTIONS.items():
        for role, who in people.items():
            case = history.cases.open(user, CaseDetails(new(history), "P-1"))
            history.findings.record(user, case.id, [new_finding(case.id)])
            if name in ("reviewed", "reviewed_cells", "reviews.sign", "reviews.amend"):
                history.reviews.label(user, image_of(history, case), "blast")
            if name == "reviewed_cells":
                cell = (history.findings.record_cells(user, case.id, one_cell()), 1)
                history.reviews.label_many(user, [cell], "blast")
            if name in ("reviewed_cells", "reviews.amend"):
                history.reviews.sign(user, case.id)
            before = history.trail.head()
            if role is not None and right in RIGHTS[role]:
                act(history, who, case)
                assert history.trail.head() != before or name in ("jobs.create", "jobs.extend"), (name, role)
            else:
                with pytest.raises(HistoryError) as refused:
                    act(history, who, case)
                assert refused.value.reason == HistoryReason.NOT_ALLOWED, (name, role)
                assert history.trail.head() == before, (name, role)
    with pytest.raises(HistoryError, match="no such user"):
        history.cases.open(999_999, CaseDetails("x"))
    assert history.verify().intact


def test_no_method_that_names_a_user_is_missing_above(history: History) -> None:
    from inspect import signature

    rooms = {
        "": history,
        **{name: getattr(history, name) for name in ("cases", "findings", "reviews", "users", "jobs")},
    }
    found = {
        f"{room}.{name}".strip(".")
        for room, thing in rooms.items()
        for name in dir(thing)
        if not name.startswith("_") and callable(getattr(thing, name)) and not isinstance(getattr(thing, name), type)
        and {"user", "by"} & set(signature(getattr(thing, name)).parameters)
    }  # fmt: skip
    assert found == set(ACTIONS)


def test_passwords_are_hashed_and_changed(history: History, store: Store, user: int) -> None:
    anna = history.users.add(user, "Anna", Role.TECHNICIAN, "secret word")
    assert anna.has_password
    with history.ledger.reading() as connection:
        stored = str(list(connection.exec_driver_sql("SELECT * FROM users")))
    assert "$argon2id$" in stored
    assert "secret word" not in stored
    assert history.users.sign_in("Anna", "secret word") == anna
    history.users.change(anna.id, anna.id, password="new word")
    for name, password in (("Anna", "secret word"), ("Anna", ""), ("Nobody", "new word")):
        with pytest.raises(HistoryError) as refused:
            history.users.sign_in(name, password)
        assert refused.value.reason == HistoryReason.WRONG_PASSWORD
    assert history.users.sign_in("Anna", "new word").id == anna.id
    assert [event.changes for event in history.trail.events() if event.act == Act.USER_CHANGED] == [
        {"password": ("", "changed")}
    ]
    for name in ("Anna", " "):
        with pytest.raises(HistoryError):
            history.users.add(user, name, Role.TECHNICIAN)
    with pytest.raises(HistoryError, match="empty"):
        history.users.add(user, "Eve", Role.TECHNICIAN, "")


def test_the_wait_doubles_after_failures_and_outlives_a_restart(store: Store) -> None:
    clock = [1_800_000_000_000_000]
    history = store.open(clock=lambda: clock[0])
    history.users.add(history.users.local().id, "Anna", Role.REVIEWER, "secret word")

    def attempt(password: str) -> str:
        try:
            history.users.sign_in("Anna", password)
        except HistoryError as error:
            return error.reason
        return "in"

    assert [attempt("wrong") for _ in range(4)] == ["wrong_password"] * 3 + ["too_soon"]
    assert attempt("secret word") == "too_soon", "the right one has to wait too"
    history.close()
    history = store.open(clock=lambda: clock[0])
    assert attempt("secret word") == "too_soon"
    clock[0] += 2_000_000
    assert attempt("wrong") == "wrong_password"
    clock[0] += 2_000_000
    assert attempt("wrong") == "too_soon", "now it is four seconds"
    clock[0] += 2_000_000
    assert attempt("secret word") == "in"
    assert attempt("wrong") == "wrong_password", "and it begins anew"
    for _ in range(2):
        attempt("wrong")
    clock[0] -= 86_400_000_000
    assert attempt("secret word") == "in", "a clock that was set back locks nobody out"
    history.close()


def test_somebody_stays_in_charge(history: History, user: int) -> None:
    for change in ({"active": False}, {"role": Role.TECHNICIAN}):
        with pytest.raises(HistoryError, match="somebody must stay"):
            history.users.change(user, user, **change)  # type: ignore[arg-type]
    other = history.users.add(user, "Anna", Role.REVIEWER, "secret word")
    history.users.change(other.id, user, active=False)
    assert [one.active for one in history.users.all()] == [False, True]
    with pytest.raises(HistoryError):
        history.users.sign_in("local")
