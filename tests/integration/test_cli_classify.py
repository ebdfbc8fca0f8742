"""`leukdesk classify` on phantoms with the shipped demonstration bundle: the whole way from file to table."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from leukdesk.domain.vocabulary import RESEARCH_USE
from tests.command_line import Answer, command, in_own_process, in_process

MODEL = "phantom-demo"
SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"
CLASSES = ("blasts", "lymphocytes", "neutrophils")


@pytest.fixture
def smears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a folder `smears` of four phantoms, one of them deeper, and two other files."""
    monkeypatch.chdir(tmp_path)
    phantoms = sorted(SAMPLE.glob("*.png"))
    for number, name in enumerate(["1.png", "2.png", "10.png", "in/1.png"]):
        target = tmp_path / "smears" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(phantoms[number].read_bytes())
    (tmp_path / "smears" / "notes.txt").write_text("no image")
    (tmp_path / "smears" / "in" / "notes.txt").write_text("no image")
    return tmp_path / "smears"


def classify(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    return in_process(capsys, "classify", *arguments, "--model", MODEL)


def rows(path: str = "r.csv") -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_folder_becomes_a_table(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = classify(capsys, "smears", "--out", "r.csv")
    assert answer.status == 0
    assert answer.out == ""
    assert [row["path"] for row in rows()] == ["smears/1.png", "smears/2.png", "smears/10.png"]
    for row in rows():
        assert list(row)[6:9] == [f"p_{name}" for name in CLASSES]
        assert row["sha256"] == hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest()
        assert row["model"] == MODEL
        assert row["label"] in CLASSES
        assert row["probability"] == row[f"p_{row['label']}"] == max(row[f"p_{name}"] for name in CLASSES)
        assert sum(float(row[f"p_{name}"]) for name in CLASSES) == pytest.approx(1, abs=1e-6)
        assert row["decision"] in ("accepted", "unidentified", "rejected")
        assert row["engine"] == "LiteRT CPU"
        assert row["use"] == RESEARCH_USE
    assert "3 images" in answer.err
    assert "1 skipped" in answer.err
    assert "1 folder(s) inside not entered" in answer.err


def test_recursive_enters_folders_and_json_says_the_same(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert classify(capsys, "smears", "--recursive", "--out", "r.json").status == 0
    assert classify(capsys, "smears", "--recursive", "--out", "r.csv").status == 0
    found = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert [row["path"] for row in found] == ["smears/1.png", "smears/2.png", "smears/10.png", "smears/in/1.png"]
    for loaded, read in zip(found, rows(), strict=True):
        assert list(loaded) == list(read)
        assert loaded["label"] == read["label"]
        assert f"{loaded['probability']:.7f}" == read["probability"]
        assert (loaded["error"], read["error"]) == (None, "")


def test_bad_files_are_listed_with_their_reasons_and_the_rest_is_done(
    smears: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (smears / "1.png").read_bytes()
    (smears / "half.png").write_bytes(whole[: len(whole) // 2])
    (smears / "empty.jpg").write_bytes(b"")
    answer = classify(capsys, "smears", "smears/notes.txt", "gone.png", "--out", "r.csv")
    assert answer.status == 3
    errors = {row["path"]: row["error"].split(":")[0] for row in rows() if row["error"]}
    assert errors == {
        "smears/half.png": "truncated",
        "smears/empty.jpg": "empty",
        "smears/notes.txt": "not_an_image",
        "gone.png": "vanished",
    }
    assert sum(bool(row["label"]) for row in rows()) == 3
    for path in errors:
        assert f"failed: {path}: " in answer.err
    assert "4 failed" in answer.err


def test_one_row_for_each_path_also_of_equal_images(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (smears / "copy.png").write_bytes((smears / "1.png").read_bytes())
    classify(capsys, "smears", "smears/1.png", smears, "--out", "r.csv")
    assert [row["path"] for row in rows()] == ["smears/1.png", "smears/2.png", "smears/10.png", "smears/copy.png"]
    assert rows()[0]["sha256"] == rows()[3]["sha256"]


def test_without_out_there_is_a_table_to_read(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = classify(capsys, "smears", "gone.png")
    assert answer.status == 3
    first, *others = answer.out.splitlines()
    assert first.split() == ["gone.png", "FAILED:", "there", "is", "no", "such", "file", "or", "folder"]
    assert [line.split()[0] for line in others] == ["smears/1.png", "smears/2.png", "smears/10.png"]
    assert all("%" in line for line in others)
    assert not (smears.parent / "r.csv").exists()


def test_heatmaps_are_written_one_for_each_image(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = classify(capsys, "smears", "--recursive", "--out", "r.csv", "--heatmaps", "out/heat")
    assert answer.status == 0
    names = ["1", "2", "10", "1-2"]
    expected = {f"{name}.{row['label']}.png" for name, row in zip(names, rows(), strict=True)}
    assert {path.name for path in Path("out/heat").iterdir()} == expected
    with Image.open(SAMPLE / "phantom-01.png") as phantom:
        for path in Path("out/heat").iterdir():
            with Image.open(path) as overlay:
                assert overlay.size == phantom.size
                assert overlay.text["leukdesk-synthetic"] == "1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "PATH"),
        (["smears", "--out", "r.txt"], ".csv, .json or .xlsx"),
        (["smears", "--out", "none/r.csv"], "folder does not exist"),
        (["smears", "--out", "smears.csv"], "this is a folder"),
        (["smears", "--model", "no-such-model"], "phantom-demo"),
        (["smears", "--engine", "cuda"], "litert"),
        (["smears", "--heatmaps", "smears/notes.txt/h"], "notes.txt"),
    ],
)
def test_what_cannot_be_done_is_a_matter_of_usage(
    smears: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    Path("smears.csv").mkdir()
    answer = in_process(capsys, "classify", *arguments)
    assert answer.status == 2
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert sorted(path.name for path in Path().iterdir()) == ["smears", "smears.csv"]


def test_wrong_settings_are_named(smears: Path, user_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (user_folder / "config").mkdir()
    (user_folder / "config" / "settings.json").write_text('{"engine": "gpu"}')
    answer = classify(capsys, "smears")
    assert answer.status == 2
    assert "setting engine" in answer.err
    assert "auto, litert, tensorflow" in answer.err


def test_settings_are_used(smears: Path, user_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (user_folder / "config").mkdir()
    (user_folder / "config" / "settings.json").write_text('{"limit_px": 1000, "active_model": "phantom-demo"}')
    answer = in_process(capsys, "classify", "smears", "--out", "r.csv")
    assert answer.status == 3
    assert {row["error"].split(":")[0] for row in rows()} == {"too_large"}
    assert {row["model"] for row in rows()} == {MODEL}


def test_an_empty_folder_is_done_at_once(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("nothing").mkdir()
    answer = classify(capsys, "nothing", "--out", "r.csv")
    assert answer.status == 0
    assert rows() == []
    assert "0 images" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_are_hard_to_say_are_classified(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (smears / "1.png").read_bytes()
    names = ["=1+1.png", "血液 ½.png", "line\nbreak.png", "x" * 240 + ".png", os.fsdecode(b"caf\xe9.png")]
    for name in names:
        Path(name).write_bytes(whole)
    answer = classify(capsys, *(f"./{name}" for name in names), "--out", "r.csv", "--heatmaps", "h")
    assert answer.status == 0
    assert [row["path"] for row in rows()] == ["./=1+1.png", *names[1:4], "caf\\udce9.png"]
    assert {row["label"] for row in rows()} == {rows()[0]["label"]}
    assert len(list(Path("h").iterdir())) == len(names)
    screen = classify(capsys, *(f"./{name}" for name in names))
    assert len(screen.out.splitlines()) == len(names)
    assert "line\\nbreak.png" in screen.out


def test_as_a_process_it_loads_neither_tensorflow_nor_qt_and_draws_no_bar(smears: Path) -> None:
    script = (
        "import sys; from leukdesk.__main__ import main; sys.argv = ['leukdesk', *sys.argv[1:]]; status = main();"
        "loaded = {name.split('.')[0] for name in sys.modules};"
        "print(sorted(loaded & {'tensorflow', 'keras', 'jax', 'torch', 'PySide6'}));"
        "sys.exit(status)"
    )
    executable, *_ = command()
    done = subprocess.run(
        [executable, "-c", script, "classify", "smears", "--model", MODEL, "--out", "r.csv", "--heatmaps", "h"],
        env={**os.environ, "PYTHONPATH": str(SAMPLE.parents[1])},
        cwd=smears.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
    assert "\r" not in done.stderr
    assert "%|" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs a terminal as POSIX has them")
def test_on_a_terminal_there_is_a_bar_on_stderr(smears: Path) -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    done = subprocess.run(
        command("classify", "smears", "--model", MODEL, "--out", "r.csv"),
        env={**os.environ, "PYTHONPATH": str(SAMPLE.parents[1])},
        cwd=smears.parent,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=120,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.stdout == b""
    assert "0/3" in shown
    assert "3 images" in shown


@pytest.mark.skipif(os.name == "nt", reason="Windows interrupts in another way")
def heed_interrupts() -> None:
    """In a child: a shell that runs the tests in the background has its children ignore the interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_ends_it_and_leaves_no_half_table(smears: Path) -> None:
    for number in range(300):
        (smears / f"more-{number}.png").write_bytes((smears / "1.png").read_bytes())
    running = subprocess.Popen(
        command("classify", "smears", "--model", MODEL, "--heatmaps", "h", "--out", "r.csv"),
        env={**os.environ, "PYTHONPATH": str(SAMPLE.parents[1])},
        cwd=smears.parent,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    with running:
        while not Path("h").is_dir() or not any(Path("h").iterdir()):
            assert running.poll() is None, "it ended before it could be interrupted"
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert sorted(path.name for path in Path().iterdir()) == ["h", "smears"]


@pytest.mark.slow
def test_the_engines_agree_on_every_row(smears: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = in_own_process(
        "classify", smears, "--recursive", "--model", MODEL, "--engine", "tensorflow", "--out", smears / "tf.csv"
    )
    assert answer.status == 0, answer.err
    classify(capsys, smears, "--recursive", "--engine", "litert", "--out", "r.csv")
    for one, other in zip(rows(), rows(str(smears / "tf.csv")), strict=True):
        assert (one["path"], one["label"], one["decision"]) == (other["path"], other["label"], other["decision"])
        assert one["engine"].startswith("LiteRT")
        assert other["engine"].startswith("TensorFlow")
        for name in CLASSES:
            assert float(one[f"p_{name}"]) == pytest.approx(float(other[f"p_{name}"]), abs=1e-4)
