"""What the page says follows from the figures: each finding turns when its figure does."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from training.audit.findings import LEAK, conclusion, findings, leaks
from training.audit.page import write_audit
from training.audit.refusals import NAMED, STRANGE, Refusals
from training.audit.result import Audit, OtherSplit, Permuted, Transplant, ViewResult
from training.audit.rivals import COLOUR
from training.audit.subject import Facts
from training.audit.views import BACKGROUND, NUCLEI, VIEWS
from training.evaluate import Rows, evaluate
from training.evaluate.compare import compare
from training.splits import GROUPED, OPTIMISTIC, Split
from training.splits import Facts as ImageFacts

CLASSES = ("blast", "lymphocyte")
N = 400
RIVALS = ("majority", COLOUR, "corner only", "border only", "SVM, ImageNet features")


@cache
def rows(share):
    """400 images of 40 patients, of which this share, strewn over the patients, is answered rightly."""
    right = np.random.default_rng(0).permutation(N) < share * N
    truth = np.arange(N) // 10 % 2
    answered = np.where(right, truth, 1 - truth)
    return Rows(
        tuple(f"{i:03d}.png" for i in range(N)),
        tuple(CLASSES[one] for one in truth),
        CLASSES,
        np.eye(2)[answered] * 0.8 + 0.1,
        tuple(f"patient {i // 10}" for i in range(N)),
    )


@cache
def judged(share):
    return evaluate(rows(share), seed=0, resamples=50)


def split(level=GROUPED):
    image_ids = {side: (f"{side}.png",) for side in ("train", "validation", "test")}
    facts = {ids[0]: ImageFacts("blast", side, None) for side, ids in image_ids.items()}
    return Split(
        **image_ids, seed=0, method="holdout", level=level, grouping="patient", dataset_sha256="0" * 64, facts=facts
    )


def an_audit(*, model=0.9, colour=0.5, corner=0.5, views=None, cells=0.9, background=0.1, dealt=0.5, **others):
    """An audit with these accuracies; a view that is not named loses nothing."""
    shares = dict.fromkeys(VIEWS, model) | {NUCLEI: 0.5} | (views or {})
    reached = dict.fromkeys(RIVALS, 0.5) | {COLOUR: colour, "corner only": corner}
    tables = {name: rows(share) for name, share in reached.items()}
    changes = compare(
        {"model": rows(model), **{n: rows(s) for n, s in shares.items()}}, reference="model", seed=0, resamples=50
    )
    found = Audit(
        facts=Facts("Toy", "0" * 64, CLASSES, 32, None, 1.0, 0.5, 0.97, 0),
        split=split(),
        model=judged(model),
        named=1.0,
        rivals={name: judged(share) for name, share in reached.items()},
        against_colour=tuple(compare({**tables, "model": rows(model)}, reference=COLOUR, seed=0, resamples=50)),
        views=tuple(ViewResult(one.model, judged(shares[one.model]), judged(colour), one, 1.0) for one in changes),
        nuclei=(1.0, 0.1),
        transplant=Transplant(judged(cells), judged(background)),
        permuted=Permuted(0.5, {"k-NN, own features": judged(dealt)}),
        other_split=None,
        refusals=(Refusals("test images", (("a.png", NAMED),)),),
    )
    return replace(found, **others)


def weights(audit, about):
    return {one.weight for one in findings(audit) if one.about == about}


def test_a_model_that_reads_cells_has_nothing_against_it():
    audit = an_audit()
    assert {one.weight for one in findings(audit)} == {"for", "note"}
    assert conclusion(findings(audit)).startswith("Nothing here speaks against")
    assert not leaks(findings(audit))


@pytest.mark.parametrize(
    ("changes", "about", "said"),
    [
        ({"colour": 0.9}, "colour", "no evidence of more than colour"),
        ({"corner": 0.9}, "place", "corner of the scale bar reaches 90.0%"),
        ({"views": {"grey": 0.6}}, "shift", "without colour': 60.0%"),
        ({"views": {NUCLEI: 0.8, BACKGROUND: 0.5}}, "mask", "loses 10.0 points when the nuclei are painted over"),
        ({"views": {NUCLEI: 0.9}}, "mask", "as much as on the nuclei, or more"),
        ({"cells": 0.4, "background": 0.6}, "transplant", "and that of the background in 60.0%"),
        ({"dealt": 0.9}, LEAK, "k-NN, own features still reaches 90.0%"),
    ],
)
def test_each_figure_turns_its_finding(changes, about, said):
    assert "against" not in weights(an_audit(), about)
    audit = an_audit(**changes)
    against = [one.sentence for one in findings(audit) if one.weight == "against"]
    assert [one for one in findings(audit) if one.weight == "against" and one.about == about]
    assert said in " ".join(against)


def test_a_leak_decides_the_conclusion():
    found = findings(an_audit(dealt=0.9, colour=0.9))
    assert leaks(found)
    assert "recognised again" in conclusion(found)


def test_what_is_lost_by_group_is_a_leak_only_on_a_random_split():
    other = OtherSplit("by group", {"colour only": judged(0.9)}, {"colour only": judged(0.5)})
    at_random = an_audit(split=split(OPTIMISTIC), other_split=other)
    assert "against" in weights(at_random, LEAK)
    assert "against" in weights(at_random, "score")
    by_group = an_audit(other_split=OtherSplit("at random", {"colour only": judged(0.5)}, {"colour only": judged(0.9)}))
    assert "against" not in weights(by_group, LEAK)


def test_masks_say_little_where_no_nuclei_are_found():
    audit = an_audit(views={NUCLEI: 0.9}, nuclei=(0.2, 0.01))
    assert weights(audit, "mask") == {"note"}
    assert weights(audit, "transplant") == set()


def test_out_of_scope_images_that_get_a_name_count_against_it():
    def folder(named):
        return Refusals("red cells", tuple((f"{i}.png", NAMED if i < named else STRANGE) for i in range(100)))

    inside = an_audit().refusals
    assert weights(an_audit(refusals=(*inside, folder(2))), "scope") == {"note", "for"}
    assert weights(an_audit(refusals=(*inside, folder(20))), "scope") == {"note", "against"}
    assert folder(20).refused.value == 0.8


def test_the_page_is_whole_and_escapes_what_it_is_told(tmp_path):
    facts = replace(an_audit().facts, title="Toy <script>")
    page = write_audit(an_audit(facts=facts), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "fifteen colour statistics" in text
    assert "Research use only" in text or "research use only" in text.lower()
    assert text.count("data:image/png;base64,") == 2
    assert "http" not in text
