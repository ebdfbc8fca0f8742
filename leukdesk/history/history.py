"""The case history of one laboratory, as one object.

    history = open_history(folder)
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails("24-0117", patient="P-7", specimen=Specimen.BLOOD))
    history.findings.record(user, case.id, [NewFinding(finding)])
    history.reviews.label(user, image_id, "blast", why="Auer rod")
    history.reviews.sign(user, case.id)

Every writing method returns once what it wrote is on the disk with its audit event, and raises `HistoryError` where it
wrote nothing. All methods may be called from any thread, and block: never call them on the GUI thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from leukdesk.domain.audit import Act, Verdict
from leukdesk.domain.case import Case, CaseRecord
from leukdesk.domain.image import ImageSource
from leukdesk.domain.reviewed import ReviewedCell, ReviewedImage
from leukdesk.domain.taken_out import TakenOut
from leukdesk.history.backup import Backup, backups, make_backup, remove_older
from leukdesk.history.cases import Cases
from leukdesk.history.copies import Copies
from leukdesk.history.daily_work import DailyWork
from leukdesk.history.erasure import WhyErased, cases_before, erase_case, images_with
from leukdesk.history.findings import Findings
from leukdesk.history.head import HeadFile
from leukdesk.history.index_check import mend_index
from leukdesk.history.jobs import Jobs
from leukdesk.history.ledger import SYSTEM, Ledger, now_us
from leukdesk.history.moments import moment
from leukdesk.history.most_useful import MostUseful
from leukdesk.history.reviews import Reviews
from leukdesk.history.taking_out import cases_without_names, export_case, reviewed_cells, reviewed_images
from leukdesk.history.trail import Trail
from leukdesk.history.users import Users, first_user
from leukdesk.history.verify import verify

BACKUP_EVERY_S = 30 * 60


class History:
    """Cases, findings, reviews, users, jobs and the audit chain of one store.

    `cases` opens, corrects, searches and reads cases; `findings` records images and what models said, and knows images
    again by their hash; `reviews` labels, comments, signs and amends; `users` has accounts and passwords; `jobs` keeps
    batches; `trail` reads the chain and whole cases; `daily` what came in day by day; `useful` what to label next.
    """

    def __init__(
        self,
        ledger: Ledger,
        folder: Path,
        *,
        clock: Callable[[], int] = now_us,
        on_close: Callable[[], None] = lambda: None,
    ):
        """Use `leukdesk.history.opening` to open one."""
        self.ledger, self.folder, self._clock = ledger, folder, clock
        self.users = Users(ledger, clock)
        self.cases = Cases(ledger)
        self.copies = Copies(copies_folder(folder))
        self.keep_copies = False  # whether recorded images are copied
        self.findings = Findings(ledger, self._keep)
        self.reviews = Reviews(ledger, self.users)
        self.jobs = Jobs(ledger, self._keep)
        self.trail = Trail(ledger)
        self.daily = DailyWork(ledger)
        self.useful = MostUseful(ledger)
        self._on_close = on_close
        self._backed_up: tuple[float, int] | None = None

    def verify(self, *, after: int = 0, progress: Callable[[int, int], None] | None = None) -> Verdict:
        """Look at every event after one, at the rows it recorded, and at the end of the chain; changes nothing.

        `progress` is told how many of how many events were looked at.
        """
        with self.ledger.reading() as connection:
            return verify(connection, self.ledger.kept_head(), after=after, progress=progress)

    def mend(self) -> None:
        """Make what lists and searches show anew from what was recorded."""
        mend_index(self.ledger)

    def erase(self, user: int, case_id: int, why: WhyErased) -> int:
        """Erase a case; its tombstone stays in the chain, and no backup or copy that holds it. Needs ERASE."""
        return self.erase_all(user, [case_id], why)[0]

    def erase_all(self, user: int, case_ids: Sequence[int], why: WhyErased) -> list[int]:
        """As `erase`, of many cases, one after the other; returns their tombstones."""
        stones, hashes = [], set[str]()
        try:
            for case_id in case_ids:
                own = {one.sha256 for one in self.findings.images(case_id)}
                stones.append(erase_case(self.ledger, user, case_id, why))
                hashes |= own
        finally:  # also for those before one that could not be erased
            self._forget_what_was_erased(hashes, some=bool(stones))
        return stones

    def _forget_what_was_erased(self, hashes: set[str], *, some: bool) -> None:
        for sha256 in hashes - images_with(self.ledger, hashes):
            self.copies.forget(sha256)
        self.copies.sweep()
        if some and self.ledger.engine.dialect.name == "sqlite":
            remove_older(self.folder, self.backup())

    def cases_before(self, before: datetime) -> list[Case]:
        """Cases in which nothing happened since a time: what a retention period asks to erase."""
        return [self.cases.get(one) for one in cases_before(self.ledger, before)]

    def copy_images(self, case_id: int) -> tuple[int, int]:
        """Copy the images of a case into the history; returns how many it has now, and how many could not be had."""
        images = self.findings.images(case_id)
        kept = sum(self.copies.keep(one.path, one.sha256) for one in images)
        return kept, len(images) - kept

    def _keep(self, images: Iterable[ImageSource]) -> None:
        if self.keep_copies:
            for one in images:
                self.copies.keep(one.path, one.sha256)

    def export(self, user: int, case_id: int) -> CaseRecord:
        """Everything of a case, after it was recorded that it is taken out. Needs EXPORT."""
        return export_case(self.ledger, user, case_id)

    def without_names(self, user: int, case_ids: Sequence[int]) -> list[TakenOut]:
        """Cases for a de-identified export, which leaves their names out; recorded as taken out. Needs EXPORT."""
        return cases_without_names(self.ledger, user, case_ids)

    def reviewed(self, user: int, case_ids: Sequence[int] = ()) -> list[ReviewedImage]:
        """Images that a person gave a class, for training; see `taking_out.reviewed_images`. Needs EXPORT."""
        return reviewed_images(self.ledger, user, case_ids)

    def reviewed_cells(self, user: int, case_ids: Sequence[int] = ()) -> list[ReviewedCell]:
        """Cells that a person gave a class in signed cases; see `taking_out.reviewed_cells`. Needs EXPORT."""
        return reviewed_cells(self.ledger, user, case_ids)

    def backup(self) -> Backup:
        """Make a backup now, verified; see `backup.make_backup`."""
        made = make_backup(self.ledger.engine, self.folder, self._clock)
        self._backed_up = (time.monotonic(), made.seq)
        return made

    def backup_if_due(self) -> Backup | None:
        """Make a backup if something was recorded and the last one is 30 minutes old; call it now and then."""
        if self.ledger.engine.dialect.name != "sqlite":
            return None
        if self._backed_up is None:
            self._backed_up = self._last_backup()
        since, seq = self._backed_up
        due = time.monotonic() - since >= BACKUP_EVERY_S and self.trail.head().seq > seq
        return self.backup() if due else None

    def _last_backup(self) -> tuple[float, int]:
        """When the last backup was made, on the clock that nobody sets, and what it holds."""
        newest = next(iter(backups(self.folder)), None)
        if newest is None:
            return time.monotonic() - BACKUP_EVERY_S, 0
        age = (moment(self._clock()) - newest.made).total_seconds()
        return time.monotonic() - (age if age >= 0 else BACKUP_EVERY_S), newest.seq

    def close(self) -> None:
        """Close the store; others may open it then."""
        self.ledger.close()
        self._on_close()


def begin(ledger: Ledger) -> None:
    """The first events of a new history."""
    with ledger.writing() as transaction:
        if transaction.seq == 0:
            transaction.append(Act.HISTORY_CREATED, SYSTEM)
            first_user(transaction)


DATABASE, HEAD, LOCK = "history.db", "history.head", "history.lock"


def copies_folder(folder: Path) -> Path:
    """Where the store in a folder keeps copies of images."""
    return folder / "images"


def head_file(folder: Path) -> HeadFile:
    """The head file of the store in a folder."""
    return HeadFile(folder / HEAD)
