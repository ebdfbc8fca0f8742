"""Limits hold the truth as often as they say; the differential stands in ICSH order and counts what it should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leukdesk.domain.differential import (
    Differential,
    LimitsMethod,
    Tally,
    compared,
    corrected_white_count,
    differential,
    in_order,
    is_white,
    pooled,
)
from leukdesk.domain.proportions import Limits, cells_to_settle, difference, goodman, wilson
from leukdesk.domain.vocabulary import ICSH_ORDER

WBC = ("basophil", "eosinophil", "erythroblast", "ig", "lymphocyte", "monocyte", "neutrophil", "platelet")
WBC_NAMES = {one: one.capitalize() for one in WBC}
ICSH_NAMES = {one: one.replace("_", " ") for one in ICSH_ORDER}
# Compositions of phantom slides: normal blood, acute and chronic leukaemia, and one where all are frequent.
SLIDES = {
    "normal": {"band": 3, "segmented": 57, "eosinophil": 3, "basophil": 0.5, "lymphocyte": 29, "monocyte": 7.5},
    "acute": {"blast": 60, "promyelocyte": 2, "myelocyte": 2, "band": 3, "segmented": 12, "lymphocyte": 18},
    "chronic": {"blast": 3, "promyelocyte": 5, "myelocyte": 15, "metamyelocyte": 10, "segmented": 52},
    "even": dict.fromkeys(("blast", "band", "segmented", "eosinophil", "lymphocyte", "monocyte"), 1.0),
}  # fmt: skip


@pytest.mark.parametrize("slide", SLIDES)
@pytest.mark.parametrize("total", [100, 200, 500])
def test_limits_hold_the_truth_as_often_as_they_say(slide, total):
    shares = np.array(list(SLIDES[slide].values())) / sum(SLIDES[slide].values())
    alone, together = [], []
    for drawn in np.random.default_rng(5).multinomial(total, shares, size=1000):
        counts = [int(number) for number in drawn]
        alone += [
            limits.low <= share <= limits.high
            for limits, share in zip([wilson(count, total) for count in counts], shares, strict=True)
        ]
        both = zip(goodman(counts), shares, strict=True)
        together.append(all(limits.low <= share <= limits.high for limits, share in both))
    assert 0.93 <= np.mean(alone) <= 0.97
    assert 0.93 <= np.mean(together) <= 0.985  # Bonferroni's inequality errs towards wide


@pytest.mark.parametrize(
    ("count", "total", "low", "high"), [(5, 100, 0.0215, 0.1118), (25, 500, 0.0341, 0.0728), (0, 100, 0.0, 0.0370)]
)
def test_published_limits(count, total, low, high):
    assert wilson(count, total) == Limits(pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(0, 500), st.integers(0, 500))
def test_limits_enclose_the_share_and_mirror(count, rest):
    total = count + rest
    limits, other = wilson(count, total), wilson(rest, total)
    assert 0 <= limits.low <= (count / total if total else 0.5) <= limits.high <= 1
    if min(count, rest) > 3:
        assert limits.low == pytest.approx(1 - other.high)
    wider = goodman([count, rest, 0])[0]
    assert wider.low <= limits.low + 1e-12
    assert wider.high >= limits.high - 1e-12


@given(st.integers(4, 200), st.integers(5, 400), st.sampled_from([0.01, 0.05, 0.2]))
def test_so_many_more_cells_settle_a_threshold(count, rest, threshold):
    total = count + rest
    more = cells_to_settle(count, total, threshold)
    if not wilson(count, total).straddle(threshold):
        assert more == 0
        return
    assume(more is not None)
    times = -(-(total + more) // total)
    assert not wilson(count * times, total * times).straddle(threshold)
    before = (total + more - 1) // total
    assert wilson(count * before, total * before).straddle(threshold)


def test_a_share_on_the_threshold_is_never_settled():
    assert cells_to_settle(10, 200, 0.05) is None
    assert cells_to_settle(0, 0, 0.05) is None


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="total"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="negative"):
        differential({"neutrophil": -1}, WBC_NAMES)
    with pytest.raises(KeyError):
        differential({"blast": 1}, WBC_NAMES)


def test_order_is_that_of_the_recommendations():
    assert in_order(reversed(ICSH_ORDER)) == list(ICSH_ORDER)
    assert in_order(WBC) == [
        *("ig", "neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte", "erythroblast", "platelet")
    ]
    assert in_order(["my_own", "monocyte", "erythroblast"]) == ["monocyte", "my_own", "erythroblast"]
    assert [one for one in ICSH_ORDER if not is_white(one)] == ["erythroblast", "smudge", "giant_platelet", "artefact"]


def test_cells_that_are_not_white_stand_beside():
    found = differential({"neutrophil": 120, "lymphocyte": 80, "erythroblast": 12, "platelet": 4}, WBC_NAMES)
    assert found.white == 200
    assert found.remaining == 0
    assert found.line("neutrophil").share == 0.6
    assert sum(line.share for line in found.lines) == pytest.approx(1)
    assert {one.class_id: one.per_100 for one in found.beside} == {"erythroblast": 6.0, "platelet": 2.0}
    assert corrected_white_count(10.6, found.nucleated_red_per_100) == pytest.approx(10.0)
    assert found.line("lymphocyte").absolute(10.0) == pytest.approx(4.0)


def test_a_bundle_without_blasts_says_so():
    found = differential({"neutrophil": 10}, WBC_NAMES)
    assert not found.knows_blasts
    assert found.to_settle() == ()


def test_blast_equivalents_are_summed_beside_their_parts():
    names = {"blast": "Blast", "promonocyte": "Promonocyte", "monocyte": "Monocyte"}
    found = differential({"blast": 10, "promonocyte": 10, "monocyte": 80}, names)
    assert [line.class_id for line in found.lines] == ["blast", "promonocyte", "monocyte"]
    assert (found.blasts.count, found.blasts.share) == (20, 0.2)
    assert found.to_settle() == ((0.2, None),)


def test_an_open_threshold_names_the_cells_that_settle_it():
    found = differential({"blast": 15, "segmented": 85}, {"blast": "Blast", "segmented": "Segmented"})
    ((threshold, more),) = found.to_settle()
    assert threshold == 0.2
    assert 100 < more < 200  # 37 of 247 lie just below a fifth


def test_multinomial_limits_are_wider_and_named():
    plain = differential({"neutrophil": 50, "lymphocyte": 50}, WBC_NAMES)
    wide = differential({"neutrophil": 50, "lymphocyte": 50}, WBC_NAMES, method=LimitsMethod.MULTINOMIAL)
    assert wide.method == "Goodman"
    assert wide.line("neutrophil").limits.high > plain.line("neutrophil").limits.high


@given(st.lists(st.dictionaries(st.sampled_from(WBC), st.integers(0, 40)), max_size=6))
def test_images_of_a_case_are_pooled(images):
    total = pooled(images)
    assert sum(total.values()) == sum(sum(one.values()) for one in images)
    found = differential(total, WBC_NAMES)
    assert found.white == sum(number for one, number in total.items() if is_white(one))


def test_a_tally_stops_at_its_target_and_undoes():
    tally = Tally(target=2).add("neutrophil").add("erythroblast").add("lymphocyte")
    assert tally.full
    assert tally.add("monocyte") == tally
    assert tally.undone().counts() == {"neutrophil": 1, "erythroblast": 1}
    assert Tally().undone() == Tally()


def test_two_counts_are_compared():
    def of(neutrophils: int, total: int) -> Differential:
        return differential({"neutrophil": neutrophils, "lymphocyte": total - neutrophils}, WBC_NAMES)

    same = {row.class_id: row for row in compared(of(60, 100), of(130, 200))}
    assert same["neutrophil"].agree
    other = {row.class_id: row for row in compared(of(60, 100), of(180, 200))}
    assert not other["neutrophil"].agree
    assert difference(0, 0, 5, 10) == Limits(-1.0, 1.0)
