"""One shipped model: what adapting it to another look with few images gains there, and loses where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from training.adapt.record import ADAPTED, WAYS, AdaptationRecord, Drawn, LookOf, WayOf
from training.adapt.share import LIMIT, SHARES, UNLIKELY
from training.evaluation_page.markdown import plain, points, share, table
from training.evaluation_page.sources import Model
from training.record import Figure
from training.replay import GUARDED

POINT = 0.01
_POINTS, _LIKELY = f"{100 * LIMIT:g}", f"{100 * (1 - UNLIKELY):.0f}"
_SHARES = ", ".join(f"{one:g}" for one in SHARES)
BOUNDED = (
    f"`leukdesk-train adapt` keeps a share of the change of weights: the largest of {_SHARES} with which at most "
    f"{_POINTS} points are lost, in {_LIKELY} of 100 resamples of whole groups, on up to {GUARDED} original images "
    "that the adaptation neither learns from nor is tested on (all of validation, the rest training images); "
    "where none does, the weights stay as they are. Rule and shares were chosen on validation groups, under other "
    "looks and with other draws. The same test groups had been asked before with all of the change kept (draws 1 "
    "to 5), when single draws lost more than a point there, and with a bound of one point (draws 6 and 7, not in the "
    "tables), when one of four lost 1.05: hence half a point, and other draws (docs/decisions/0039)."
)


def adaptation(model: Model) -> Iterator[str]:
    """Accuracy on unseen images of each look and on the original test images, before and after."""
    found = model.adapted
    if found is None:
        yield "Not measured."
        return
    yield (
        f"In each draw {found.local} images were given another look, divided by group (60 in 100 to train, 20 to "
        "validate and calibrate, 20 held out) and adapted with; they are of groups outside the test set, and their "
        f"groups were left out of the original images shown again. All figures are of the {found.held} test images in "
        f"{found.groups} groups, which no step saw, under that look and as they are; limits are 95 %, resampled over "
        "groups and over draws. 'Right' counts every answer; 'named' is the share to which the program would give a "
        "class at all, neither unsure nor strange; in brackets after ECE stand, once adapted, the least and most of "
        "the draws."
    )
    if any(way.way == ADAPTED for one in found.looks for way in one.ways):
        yield BOUNDED
    yield (
        f"The local images are of the hospital the model was trained on, some of them among its training images "
        f"under their own look: a real second site differs by more than its look. As it is, the model is right in "
        f"{share(found.original)} of the test images."
    )
    for one in found.looks:
        yield from _look(one, found)


def _look(one: LookOf, found: AdaptationRecord) -> Iterator[str]:
    yield f"Look `{one.look}`: {one.words}."
    before = ["as it is", "", share(one.before), "", share(found.original), "", plain(one.ece), _named(one.named)]
    head = ["", "draws", "right under the look", "gain in points", "right as they are", "change in points"]
    head += ["ECE under the look", "named under the look"]
    yield table(head, [before, *(_way(way) for way in one.ways)])
    for way in one.ways:
        each = "; ".join(_draw(draw) for draw in way.draws)
        numbers = f"{way.draws[0].seed} to {way.draws[-1].seed}"
        lost = sum((found.original.value or 0) - draw.original > POINT for draw in way.draws)
        yield (
            f"Draws {numbers}, {WAYS[way.way]}: {each} (per cent right under the look / as they are); {lost} of "
            f"{len(way.draws)} lost more than one point of the images as they are."
        )


def _draw(draw: Drawn) -> str:
    kept = "" if draw.kept is None else f", {100 * draw.kept:.0f} % kept"
    return f"{100 * draw.look:.1f} / {100 * draw.original:.1f}{kept}"


def _way(way: WayOf) -> list[str]:
    figures = [share(way.look), points(way.gain), share(way.original), points(way.change), plain(way.ece)]
    return [WAYS[way.way], str(len(way.draws)), *figures, _named(way.named)]


def _named(one: Figure | None) -> str:
    return "" if one is None else share(one)
