"""The log holds what happened and where in the program, and nothing about whose smear it was."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk import logs
from leukdesk.domain.errors import ImageError, ImageReason

SECRET = "Schmidt, Anna 1961"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    yield logs.start(tmp_path / "logs")
    logs.stop()


def written(tmp_path: Path) -> str:
    logs.stop()
    return (tmp_path / "logs" / "leukdesk.log").read_text(encoding="utf-8")


def test_counts_and_codes_are_written(log: logging.Logger, tmp_path: Path) -> None:
    log.info("classified %d images, %.1f/s, engine %s", 12, 41.5, "LiteRT CPU")
    assert "INFO leukdesk: classified 12 images, 41.5/s, engine LiteRT CPU" in written(tmp_path)


@pytest.mark.parametrize(
    "root", ["/" + "home/anna/", "C:" + r"\Users\anna" + "\\", r"\\server\share" + "\\", "../", "~/"]
)
def test_paths_are_hidden_wherever_they_stand(log: logging.Logger, tmp_path: Path, root: str) -> None:
    log.info("opened %s", root + SECRET + "/12.jpg")
    log.info(f"opened '{root}{SECRET}' again")
    log.info("opened %s", Path(root) / SECRET)
    log.info("opened %(path)s", {"path": root + SECRET})
    text = written(tmp_path)
    assert "Schmidt" not in text
    assert "anna" not in text
    assert text.count("opened") == 4


words = st.text(st.characters(blacklist_characters="\"':\n.", blacklist_categories=["Cs", "Cc"]), min_size=1)


@given(words, st.sampled_from(["jpg", "TIFF", "Png"]))
def test_names_of_images_are_hidden(name: str, suffix: str) -> None:
    text = logs.redact(f"damaged: {name}.{suffix}")
    assert text.startswith("damaged:")
    assert "." not in text


def test_an_exception_tells_its_type_and_place_but_not_its_words(log: logging.Logger, tmp_path: Path) -> None:
    def read() -> None:
        raise ImageError("damaged", reason=ImageReason.TRUNCATED, subject=f"/data/{SECRET}.jpg")

    try:
        read()
    except ImageError:
        log.exception("could not open")
    text = written(tmp_path)
    assert "ImageError (truncated)" in text
    assert "test_logs" not in text  # it is not ours as the program sees it: its name may say whose it is
    assert " in read" in text
    assert "Schmidt" not in text
    assert str(Path(__file__).parent) not in text


def test_an_uncaught_exception_is_logged_and_shown(
    log: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[BaseException] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: shown.append(error))
    logs.record_bugs()
    error = ValueError(f"/data/{SECRET}")
    sys.excepthook(ValueError, error, None)
    assert shown == [error]
    text = written(tmp_path)
    assert "CRITICAL leukdesk: bug" in text
    assert "ValueError" in text
    assert "Schmidt" not in text


def test_without_a_writable_folder_the_program_goes_on(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file", encoding="utf-8")
    logs.start(tmp_path / "logs").info("nowhere to write this")
    logs.stop()


def test_old_logs_are_dropped(tmp_path: Path) -> None:
    log = logs.start(tmp_path / "logs")
    for _ in range(60):
        log.info("1 of 2, " * 12_500)
    logs.stop()
    sizes = [path.stat().st_size for path in (tmp_path / "logs").iterdir()]
    assert len(sizes) == 4
    assert max(sizes) <= 1_000_000
