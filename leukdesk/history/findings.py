"""Images and findings: record them, know them again by their hash, find a moved file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, func, select, update

from leukdesk.domain.audit import Act
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason, Finding
from leukdesk.domain.image import ImageSource
from leukdesk.domain.recorded import WHOLE_IMAGE, CellBox, NewCells, NewFinding, RecordedFinding, RecordedImage
from leukdesk.domain.user import Right
from leukdesk.history import index
from leukdesk.history.cases import require_unsigned
from leukdesk.history.ledger import Ledger, Row, Transaction, canonical
from leukdesk.history.moments import moment, path_text, text_path
from leukdesk.history.tables import answers, bundles, cells, events, images, places, predictions, thumbnails
from leukdesk.history.users import require

# Built once: building a statement costs more than running it.
_BUNDLES = select(bundles.c.event, bundles.c.sha256)
_KNOWN = select(images.c.sha256, images.c.event).where(
    images.c.sha256.in_(bindparam("hashes", expanding=True)), images.c.case_id.is_not_distinct_from(bindparam("case"))
)
_ANSWERED = select(answers.c.image_id, answers.c.number).where(
    answers.c.image_id.in_(bindparam("images", expanding=True))
)
_CHANGED = update(answers).where(answers.c.image_id == bindparam("image"), answers.c.number == bindparam("cell"))


Keep = Callable[[Iterable[ImageSource]], None]


def keep_nothing(_images: Iterable[ImageSource]) -> None:
    """Images stay where they are."""


class Findings:
    """Images and what models said of them."""

    def __init__(self, ledger: Ledger, keep: Keep = keep_nothing) -> None:
        """`keep` is given images that will be recorded, before that: copies are made there, where they are wanted."""
        self._ledger, self._keep = ledger, keep

    def record(self, user: int, case_id: int | None, found: Sequence[NewFinding]) -> list[int]:
        """Record findings in one transaction, one audit event each; returns their ids once they are on the disk.

        An image that the case already has, by its hash, is not added again. None as case: kept, but in no case. Needs
        RECORD; raises `HistoryError` SIGNED for a signed case.
        """
        self._keep(one.finding.source for one in found)
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            if case_id is not None:
                require_unsigned(transaction.connection, case_id)
            return record_findings(transaction, user, case_id, found)

    def record_cells(self, user: int, case_id: int | None, new: NewCells) -> int:
        """Record cells of one image without a finding about the whole of it; returns the image's id.

        Numbers name cells for good: what was said of one before still stands beside what is said now. Needs RECORD;
        raises `HistoryError` SIGNED for a signed case.
        """
        self._keep([one.finding.source for one in new.cells.values()][:1])
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            if case_id is not None:
                require_unsigned(transaction.connection, case_id)
            recording = _Recording(transaction, user, case_id)
            recording.know([one.finding.source.sha256 for one in new.cells.values()][:1])
            image_id = recording.add_cells(new)
            recording.finish()
            return image_id

    def known(
        self, hashes: Iterable[str], bundle_sha256: str, *, case_id: int | None = None
    ) -> dict[str, RecordedFinding]:
        """The newest finding of each of these images by this bundle, by the image's SHA-256: of one case, or of all."""
        wanted = list(hashes)
        found: dict[str, RecordedFinding] = {}
        with self._ledger.reading() as connection:
            for at in range(0, len(wanted), 500):
                condition = images.c.sha256.in_(wanted[at : at + 500]) & (bundles.c.sha256 == bundle_sha256)
                condition = condition if case_id is None else condition & (images.c.case_id == case_id)
                query = _FOUND.where(condition, predictions.c.number == WHOLE_IMAGE)
                for row in connection.execute(query.order_by(predictions.c.event)).mappings():
                    found[row["image_sha256"]] = _finding(row)
        return found

    def reuse(self, user: int, case_id: int | None, finding: int, path: Path) -> int:
        """Record in a case what was found before of the same content, without asking the model; returns its id."""
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            if case_id is not None:
                require_unsigned(transaction.connection, case_id)
            return record_or_reuse(transaction, user, case_id, [(finding, path)])[0]

    def images(self, case_id: int | None, *, limit: int = 1_000_000) -> list[RecordedImage]:
        """Images of a case in the order they came; of no case for None."""
        with self._ledger.reading() as connection:
            return read_images(connection, case_id, limit=limit)

    def of_image(self, image_id: int) -> list[RecordedFinding]:
        """All findings of an image, cells included, in order."""
        with self._ledger.reading() as connection:
            return read_findings(connection, [image_id])

    def moved(self, user: int, image_id: int, path: Path, sha256: str) -> None:
        """Say where an image's file is now. Needs RECORD; raises `HistoryError` INVALID for other content."""
        with self._ledger.writing() as transaction:
            require(transaction.connection, user, Right.RECORD)
            image = read_image(transaction.connection, image_id)
            if image.sha256 != sha256:
                raise HistoryError(
                    "this file has other content than the image that was recorded",
                    reason=HistoryReason.INVALID,
                    advice="Look for the original file.",
                )
            row = {"image_id": image_id, "path": path_text(path)}
            changes = {"path": (path_text(image.path), row["path"])}
            transaction.append(
                Act.IMAGE_FOUND, user, case_id=image.case_id, subject=image_id, changes=changes, rows={places: [row]}
            )

    def thumbnail(self, image_id: int) -> bytes | None:
        """The small picture that was kept of an image."""
        with self._ledger.reading() as connection:
            return connection.scalar(select(thumbnails.c.picture).where(thumbnails.c.image_id == image_id))


def record_findings(transaction: Transaction, user: int, case_id: int | None, found: Sequence[NewFinding]) -> list[int]:
    """As `Findings.record`, within a transaction; whoever calls has checked the right."""
    return record_or_reuse(transaction, user, case_id, found)


def record_or_reuse(
    transaction: Transaction, user: int, case_id: int | None, found: Sequence[NewFinding | tuple[int, Path]]
) -> list[int]:
    """As `record_findings`, some of them known from before: the finding's id, and where its image is now."""
    recording = _Recording(transaction, user, case_id)
    recording.know([one.finding.source.sha256 for one in found if isinstance(one, NewFinding)])
    ids = [recording.add(one) if isinstance(one, NewFinding) else recording.again(*one) for one in found]
    recording.finish()
    return ids


def record_new_cells(transaction: Transaction, user: int, case_id: int, found: Iterable[NewCells]) -> None:
    """Record those of these cells that the case does not have yet, by number, place and model; one event an image."""
    recording = _Recording(transaction, user, case_id)
    for new in found:
        recording.add_new_cells(new)
    recording.finish()


class _Recording:
    """One transaction's findings of one case."""

    def __init__(self, transaction: Transaction, user: int, case_id: int | None) -> None:
        self._transaction, self._user, self._case_id = transaction, user, case_id
        self._images: dict[str, int] = {}
        self._answers: dict[tuple[int, int], Row] = {}
        self._added, self._models = 0, set[str]()
        self._bundles = {row.sha256: row.event for row in transaction.connection.execute(_BUNDLES)}

    def know(self, hashes: list[str]) -> None:
        """Look up which of these images the case already has."""
        for at in range(0, len(hashes), 500):
            given = {"hashes": hashes[at : at + 500], "case": self._case_id}
            found = self._transaction.connection.execute(_KNOWN, given)
            self._images |= {row.sha256: row.event for row in found}

    def add(self, new: NewFinding) -> int:
        seen = {WHOLE_IMAGE: new.finding} | {number: cell.finding for number, cell in enumerate(new.cells, 1)}
        boxes = {number: cell.box for number, cell in enumerate(new.cells, 1)}
        known = new.finding.source.sha256 in self._images
        event, image_id = self._add(seen, boxes, new.temperature, new.file_size)
        if new.thumbnail and not known:
            self._transaction.add(thumbnails, {"image_id": image_id, "picture": new.thumbnail})
        return event

    def add_cells(self, new: NewCells) -> int:
        """Returns the image's id."""
        seen = {number: cell.finding for number, cell in new.cells.items()}
        boxes = {number: cell.box for number, cell in new.cells.items()}
        return self._add(seen, boxes, new.temperature, new.file_size)[1]

    def add_new_cells(self, new: NewCells) -> None:
        if not new.cells:
            return
        first = next(iter(new.cells.values())).finding
        self.know([first.source.sha256])
        image_id = self._images.get(first.source.sha256)
        old = read_findings(self._transaction.connection, [] if image_id is None else [image_id])
        there = {(one.cell, one.box) for one in old if one.bundle == first.bundle}
        fresh = {number: cell for number, cell in new.cells.items() if (number, cell.box) not in there}
        if fresh:
            self.add_cells(replace(new, cells=fresh))

    def _add(
        self, seen: Mapping[int, Finding], boxes: Mapping[int, CellBox], temperature: float, file_size: int
    ) -> tuple[int, int]:
        """One event with findings by their numbers; returns its id and that of the image."""
        first = next(iter(seen.values()))
        bundle_id = self._bundle(first)
        image_id = self._images.get(first.source.sha256)
        rows: dict[Any, list[Row]] = {}
        if image_id is None:
            image_id = self._images[first.source.sha256] = self._transaction.next
            rows[images] = [_image_row(first.source, file_size, self._case_id)]
            self._added += 1
        rows[cells] = [{"number": number} | _box_row(box) for number, box in boxes.items()]
        rows[predictions] = [
            _prediction_row(one, number, image_id, bundle_id, temperature) for number, one in seen.items()
        ]
        return self._append(image_id, rows, first.bundle.name), image_id

    def again(self, finding: int, path: Path) -> int:
        connection = self._transaction.connection
        old = (
            connection.execute(select(predictions).where(predictions.c.event == finding).order_by(predictions.c.number))
            .mappings()
            .all()
        )
        if not old:
            raise HistoryError("there is no such finding", reason=HistoryReason.NOT_FOUND, advice="Classify it again.")
        image = dict(connection.execute(select(images).where(images.c.event == old[0]["image_id"])).mappings().one())
        self.know([image["sha256"]])
        boxes = (
            connection.execute(select(cells).where(cells.c.event == finding).order_by(cells.c.number)).mappings().all()
        )
        seq, image_id = self._transaction.next, self._images.get(image["sha256"])
        rows: dict[Any, list[Row]] = {cells: [_without_event(row) for row in boxes]}
        if image_id is None:
            image_id = seq
            rows[images] = [_without_event(image) | {"case_id": self._case_id, "path": path_text(path)}]
            self._added += 1
        rows[predictions] = [_without_event(row) | {"image_id": image_id} for row in old]
        name = connection.scalar(select(bundles.c.name).where(bundles.c.event == old[0]["bundle_id"]))
        self._images[image["sha256"]] = image_id
        return self._append(image_id, rows, name or "")

    def finish(self) -> None:
        """Write what counts now, and bring the case's row up to date."""
        self._write_answers()
        if self._case_id is not None:
            index.refresh(self._transaction, self._case_id, models=self._models, images=self._added)

    def _append(self, image_id: int, rows: dict[Any, list[Row]], model: str) -> int:
        seq = self._transaction.append(
            Act.FINDING_RECORDED, self._user, case_id=self._case_id, subject=image_id, rows=rows
        )
        self._models.add(model)
        for row in rows[predictions]:
            answer = {"image_id": image_id, "number": row["number"], "case_id": self._case_id}
            answer |= {"model_label": row["label"], "probability": row["probability"], "human_label": ""}
            answer["accepted"] = int(row["decision"] == Decision.ACCEPTED)
            self._answers[image_id, row["number"]] = answer
        return seq

    def _write_answers(self) -> None:
        connection, keys = self._transaction.connection, list(self._answers)
        known = set[tuple[int, int]]()
        for at in range(0, len(keys), 500):
            images_here = {image_id for image_id, _ in keys[at : at + 500]}
            found = connection.execute(_ANSWERED, {"images": sorted(images_here)})
            known |= {(row.image_id, row.number) for row in found} & self._answers.keys()
        for key, row in self._answers.items():
            if key not in known:
                self._transaction.add(answers, row)
        for image_id, number in known:
            row = self._answers[image_id, number]
            values = {name: row[name] for name in ("model_label", "probability", "accepted")}
            self._transaction.execute(_CHANGED, [values | {"image": image_id, "cell": number}])

    def _bundle(self, finding: Finding) -> int:
        ref = finding.bundle
        if ref.sha256 not in self._bundles:
            classes = json.dumps(list(finding.prediction.classes), ensure_ascii=False)
            row = {"name": ref.name, "version": ref.version, "sha256": ref.sha256, "classes": classes}
            self._bundles[ref.sha256] = self._transaction.append(Act.BUNDLE_KNOWN, self._user, rows={bundles: [row]})
        number: int = self._bundles[ref.sha256]
        return number


def read_image(connection: Connection, image_id: int) -> RecordedImage:
    """One image. Raises `HistoryError` NOT_FOUND."""
    row = connection.execute(_IMAGES.where(images.c.event == image_id)).mappings().first()
    if row is None:
        raise HistoryError("there is no such image", reason=HistoryReason.NOT_FOUND, advice="It may have been erased.")
    return _image(row)


def read_images(
    connection: Connection, case_id: int | None, *, upto: int | None = None, limit: int
) -> list[RecordedImage]:
    """Images of a case, in the order they came, as of an event."""
    given = {"case": case_id, "upto": _EVERY if upto is None else upto, "most": limit}
    found = {row["event"]: _image(row) for row in connection.execute(_IN_CASE, given).mappings()}
    return list(found.values())


def images_of(connection: Connection, image_ids: Sequence[int]) -> dict[int, RecordedImage]:
    """Images by their ids."""
    found: dict[int, RecordedImage] = {}
    for at in range(0, len(image_ids), 500):
        wanted = _IMAGES.where(images.c.event.in_(image_ids[at : at + 500]))
        found |= {row["event"]: _image(row) for row in connection.execute(wanted).mappings()}
    return found


def read_findings(connection: Connection, image_ids: Sequence[int], upto: int | None = None) -> list[RecordedFinding]:
    """All findings of these images, cells included, in order, as of an event."""
    found: list[RecordedFinding] = []
    for at in range(0, len(image_ids), 500):
        given = {"images": list(image_ids[at : at + 500]), "upto": _EVERY if upto is None else upto}
        found += [_finding(row) for row in connection.execute(_OF_IMAGES, given).mappings()]
    return sorted(found, key=lambda one: (one.id, one.cell))


def _of_event(connection: Connection, table: Table, event: int) -> Sequence[RowMapping]:
    wanted = select(table).where(table.c.event == event).order_by(table.c.number)
    return connection.execute(wanted).mappings().all()


def _images() -> Select[Any]:
    other = places.alias()
    newest = select(func.max(other.c.event)).where(other.c.image_id == images.c.event).scalar_subquery()
    return (
        select(images, events.c.at, places.c.path.label("moved_to"))
        .join(events, events.c.seq == images.c.event)
        .outerjoin(places, places.c.event == newest)
    )


def _selected() -> Select[Any]:
    named = (bundles.c.name.label("bundle_name"), bundles.c.version, bundles.c.sha256, bundles.c.classes)
    box = (cells.c.x, cells.c.y, cells.c.width, cells.c.height)
    return (
        select(predictions, *named, *box, events.c.at, images.c.sha256.label("image_sha256"))
        .join(bundles, bundles.c.event == predictions.c.bundle_id)
        .join(images, images.c.event == predictions.c.image_id)
        .join(events, events.c.seq == predictions.c.event)
        .outerjoin(cells, (cells.c.event == predictions.c.event) & (cells.c.number == predictions.c.number))
    )


_EVERY = 2**62  # a number that no event reaches
_IMAGES, _FOUND = _images(), _selected()
_IN_CASE = (
    _IMAGES.where(images.c.case_id.is_not_distinct_from(bindparam("case")), images.c.event <= bindparam("upto"))
    .order_by(images.c.event)
    .limit(bindparam("most"))
)
_OF_IMAGES = _FOUND.where(
    predictions.c.image_id.in_(bindparam("images", expanding=True)), predictions.c.event <= bindparam("upto")
)


def _image(row: RowMapping) -> RecordedImage:
    return RecordedImage(
        row["event"],
        row["case_id"],
        row["sha256"],
        text_path(row["moved_to"] or row["path"]),
        row["file_size"],
        row["format"],
        row["width"],
        row["height"],
        row["um_per_px"],
        bool(row["synthetic"]),
        moment(row["at"]),
    )


def _finding(row: RowMapping) -> RecordedFinding:
    classes = json.loads(row["classes"])
    return RecordedFinding(
        row["event"],
        row["image_id"],
        row["number"],
        None if row["x"] is None else CellBox(row["x"], row["y"], row["width"], row["height"]),
        BundleRef(row["bundle_name"], row["version"], row["sha256"]),
        row["temperature"],
        row["engine"],
        row["label"],
        row["probability"],
        dict(zip(classes, json.loads(row["probabilities"]), strict=True)),
        row["novelty"],
        Decision(row["decision"]),
        DecisionReason(row["reason"]),
        json.loads(row["quality"]),
        moment(row["at"]),
    )


def _image_row(source: ImageSource, file_size: int, case_id: int | None) -> Row:
    return {
        "case_id": case_id,
        "sha256": source.sha256,
        "path": path_text(source.path),
        "file_size": file_size,
        "format": source.format,
        "width": source.width,
        "height": source.height,
        "bits": source.bits,
        "pages": source.pages,
        "um_per_px": None if source.um_per_px is None else float(source.um_per_px),
        "synthetic": int(source.synthetic),
    }


def _prediction_row(finding: Finding, number: int, image_id: int, bundle_id: int, temperature: float) -> Row:
    prediction = finding.prediction
    return {
        "number": number,
        "image_id": image_id,
        "bundle_id": bundle_id,
        "temperature": float(temperature),
        "engine": finding.engine,
        "label": prediction.label,
        "probability": float(prediction.probability),
        "probabilities": canonical([float(one) for one in prediction.probabilities]).decode(),
        "novelty": float(prediction.novelty),
        "decision": str(finding.decision),
        "reason": str(finding.reason),
        "quality": canonical(asdict(finding.quality)).decode(),
    }


def _box_row(box: CellBox) -> Row:
    return {"x": float(box.left), "y": float(box.top), "width": float(box.width), "height": float(box.height)}


def _without_event(row: Any) -> Row:
    return {key: value for key, value in row.items() if key != "event"}
