"""What the score is evidence of, in sentences: each finding speaks for reading cells, against it, or is only noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from training.audit.refusals import NAMED
from training.audit.result import accuracy
from training.audit.rivals import COLOUR
from training.audit.views import BACKGROUND, NUCLEI, words
from training.evaluate.markup import number, p_value, points
from training.splits import GROUPED

if TYPE_CHECKING:
    from training.audit.result import Audit, ViewResult
    from training.evaluate.compare import Comparison

Weight = Literal["for", "against", "note"]
LEAK = "leak"  # about groups (patients, slides) that the split does not keep apart
_MATERIAL = 0.05  # of accuracy: less is noted, not held against a model
_FEW_NUCLEI = 0.5  # share of images: below it masks say little


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, what it is about (score, colour, place, features, shift, mask, transplant, leak, scope, notes)."""

    about: str
    weight: Weight
    sentence: str


def findings(audit: Audit) -> tuple[Finding, ...]:
    """All findings, in the order of the page."""
    parts = (_score, _colour, _place, _features, _shifts, _masks, _transplant, _lots, _other_split, _scope, _notes)
    return tuple(one for part in parts for one in part(audit))


def conclusion(found: Iterable[Finding]) -> str:
    """The findings in one sentence."""
    against = {one.about for one in found if one.weight == "against"}
    if LEAK in against:
        return (
            "This score is no evidence of reading cells: groups (patients, slides) stand on both sides of the split "
            "and are recognised again. Judge the model on a split by group."
        )
    if against & {"colour", "place"}:
        return "This score is no evidence of reading cells: models that see none do as well."
    if against & {"mask", "transplant"}:
        return (
            "This score is evidence that the images of these classes can be told apart on unseen groups of this data "
            "set, but not that nuclei are what they are told apart by."
        )
    if against:
        return "This score holds for images like these; what stands below limits what it is evidence of beyond them."
    return "Nothing here speaks against the model's reading cells; nothing here proves it for other laboratories."


def leaks(found: Iterable[Finding]) -> bool:
    """Whether the audit caught the split letting groups through."""
    return any(one.about == LEAK and one.weight == "against" for one in found)


def _score(audit: Audit) -> Iterator[Finding]:
    result, split = audit.model, audit.split
    yield Finding(
        "score",
        "note",
        f"On {len(result.rows)} test images ({split.method}, {split.level}) the model is right in "
        f"{number(accuracy(result))}; the limits are resampled over {result.units} {result.unit}s.",
    )
    if split.level != GROUPED:
        sentence = f"The split is {split.level}: images of one patient or slide may stand on both sides."
        yield Finding("score", "against", sentence)


def _colour(audit: Audit) -> Iterator[Finding]:
    gap = _against_colour(audit)
    reached = f"A model that sees only fifteen colour statistics reaches {number(accuracy(audit.rivals[COLOUR]))}."
    test = gap.tests[0]
    by = f"{points(gap.accuracy_difference)}, McNemar p with Holm's correction {p_value(test.p_holm)}"
    if gap.accuracy_difference.low > 0 and test.significant:
        yield Finding("colour", "for", f"{reached} The model is better by {by}.")
    else:
        sentence = (
            f"{reached} The model is not shown to be better ({by}): its score is no evidence of more than colour."
        )
        yield Finding("colour", "against", sentence)


def _against_colour(audit: Audit) -> Comparison:
    """The model against colour only; the model has no name among the rivals."""
    return next(one for one in audit.against_colour if one.model not in audit.rivals)


def _place(audit: Audit) -> Iterator[Finding]:
    ours = accuracy(audit.model)
    for name, seen in (("corner only", "the corner of the scale bar"), ("border only", "the outer edge")):
        theirs = accuracy(audit.rivals[name])
        weight: Weight = "against" if theirs.value >= ours.low else "note"
        yield Finding("place", weight, f"A model that sees only {seen} reaches {number(theirs)}.")


def _features(audit: Audit) -> Iterator[Finding]:
    rivals = {name: one for name, one in audit.rivals.items() if "ImageNet" in name}
    if not rivals:
        return
    best = max(rivals, key=lambda name: accuracy(rivals[name]).value)
    yield Finding(
        "features",
        "note",
        f"A network that never saw a blood cell, with a simple classifier behind it ({best}), reaches "
        f"{number(accuracy(rivals[best]))}.",
    )


def _shifts(audit: Audit) -> Iterator[Finding]:
    shifts = [one for one in audit.views if one.name not in (NUCLEI, BACKGROUND)]
    worst = min(shifts, key=lambda one: accuracy(one.model).value)
    lost = -worst.change.accuracy_difference.value
    lowest = min(accuracy(one.colour).value for one in shifts)
    yield Finding(
        "shift",
        "for" if lost <= _MATERIAL else "against",
        f"Under {len(shifts)} changes that another laboratory, camera or archive might make, the model does worst "
        f"{_under(worst)}: {number(accuracy(worst.model))}; the colour-only model falls to "
        f"{accuracy(worst.colour).value:.1%} there, and to {lowest:.1%} at worst.",
    )
    refused = [one for one in shifts if audit.named - one.named > _MATERIAL]
    if refused:
        listed = ", ".join(f"{words(one.name)} {1 - one.named:.0%}" for one in refused)
        yield Finding("shift", "note", f"Of images so changed the program would refuse a part: {listed}.")


def _under(one: ViewResult) -> str:
    return f"with the images {words(one.name)}" if one.name == "blur" else f"with '{words(one.name)}'"


def _masks(audit: Audit) -> Iterator[Finding]:
    images, pixels = audit.nuclei
    if images < _FEW_NUCLEI:
        sentence = f"Nuclei were found in {images:.0%} of the test images only: masking them says little."
        yield Finding("mask", "note", sentence)
        return
    nuclei, background = audit.view(NUCLEI), audit.view(BACKGROUND)
    without, alone = (-one.change.accuracy_difference.value for one in (nuclei, background))
    figures = (
        f"The model loses {100 * without:.1f} points when the nuclei are painted over "
        f"({accuracy(nuclei.model).value:.1%} left) and {100 * alone:.1f} when everything but the nuclei is blanked "
        f"({accuracy(background.model).value:.1%} left); nuclei are {pixels:.0%} of the pixels."
    )
    if without > alone + _MATERIAL:
        yield Finding("mask", "for", f"{figures} It depends on the nuclei more than on what is around them.")
    else:
        sentence = f"{figures} It depends on red cells, plasma and stain as much as on the nuclei, or more."
        yield Finding("mask", "against", sentence)


def _transplant(audit: Audit) -> Iterator[Finding]:
    if audit.transplant is None or audit.nuclei[0] < _FEW_NUCLEI:
        return
    cells, background = accuracy(audit.transplant.cells), accuracy(audit.transplant.background)
    yield Finding(
        "transplant",
        "for" if cells.low > background.high else "against" if cells.value <= background.value else "note",
        f"With the nuclei of one class on the background of another, the model names the class of the nuclei in "
        f"{number(cells)} and that of the background in {number(background)}.",
    )


def _lots(audit: Audit) -> Iterator[Finding]:
    chance = audit.permuted.chance
    for name, one in audit.permuted.all().items():
        found = accuracy(one)
        begin = f"With labels dealt anew to whole groups, so that no image shows them, {name}"
        if found.low > chance + _MATERIAL:
            yield Finding(
                LEAK,
                "against",
                f"{begin} still reaches {number(found)}, where chance is {chance:.1%}: the test side holds images of "
                "groups that are also in training, and these are recognised.",
            )
        else:
            yield Finding(LEAK, "for", f"{begin} falls to {number(found)}, where chance is {chance:.1%}.")


def _other_split(audit: Audit) -> Iterator[Finding]:
    other = audit.other_split
    if other is None:
        return
    grouped_here = audit.split.level == GROUPED
    for name, here in other.here.items():
        by_group, at_random = (here, other.there[name]) if grouped_here else (other.there[name], here)
        fell = accuracy(at_random).low - accuracy(by_group).high
        sentence = f"{name}: {number(accuracy(at_random))} at random, {number(accuracy(by_group))} by group."
        if not grouped_here and fell > 0:
            yield Finding(LEAK, "against", f"{sentence} What is lost by group was knowledge of groups, not of classes.")
        else:
            yield Finding(LEAK, "note", sentence)


def _scope(audit: Audit) -> Iterator[Finding]:
    for place, one in enumerate(audit.refusals):
        counts = ", ".join(f"{reason} {n}" for reason, n in one.counts.items() if n and reason != NAMED)
        weight: Weight = "note"
        if place and one.refused.value < 0.95:
            weight = "against"
        elif place:
            weight = "for"
        said = f"Of {len(one.decisions)} images in '{one.name}' {number(one.refused)} would be refused"
        yield Finding("scope", weight, f"{said} ({counts})." if counts else f"{said}.")


def _notes(audit: Audit) -> Iterator[Finding]:
    for sentence in (*audit.notes, *audit.model.notes):
        yield Finding("notes", "note", sentence)
    yield Finding(
        "notes",
        "note",
        "Masked and transplanted pictures are such as no microscope takes, and the mask is a classical one that errs; "
        "outlines and sizes of what was painted over can still be seen. They show what a model depends on, not how "
        "well it would do.",
    )


__all__ = ["LEAK", "Finding", "conclusion", "findings", "leaks"]
