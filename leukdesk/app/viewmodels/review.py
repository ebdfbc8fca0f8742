"""A review: the answers of one case, one after the other, each confirmed or corrected by a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leukdesk.app.viewmodels.ports import PictureSource
from leukdesk.app.viewmodels.review_pictures import AHEAD, ReviewPictures
from leukdesk.app.viewmodels.review_queue import ReviewItem, review_queue
from leukdesk.app.workers.lanes import Lane, Token
from leukdesk.domain.case import Case, CaseRecord, CaseStatus
from leukdesk.domain.errors import KnownError
from leukdesk.domain.review import NO_CLASS, UNIDENTIFIED

if TYPE_CHECKING:
    from leukdesk.app.viewmodels.casebook import Casebook
    from leukdesk.history.history import History

_LOCKED = (CaseStatus.SIGNED, CaseStatus.FIRST_SIGNED)
Queue = Callable[["History"], list[ReviewItem]]  # what is to be judged, read on the history's lane
_Before = list[tuple[ReviewItem, str, str, datetime | None]]  # each as it was: label, author, time


class ReviewState(StrEnum):
    """What there is to see of a review."""

    LOADING = "loading"
    FAILED = "failed"
    EMPTY = "empty"  # the case holds no answers
    JUDGING = "judging"
    DONE = "done"  # nothing is left that nobody has looked at


class Refusal(StrEnum):
    """Why a key had no effect."""

    READ_ONLY = "read_only"  # signed, or nobody is signed in
    UNSEEN = "unseen"  # the picture is not there yet
    NO_PICTURE = "no_picture"  # nor will it be: only what gives no class may be said
    BLIND = "blind"  # the model's answer is hidden, so that it cannot be accepted
    NO_ANSWER = "no_answer"  # the model gave none


class ReviewSession(QObject):
    """One person's way through one case.

    What is said is shown at once and written behind it, in order; `failed` tells what could not be written, and then
    all is read anew. Undo goes back to the beginning of the session; it writes what was before as a new label, so that
    nothing is overwritten.
    """

    moved = Signal()  # another item, or another state
    changed = Signal()  # labels, progress, what can be undone
    pictured = Signal()  # the item's picture is there, or cannot be read
    refused = Signal(object)  # Refusal
    failed = Signal(object)  # KnownError

    def __init__(self, casebook: Casebook, lane: Lane, pictures: PictureSource, parent: QObject | None = None) -> None:
        """`lane`: where pictures are read."""
        super().__init__(parent)
        self._casebook = casebook
        self.pictures = ReviewPictures(lane, pictures, self)
        self.pictures.arrived.connect(self._picture_arrived)
        casebook.user_changed.connect(self._follow_user)
        self.blind = False  # whether the model's answer is hidden until a person gave his own
        self._case: Case | None = None
        self._queue: Queue | None = None  # of images of many cases, instead of one case
        self._items: list[ReviewItem] = []
        self._places: dict[tuple[int, int], int] = {}
        self._at = 0
        self._state = ReviewState.EMPTY
        self._error: KnownError | None = None
        self._passed: set[int] = set()  # places where something was said in this session
        self._undo: list[_Before] = []
        self._speaker = ""  # who said what can be undone
        self._untold = False  # whether something was written of which nobody knows
        self._token = Token()

    # -- how it stands

    @property
    def state(self) -> ReviewState:
        """What there is to see."""
        return self._state

    @property
    def error(self) -> KnownError | None:
        """Why the case could not be read."""
        return self._error

    @property
    def case(self) -> Case | None:
        """The case, as it was when the review began."""
        return self._case

    @property
    def items(self) -> Sequence[ReviewItem]:
        """All answers in the order of review."""
        return self._items

    @property
    def item(self) -> ReviewItem | None:
        """What is judged now."""
        return self._items[self._at] if self._state is ReviewState.JUDGING else None

    @property
    def place(self) -> int:
        """Which item that is, from 0."""
        return self._at

    @property
    def read_only(self) -> bool:
        """Whether nothing may be said: the case is signed, or nobody is signed in."""
        locked = self._queue is None if self._case is None else self._case.status in _LOCKED
        return locked or self._casebook.user is None

    @property
    def in_queue(self) -> bool:
        """Whether what is judged was picked out of cases, so that nothing is to be signed at its end."""
        return self._queue is not None

    @property
    def reviewed(self) -> int:
        """How many answers a person has looked at."""
        return sum(bool(one.label) for one in self._items)

    @property
    def unidentified(self) -> int:
        """How many a person could not identify either: they block sign-off."""
        return sum(one.label == UNIDENTIFIED for one in self._items)

    @property
    def can_undo(self) -> bool:
        """Whether something was said in this session that was not taken back."""
        return bool(self._undo)

    @property
    def reveals(self) -> bool:
        """Whether the model's answer to this item may be shown."""
        return not self.blind or self.read_only or (self.item is not None and bool(self.item.label))

    # -- what the user does

    def open(self, case_id: int) -> None:
        """Begin with a case."""
        self._begin(None)
        self._token = self._casebook.read(lambda history: history.trail.case(case_id), self._take, self._refuse)

    def open_queue(self, queue: Queue) -> None:
        """Begin with images picked out of cases, in the order in which they are given."""
        self._begin(queue)
        self._token = self._casebook.read(queue, self._take_queue, self._refuse)

    def _begin(self, queue: Queue | None) -> None:
        self._tell_changed()
        self._token.cancel()
        self.pictures.clear()
        self._case, self._queue, self._items, self._error = None, queue, [], None
        self._passed, self._undo = set(), []
        self._go(0, ReviewState.LOADING)

    def close(self) -> None:
        """End it; what was said is kept."""
        self._tell_changed()
        self._token.cancel()
        self.pictures.clear()
        self._items, self._undo, self._queue = [], [], None
        self._go(0, ReviewState.EMPTY)

    def say(self, label: str) -> None:
        """Label what is judged with a class of the model, `UNIDENTIFIED` or `NOT_CLASSED`, and go on."""
        item = self.item
        if item is not None and self._may(label):
            self._give([item], label)
            self._advance()

    def press(self, key: str) -> bool:
        """Label by a class's key; tells whether it is one."""
        item = self.item
        if item is None or (label := item.keys.get(key.upper())) is None:
            return False
        self.say(label)
        return True

    def accept(self) -> None:
        """Agree with what is there (one's own word, else the model's answer) and go on."""
        item = self.item
        if item is None:
            return
        if item.label:
            self._passed.add(self._at)
            self._advance()
        elif not self.reveals:
            self.refused.emit(Refusal.BLIND)
        elif not item.accepted:
            self.refused.emit(Refusal.NO_ANSWER)
        else:
            self.say(item.finding.label)

    def accept_all(self, items: Sequence[ReviewItem]) -> None:
        """Agree with the model on all of these, to which it gave one class; one step to undo."""
        if self.read_only or self.blind:
            self.refused.emit(Refusal.READ_ONLY if self.read_only else Refusal.BLIND)
        elif items:
            self._give(items, items[0].finding.label)
            self._advance()

    def correct(self, item: ReviewItem, label: str) -> None:
        """Label one that is seen elsewhere than in the review itself, as in a gallery."""
        if self.read_only:
            self.refused.emit(Refusal.READ_ONLY)
        else:
            self._give([item], label)

    def skip(self) -> None:
        """Leave it as it is and look at the next one; after the last, at what was left."""
        if self._state is ReviewState.JUDGING:
            if self._at + 1 < len(self._items):
                self._go(self._at + 1)
            else:
                self._advance()

    def back(self) -> None:
        """Look at the one before again."""
        if self._state is ReviewState.DONE:
            self._go(self._at)
        elif self._state is ReviewState.JUDGING and self._at > 0:
            self._go(self._at - 1)

    def undo(self) -> None:
        """Take back what was said last, and look at it again."""
        if not self._undo or self.read_only:
            return
        before = self._undo.pop()
        for label in dict.fromkeys(old for _, old, _, _ in before):
            self._write([item for item, old, _, _ in before if old == label], label)
        for item, label, author, at in before:
            item.label, item.author, item.at = label, author, at
            self._passed.discard(self._places[item.target])
        self._go(self._places[before[0][0].target])
        self.changed.emit()

    def next_ones(self) -> None:
        """What is picked out of the cases now, after what was picked before was looked at."""
        if self._queue is not None:
            self.open_queue(self._queue)

    def look_again(self) -> None:
        """Go through what is still unidentified once more."""
        self._passed.clear()
        self._advance()

    def read_again(self) -> None:
        """Read the item's picture anew, as after its disk was connected."""
        if self.item is not None:
            self.pictures.forget(self.item.image.path)
            self._want_pictures()
            self.pictured.emit()

    # -- labels

    def _may(self, label: str) -> bool:
        """Nobody judges what he did not see."""
        item = self.item
        assert item is not None  # for the type checker: `say` has looked
        why: Refusal | None = None
        if self.read_only:
            why = Refusal.READ_ONLY
        elif self.pictures.picture(item.image.path) is None and label not in NO_CLASS:
            why = Refusal.UNSEEN if self.pictures.error(item.image.path) is None else Refusal.NO_PICTURE
        if why is not None:
            self.refused.emit(why)
        return why is None

    def _give(self, items: Sequence[ReviewItem], label: str) -> None:
        user = self._casebook.user
        assert user is not None  # for the type checker: `read_only` has looked
        self._undo.append([(one, one.label, one.author, one.at) for one in items])
        self._write(items, label)
        for one in items:
            one.label, one.author, one.at = label, user.name, datetime.now(UTC)
            self._passed.add(self._places[one.target])
        self.changed.emit()

    def _write(self, items: Sequence[ReviewItem], label: str) -> None:
        user, case = self._casebook.user, self._case
        assert user is not None  # for the type checker: `read_only` has looked
        targets = [one.target for one in items]

        def label_all(history: History) -> list[int]:
            return history.reviews.label_many(user.id, targets, label)

        # Not `write`: whoever follows this case would read it anew after each key. `_tell_changed` does it once.
        self._casebook.read(label_all, lambda _: None, partial(self._not_written, case.id if case else None))
        self._untold = True

    def _tell_changed(self) -> None:
        """Once what was said is written, let everybody know who shows this case."""
        if self._untold:
            self._casebook.write(lambda history: None, case_id=self._case.id if self._case is not None else None)
        self._untold = False

    def _follow_user(self) -> None:
        """What one person said is not another's to take back by a key."""
        user = self._casebook.user
        if user is not None and user.name != self._speaker:
            self._undo, self._speaker = [], user.name
        self.changed.emit()

    def _not_written(self, case_id: int | None, error: Exception) -> None:
        """What is shown is no longer what is kept: read it anew."""
        if case_id is None and self._queue is not None:
            self.open_queue(self._queue)
        elif case_id is not None and self._case is not None and self._case.id == case_id:
            self.open(case_id)
        if isinstance(error, KnownError):
            self.failed.emit(error)

    # -- going from one to the next

    def _advance(self) -> None:
        """To the next that nobody looked at or identified before this session; round to those that were skipped."""
        count = len(self._items)
        order = [(self._at + step) % count for step in range(1, count + 1)]
        following = next((at for at in order if self._items[at].waits and at not in self._passed), None)
        if following is None:
            self._tell_changed()
            self._go(self._at, ReviewState.DONE)
        else:
            self._go(following)

    def _go(self, place: int, state: ReviewState = ReviewState.JUDGING) -> None:
        self._at, self._state = place, state
        self._want_pictures()
        self.moved.emit()

    def _want_pictures(self) -> None:
        item = self.item
        if item is not None:
            following: dict[Path, None] = {}
            for one in self._items[self._at + 1 :]:
                if len(following) == AHEAD:
                    break
                following[one.image.path] = None
            self.pictures.want(item.image.path, list(following))

    def _picture_arrived(self, path: Path) -> None:
        if self.item is not None and self.item.image.path == path:
            self.pictured.emit()

    # -- what comes back

    def _take(self, record: CaseRecord) -> None:
        self._case = record.case
        self._take_items(review_queue(record))

    def _take_queue(self, items: list[ReviewItem]) -> None:
        self._take_items(items)

    def _take_items(self, items: list[ReviewItem]) -> None:
        self._items = items
        self._places = {one.target: place for place, one in enumerate(self._items)}
        if not self._items:
            self._go(0, ReviewState.EMPTY)
        elif self._items[0].waits or self.read_only:
            self._go(0)
        else:
            self._go(0, ReviewState.DONE)
        self.changed.emit()

    def _refuse(self, error: Exception) -> None:
        self._error = error if isinstance(error, KnownError) else None
        self._go(0, ReviewState.FAILED)
