"""`leukdesk history`: find cases, prove that nothing was changed, back up, restore, take out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.history_files import add_file_actions, tell_copies, tell_damaged_copies
from leukdesk.cli.session import acting, add_user
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.domain.case import CASE_ORDERS, CaseQuery, CaseStatus
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.report.atomic import replacing

if TYPE_CHECKING:
    from leukdesk.domain.case import Case
    from leukdesk.history.history import History

WHY_ERASED = ("retention", "request", "mistake")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    search = actions.add_parser("search", help="list cases, the newest first")
    search.add_argument(
        "words", nargs="*", help="beginnings of words: accession, pseudonym, label, date, person, model"
    )
    search.add_argument("--status", action="append", choices=[str(one) for one in CaseStatus], default=[])
    search.add_argument("--order", choices=CASE_ORDERS, default="newest")
    search.add_argument("--limit", type=int, default=50, metavar="N")
    search.set_defaults(act=_search)
    verify = actions.add_parser("verify", help="look at every event and every row, and name what was changed")
    verify.add_argument("--mend", action="store_true", help="make what lists show anew from what was recorded")
    verify.set_defaults(act=_verify)
    _add_export(actions.add_parser("export", help="write a case, or all reviewed images for training"))
    actions.add_parser("backup", help="back up the history now").set_defaults(act=_backup)
    restore = actions.add_parser("restore", help="say what is missing, and bring back the newest good backup")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    restore.set_defaults(act=_restore)
    add_file_actions(actions)
    erase = actions.add_parser("erase", help="erase a case for good; a tombstone stays in the audit chain")
    erase.add_argument("case", metavar="CASE", help="accession number")
    erase.add_argument("--why", choices=WHY_ERASED, required=True)
    add_user(erase)
    erase.set_defaults(act=_erase)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", nargs="*", metavar="CASE", help="accession numbers; for training: default all")
    parser.add_argument("--out", type=Path, metavar="FILE.{csv,json}", help="write one case here")
    parser.add_argument(
        "--for-training", type=Path, metavar="DIR", help="copy reviewed images into class folders with a manifest"
    )
    parser.add_argument(
        "--cells", action="store_true", help="for training: single cells that people labelled in signed cases"
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="with --cells: cut them out as wide as this model sees cells; default: the one in use",
    )
    parser.add_argument(
        "--deidentified", type=Path, metavar="DIR", help="write cases here without names, images written anew"
    )
    parser.add_argument(
        "--blank-writing", action="store_true", help="paint over writing in images; without it they are held back"
    )
    add_user(parser)
    parser.set_defaults(act=_export)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 3 where something is wrong or missing."""
    bench = Workbench()
    with closing(bench):
        act: Callable[[Workbench, argparse.Namespace], int] = arguments.act
        return act(bench, arguments)


def _search(bench: Workbench, arguments: argparse.Namespace) -> int:
    statuses = frozenset(CaseStatus(one) for one in arguments.status)
    query = CaseQuery(" ".join(arguments.words), statuses, order=arguments.order)
    with closing(bench.history_to_read()) as history:
        page = history.cases.search(query, limit=max(1, arguments.limit))
    rows = [["ACCESSION", "PATIENT", "RECEIVED", "STATUS", "IMAGES", "OPEN", "LABELS"], *map(_row, page.cases)]
    for line in columns(rows):
        out(plain(line))
    note(f"{len(page.cases)} of {page.total} cases.")
    return exit_status.DONE


def _row(case: Case) -> list[str]:
    details = case.details
    labels = ", ".join(f"{label} {count}" for label, count in case.labels.items())
    received = details.received.isoformat() if details.received else ""
    return [details.accession, details.patient, received, case.status, str(case.images), str(case.unresolved), labels]


def _verify(bench: Workbench, arguments: argparse.Namespace) -> int:
    if arguments.mend:
        bench.history().mend()
    with closing(bench.history_to_read()) as history:
        verdict = history.verify(progress=_told)
        damaged = tell_damaged_copies(history)
    for flaw in verdict.flaws:
        out(f"{flaw.kind:12}event {flaw.seq}: {flaw.what}")
    for line in verdict.notes:
        note(line)
    state = "intact" if verdict.intact else f"NOT intact: {len(verdict.flaws)} flaws"
    out(f"{verdict.events} events, {state}. Head {verdict.head or 'none'}")
    return exit_status.DONE if verdict.intact and not damaged else exit_status.SOME_FAILED


def _told(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of} events" + ("\n" if done == of else ""))


def _backup(bench: Workbench, arguments: argparse.Namespace) -> int:
    made = bench.history().backup()
    out(f"Backed up and verified: {made.seq} events, {plain(made.path)}")
    tell_copies(bench.history())
    return exit_status.DONE


def _restore(bench: Workbench, arguments: argparse.Namespace) -> int:
    plan = bench.history_plan()
    for path in plan.refused:
        note(f"Not whole, passed over: {plain(path.name)}")
    out(str(plan))
    if not arguments.yes and not _asked("Restore? The present files are kept beside it. [y/N] "):
        note("Nothing was changed. `--yes` restores without asking.")
        return exit_status.USAGE
    done = bench.restore_history(plan)
    out(str(done))
    if done.aside is not None:
        note(f"The present files are now in {plain(done.aside)}")
    return exit_status.SOME_FAILED if done.missing else exit_status.DONE


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(question).strip().lower() in ("y", "yes")


def _erase(bench: Workbench, arguments: argparse.Namespace) -> int:
    history = bench.history()
    user = acting(history, arguments.user)
    stone = bench.erase(user.id, named_case(history, arguments.case).id, arguments.why)
    out(f"Erased, also from the backups. Its tombstone is event {stone}.")
    return exit_status.DONE


def _export(bench: Workbench, arguments: argparse.Namespace) -> int:
    if sum(one is not None for one in (arguments.out, arguments.for_training, arguments.deidentified)) != 1:
        advice = "Give one of --out, --for-training, --deidentified."
        raise HistoryError("say where to", reason=HistoryReason.INVALID, advice=advice)
    if (arguments.cells and arguments.for_training is None) or (arguments.model and not arguments.cells):
        advice = "Say --for-training DIR --cells, with --model NAME if another than the one in use."
        raise HistoryError("cells are exported for training alone", reason=HistoryReason.INVALID, advice=advice)
    history = bench.history()
    user = acting(history, arguments.user).id
    cases = [named_case(history, one).id for one in arguments.cases]
    if arguments.for_training is not None:
        return _export_training(bench, user, cases, arguments)
    if arguments.deidentified is not None:
        return _export_deidentified(bench, user, cases, arguments)
    return _export_case(bench, user, cases, arguments.out)


def _export_case(bench: Workbench, user: int, cases: list[int], path: Path) -> int:
    from leukdesk.report.case_table import write_case_csv, write_case_json

    if len(cases) != 1 or path.suffix.lower() not in (".csv", ".json"):
        raise HistoryError(
            "one case goes into one file", reason=HistoryReason.INVALID, advice="Name a CASE, and a .csv or .json file."
        )
    with replacing(path) as stream:
        record = bench.history().export(user, cases[0])
        (write_case_json if path.suffix.lower() == ".json" else write_case_csv)(record, stream)
    note(f"Written: {plain(path)}. It holds the case's identifiers.")
    return exit_status.DONE


def _export_deidentified(bench: Workbench, user: int, cases: list[int], arguments: argparse.Namespace) -> int:
    if not cases:
        raise HistoryError("no case is named", reason=HistoryReason.INVALID, advice="Name one CASE or more.")
    done = bench.export_deidentified(user, cases, arguments.deidentified, blank=arguments.blank_writing)
    for one in done.held_back:
        note(f"held back: {plain(one.path)}: {one.why}")
    where = plain(arguments.deidentified)
    note(f"{done.images} images written to {where}, {done.blanked} with writing painted over.")
    note("Look at every image before it leaves your laboratory: faint or slanted writing may have been passed over.")
    return exit_status.SOME_FAILED if done.held_back else exit_status.DONE


def _export_training(bench: Workbench, user: int, cases: list[int], arguments: argparse.Namespace) -> int:
    folder = arguments.for_training
    if arguments.cells:
        for name in _unsigned(bench.history(), cases):
            note(f"left out: {plain(name)}: it is not signed")
        done = bench.export_cells_for_training(user, cases, folder, model=arguments.model)
    else:
        done = bench.export_for_training(user, cases, folder)
    for path, why in done.left_out:
        note(f"left out: {plain(path)}: {why}")
    what = "cells" if arguments.cells else "images"
    note(f"{done.written} {what} written to {plain(folder)}, {len(done.left_out)} left out.")
    return exit_status.SOME_FAILED if done.left_out else exit_status.DONE


def _unsigned(history: History, cases: list[int]) -> list[str]:
    found = [history.cases.get(one) for one in cases]
    return [one.details.accession for one in found if one.status is not CaseStatus.SIGNED]


def named_case(history: History, accession: str) -> Case:
    """The case of this accession number. Raises `HistoryError` NOT_FOUND."""
    found = history.cases.by_accession(accession)
    if found is None:
        raise HistoryError(
            "there is no case with this accession number",
            reason=HistoryReason.NOT_FOUND,
            advice="`leukdesk history search` lists the cases.",
        )
    return found
