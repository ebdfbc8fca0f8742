"""Cases and findings: nothing is overwritten, everything is found again."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leukdesk.domain.audit import Act
from leukdesk.domain.case import CASE_ORDERS, Case, CaseDetails, CaseQuery, CaseStatus, Specimen
from leukdesk.domain.errors import HistoryError, HistoryReason
from leukdesk.domain.finding import BundleRef, Decision, DecisionReason
from leukdesk.domain.quality import QualityFlag
from leukdesk.domain.recorded import CellBox, CellFinding, NewFinding
from leukdesk.history.history import History
from tests.findings import make_finding, make_prediction, make_quality
from tests.unit.history.conftest import Store, new_finding


def test_a_case_keeps_every_version_of_its_details(history: History, user: int, case: Case) -> None:
    corrected = CaseDetails(
        "24-0118", "P-8", Specimen.MARROW, "MGG", "100x", 0.07, date(2026, 3, 1), {"WBC": "12.4", "CD34": "+"}
    )
    after = history.cases.correct(user, case.id, corrected, "wrong tube")
    assert after.details == corrected
    assert history.cases.by_accession("24-0117") is None
    assert history.cases.by_accession("24-0118") == after
    record = history.trail.case(case.id)
    assert record.details == (case.details, corrected)
    event = record.timeline[-1]
    assert (event.act, event.user, event.why) == (Act.CASE_CORRECTED, "local", "wrong tube")
    assert event.changes["accession"] == ("24-0117", "24-0118")
    assert event.changes["specimen"] == ("blood", "marrow")
    assert "stain" in event.changes
    unchanged = history.cases.correct(user, case.id, corrected, "looked again")
    assert unchanged == after


def test_an_accession_number_is_used_once_and_needed(history: History, user: int, case: Case) -> None:
    for accession, reason in [("24-0117", HistoryReason.TAKEN), (" \x00", HistoryReason.INVALID)]:
        with pytest.raises(HistoryError) as refused:
            history.cases.open(user, CaseDetails(accession))
        assert refused.value.reason == reason
    with pytest.raises(HistoryError, match="reason is empty"):
        history.cases.correct(user, case.id, CaseDetails("24-0119"), " ")
    assert history.cases.search(CaseQuery()).total == 1


def test_a_finding_is_kept_with_all_it_said(history: History, user: int, case: Case) -> None:
    finding = make_finding(
        "smears/field 1.png",
        make_prediction(0.2, 0.7, novelty=1.25),
        um_per_px=0.1,
        quality=make_quality(QualityFlag.GREY),
        decision=Decision.UNIDENTIFIED,
        reason=DecisionReason.UNCERTAIN,
    )
    (recorded,) = history.findings.record(user, case.id, [NewFinding(finding, 1.5, 999)])
    record = history.trail.case(case.id)
    (image,), (kept,) = record.images, record.findings
    assert (image.sha256, image.path, image.file_size) == (finding.source.sha256, finding.source.path, 999)
    assert (image.um_per_px, image.synthetic, image.case_id) == (0.1, True, case.id)
    assert (kept.id, kept.image_id, kept.bundle, kept.temperature) == (recorded, image.id, finding.bundle, 1.5)
    assert list(kept.probabilities.items()) == list(
        zip(finding.prediction.classes, finding.prediction.probabilities, strict=True)
    )
    assert (kept.novelty, kept.decision, kept.reason) == (1.25, Decision.UNIDENTIFIED, DecisionReason.UNCERTAIN)
    assert kept.quality["flags"] == ["grey"]
    assert kept.quality["sharpness"] == 200.0
    assert record.case.unresolved == 1
    assert record.case.labels == {finding.prediction.label: 1}


def test_the_same_image_again_is_another_finding_of_one_image(history: History, user: int, case: Case) -> None:
    history.findings.record(user, case.id, [new_finding(1), new_finding(2)])
    other = BundleRef("other", "2.0", "f" * 64)
    history.findings.record(user, case.id, [new_finding(1, bundle=other, prediction=make_prediction(0.1, 0.8))])
    record = history.trail.case(case.id)
    assert [len(record.images), len(record.findings)] == [2, 3]
    assert record.case.images == 2
    first = history.findings.of_image(record.images[0].id)
    assert [one.bundle.name for one in first] == ["toy", "other"]
    answer = next(one for one in record.answers if one.image_id == record.images[0].id)
    assert answer.model_label == first[-1].label, "the newest finding is the answer"
    assert sum(record.case.labels.values()) == 2


def test_cells_of_a_field_are_findings_of_their_own(history: History, user: int, case: Case) -> None:
    cells = tuple(CellFinding(CellBox(10.0 * n, 5, 20, 20), make_finding(prediction=make_prediction(0.5 + n / 10)))
                  for n in range(3))  # fmt: skip
    history.findings.record(user, case.id, [NewFinding(make_finding(), cells=cells)])
    record = history.trail.case(case.id)
    assert [one.cell for one in record.findings] == [0, 1, 2, 3]
    assert [one.box for one in record.findings] == [None, *(cell.box for cell in cells)]
    assert [one.cell for one in record.answers] == [1, 2, 3, 0], "least certain first"


def test_an_image_of_no_case_is_known_again_and_used_again(history: History, user: int, case: Case) -> None:
    history.findings.record(user, None, [new_finding(1), new_finding(2)])
    known = history.findings.known([f"{1:064x}", f"{9:064x}"], new_finding().finding.bundle.sha256)
    assert list(known) == [f"{1:064x}"]
    assert history.findings.known([f"{1:064x}"], "e" * 64) == {}
    history.findings.reuse(user, case.id, known[f"{1:064x}"].id, Path("elsewhere.png"))
    record = history.trail.case(case.id)
    assert [one.path for one in record.images] == [Path("elsewhere.png")]
    assert record.findings[0].probabilities == known[f"{1:064x}"].probabilities
    assert len(history.findings.images(None)) == 2


def test_a_moved_file_is_found_by_its_hash_only(history: History, user: int, case: Case) -> None:
    history.findings.record(user, case.id, [new_finding(1)])
    (image,) = history.findings.images(case.id)
    with pytest.raises(HistoryError, match="other content"):
        history.findings.moved(user, image.id, Path("b.png"), "0" * 64)
    history.findings.moved(user, image.id, Path("moved/b.png"), image.sha256)
    (found,) = history.findings.images(case.id)
    assert found.path == Path("moved/b.png")
    assert history.trail.case(case.id).timeline[-1].changes["path"] == (str(image.path), str(found.path))


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.binary(min_size=1, max_size=40).filter(lambda raw: b"\0" not in raw and b"/" not in raw))
def test_any_file_name_comes_back(history: History, user: int, name: bytes) -> None:
    path = Path(os.fsdecode(name))
    case = history.cases.open(user, CaseDetails(f"c{history.trail.head().seq}"))
    finding = make_finding(path)
    history.findings.record(user, case.id, [NewFinding(finding)])
    assert history.findings.images(case.id)[0].path == path


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_can_be_searched_for(history: History, user: int, case: Case, text: str) -> None:
    assert history.cases.search(CaseQuery(text)).total in (0, 1)


def test_search_finds_by_beginnings_of_everything(history: History, user: int) -> None:
    blood = CaseDetails("24-0117", "PÄT 7", Specimen.BLOOD, received=date(2026, 3, 1))
    first = history.cases.open(user, blood)
    second = history.cases.open(user, CaseDetails("25-0200", "Q 9", Specimen.MARROW, received=date(2026, 4, 2)))
    history.findings.record(user, first.id, [new_finding(1)])
    (image,) = history.findings.images(first.id)
    history.reviews.label(user, image.id, "abnormal lymphocyte")

    def found(text: str = "", **filters: object) -> list[int]:
        return [one.id for one in history.cases.search(CaseQuery(text, **filters)).cases]  # type: ignore[arg-type]

    for text in ("24-01", "240117", "0117", "pat", "PÄT 7", "abn", "lympho abnorm", "2026-03", "loca", "toy", "24 toy"):
        assert found(text) == [first.id], text
    assert found("117") == []
    assert found("2026") == found() == [second.id, first.id]
    assert found("25 toy") == found("...") == []
    assert found(label="abnormal lymphocyte") == found(model="toy") == found(reviewer="local") == [first.id]
    assert found(label="abnormal") == []
    assert found(statuses=frozenset({CaseStatus.OPEN})) == found(specimen=Specimen.MARROW) == [second.id]
    assert found(received_from=date(2026, 3, 1), received_to=date(2026, 3, 31)) == [first.id]
    assert found("20", order="received") == [second.id, first.id]
    assert all(set(found(order=one)) == {first.id, second.id} for one in CASE_ORDERS)
    page = history.cases.search(CaseQuery(order="oldest"), offset=1, limit=1)
    assert ([one.id for one in page.cases], page.total) == ([second.id], 2)


def test_earlier_cases_of_the_same_patient(history: History, user: int, case: Case) -> None:
    later = history.cases.open(user, CaseDetails("24-0200", "P-7"))
    nobody = history.cases.open(user, CaseDetails("24-0201"))
    history.cases.open(user, CaseDetails("24-0202"))
    assert [one.id for one in history.trail.case(later.id).earlier] == [case.id]
    assert history.cases.earlier(nobody.id) == []


def test_everything_is_there_after_closing(store: Store) -> None:
    history = store.open()
    user = history.users.local().id
    case = history.cases.open(user, CaseDetails("24-1"))
    history.findings.record(user, case.id, [new_finding(n) for n in range(3)])
    before = history.trail.case(case.id)
    history.close()
    again = store.open()
    assert again.trail.case(case.id) == before
    assert again.users.all() == [again.users.get(user)]
    again.close()
