"""What came in day by day, as it was measured: for keeping watch on stain, light and camera without labels."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from leukdesk.domain.control import DayOfWork, inputs_of
from leukdesk.domain.finding import Decision
from leukdesk.domain.recorded import WHOLE_IMAGE
from leukdesk.history.ledger import Ledger
from leukdesk.history.tables import bundles, events, predictions

_DAY_US = 86_400_000_000
_MOST = 500  # images of a day that are looked at: the middle of so many is known well enough


class DailyWork:
    """The measures of whole images, by the day on which a model saw them first or again."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def days(self, bundle_sha256: str, *, since: datetime, most: int = 40) -> list[DayOfWork]:
        """At most so many days (UTC) on which this model saw images, the first ones from `since` on, in order.

        Of a day with more than 500 images every so many-th is measured; `images` counts those. Days cost the same in a
        history of any size: what happened on a day is found by the order of events.
        """
        with self._ledger.reading() as connection:
            bundle = connection.scalar(select(bundles.c.event).where(bundles.c.sha256 == bundle_sha256))
            last = connection.scalar(select(func.max(events.c.seq))) or 0
            if bundle is None:
                return []
            at = max(int(bundle), _first_from(connection, since, 1, last))
            found: list[DayOfWork] = []
            while at <= last and len(found) < most:
                day = _day_of(connection, at)
                if day is None:
                    break
                following = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
                end = _first_from(connection, following, at + 1, last)
                if (one := _measured(connection, int(bundle), day, at, end)) is not None:
                    found.append(one)
                at = end
        return found


def _first_from(connection: Connection, moment: datetime, low: int, last: int) -> int:
    """The first event at or after a time, from `low` on; one beyond the last where there is none.

    Events are in the order of time (a clock that was set back is an event of its own, and rare).
    """
    wanted, high = int(moment.timestamp() * 1_000_000), last + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            select(events.c.seq, events.c.at).where(events.c.seq >= middle).order_by(events.c.seq).limit(1)
        ).first()
        if row is None or row.at >= wanted:  # erased cases leave gaps: the next event there is counts
            high = middle
        else:
            low = row.seq + 1
    return low


def _day_of(connection: Connection, at: int) -> str | None:
    found = connection.scalar(select(events.c.at).where(events.c.seq >= at).order_by(events.c.seq).limit(1))
    return None if found is None else datetime.fromtimestamp(found / 1_000_000, UTC).date().isoformat()


def _measured(connection: Connection, bundle: int, day: str, first: int, end: int) -> DayOfWork | None:
    every = max(1, (end - first) // _MOST)
    wanted = (
        select(predictions.c.quality, predictions.c.novelty, predictions.c.decision)
        .where(predictions.c.event >= first, predictions.c.event < end, predictions.c.event % every == 0)
        .where(predictions.c.number == WHOLE_IMAGE, predictions.c.bundle_id == bundle)
    )
    rows = connection.execute(wanted).all()
    if not rows:
        return None
    decided = Counter(row.decision for row in rows)
    qualities = [json.loads(row.quality) for row in rows]
    return DayOfWork(
        day,
        len(rows),
        decided[str(Decision.REJECTED)],
        decided[str(Decision.UNIDENTIFIED)],
        inputs_of(qualities, [row.novelty for row in rows]),
    )
