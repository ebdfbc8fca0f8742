"""`leukdesk history keep | find | retain`: the files of images, and cases that are old enough to be erased."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.cli import exit_status
from leukdesk.cli.session import acting, add_user
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.domain.case import CaseQuery
from leukdesk.domain.errors import HistoryError, HistoryReason

if TYPE_CHECKING:
    from leukdesk.bootstrap import Workbench
    from leukdesk.domain.case import Case
    from leukdesk.history.history import History

_EVERY_CASE = 10_000_000
MEGABYTE = 1e6


def add_file_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What can be said on the command line."""
    keep = actions.add_parser("keep", help="copy the images of cases into the history")
    keep.add_argument("cases", nargs="*", metavar="CASE", help="accession numbers; default: all")
    keep.set_defaults(act=_keep)
    find = actions.add_parser("find", help="look for images whose files were moved, by their content")
    find.add_argument("folder", type=Path, metavar="DIR", help="look here and below")
    find.add_argument("cases", nargs="*", metavar="CASE", help="accession numbers; default: all")
    add_user(find)
    find.set_defaults(act=_find)
    retain = actions.add_parser("retain", help="list cases that nobody touched for years, and erase them if asked to")
    retain.add_argument("--years", type=float, required=True, metavar="N", help="how long your site keeps cases")
    retain.add_argument("--erase", action="store_true", help="erase them for good, after asking")
    retain.add_argument("--yes", action="store_true", help="do not ask")
    add_user(retain)
    retain.set_defaults(act=_retain)


def tell_copies(history: History) -> None:
    """Say what a backup does not hold."""
    kept = history.copies.account()
    if kept.count:
        where = plain(history.folder / "images")
        note(f"{kept.count} copies of images ({kept.size / MEGABYTE:.0f} MB) are not in it: back up {where} as well.")


def tell_damaged_copies(history: History) -> bool:
    """Name copies whose content changed; whether there are any."""
    damaged = history.copies.damaged()
    for path in damaged:
        out(f"{'copy':12}{plain(path.name)}: its content changed")
    return bool(damaged)


def _keep(bench: Workbench, arguments: argparse.Namespace) -> int:
    history, missing = bench.history(), 0
    for case in _cases(history, arguments.cases):
        kept, gone = history.copy_images(case.id)
        missing += gone
        if gone:
            note(f"{plain(case.details.accession)}: {kept} kept, {gone} could not be: gone, or changed since")
    total = history.copies.account()
    out(f"{total.count} copies, {total.size / MEGABYTE:.1f} MB.")
    return exit_status.SOME_FAILED if missing else exit_status.DONE


def _find(bench: Workbench, arguments: argparse.Namespace) -> int:
    history, found, missing = bench.history(), 0, 0
    user = acting(history, arguments.user)
    for case in _cases(history, arguments.cases):
        here, gone = bench.find_moved(user.id, case.id, arguments.folder)
        found, missing = found + here, missing + gone
    out(f"{found} images found again, {missing} still missing.")
    return exit_status.SOME_FAILED if missing else exit_status.DONE


def _retain(bench: Workbench, arguments: argparse.Namespace) -> int:
    if not 0 < arguments.years <= 1000:
        advice = "Give how many years your site keeps cases."
        raise HistoryError("that is no period", reason=HistoryReason.INVALID, advice=advice)
    history, now = bench.history(), datetime.now(UTC)
    old = history.cases_before(datetime.fromtimestamp(now.timestamp() - arguments.years * 365.25 * 86_400, UTC))
    rows = [["ACCESSION", "LAST CHANGED", "STATUS", "IMAGES"], *map(_row, old)]
    for line in columns(rows) if old else ():
        out(plain(line))
    note(f"{len(old)} cases that nobody touched for {arguments.years:g} years.")
    if not old or not arguments.erase:
        return exit_status.DONE
    user = acting(history, arguments.user)
    if not arguments.yes and not _agreed(len(old)):
        note("Nothing was erased. `--yes` erases without asking.")
        return exit_status.USAGE
    stones = bench.erase_for_retention(user.id, [one.id for one in old])
    out(f"Erased {len(stones)} cases, also from the backups. Their tombstones stay in the audit chain.")
    return exit_status.DONE


def _agreed(count: int) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"This cannot be undone. Type the number of cases ({count}) to erase them: ").strip() == str(count)


def _row(case: Case) -> list[str]:
    return [case.details.accession, f"{case.changed:%Y-%m-%d}", case.status, str(case.images)]


def _cases(history: History, names: list[str]) -> list[Case]:
    from leukdesk.cli.history import named_case

    if names:
        return [named_case(history, one) for one in names]
    return list(history.cases.search(CaseQuery(), limit=_EVERY_CASE).cases)
