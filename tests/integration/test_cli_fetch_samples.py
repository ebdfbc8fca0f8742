"""Fetching openly licensed fields, against a server on this computer."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from leukdesk import fetch
from leukdesk.bootstrap import Workbench
from leukdesk.domain.errors import Cancelled, DataError, FetchError, OutputError
from leukdesk.fetch import OpenField, OpenFields, read_open_fields
from tests.command_line import in_process

IMAGES = {"a.jpg": b"first image", "b.jpg": b"second image"}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and counts instead of printing."""

    asked: list[str]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()


class Server:
    """A web server of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, list[str]()
        handler = type("Handler", (Quiet,), {"asked": self.asked})
        self._server = HTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "served"
    folder.mkdir()
    for name, data in IMAGES.items():
        (folder / name).write_bytes(data)
    running = Server(folder)
    yield running
    running.close()


def wanted(base_url: str) -> OpenFields:
    fields = tuple(OpenField(name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in IMAGES.items())
    return OpenFields(
        "Two fields", "https://example.org", "CC0", "https://example.org/l", "nobody", "", base_url, fields
    )


def test_what_was_pinned_is_fetched_with_its_source(server: Server, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    paths = fetch.fetch(wanted(server.url), tmp_path / "new" / "fields", progress=lambda *step: steps.append(step))
    assert {path.name: path.read_bytes() for path in paths} == IMAGES
    assert "Licence: CC0" in (tmp_path / "new" / "fields" / "SOURCE.txt").read_text()
    assert steps == [(0, 2), (1, 2), (2, 2)]


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    first = fetch.fetch(wanted(server.url), tmp_path / "fields")
    first[1].write_bytes(b"spoiled")
    assert fetch.fetch(wanted(server.url), tmp_path / "fields") == first
    assert server.asked == ["/a.jpg", "/b.jpg", "/b.jpg"]
    assert first[1].read_bytes() == IMAGES["b.jpg"]


def test_something_else_is_refused_and_not_kept(server: Server, tmp_path: Path) -> None:
    (server.folder / "b.jpg").write_bytes(b"<html>sign in</html>")
    with pytest.raises(FetchError) as refused:
        fetch.fetch(wanted(server.url), tmp_path / "fields")
    assert refused.value.reason == "wrong_hash"
    assert refused.value.subject == "b.jpg"
    assert sorted(path.name for path in (tmp_path / "fields").iterdir()) == ["SOURCE.txt", "a.jpg"]


def test_a_missing_file_and_a_missing_server_are_told_apart(server: Server, tmp_path: Path) -> None:
    (server.folder / "a.jpg").unlink()
    with pytest.raises(FetchError) as refused:
        fetch.fetch(wanted(server.url), tmp_path / "fields")
    assert refused.value.reason == "server"
    assert "404" in str(refused.value)
    with pytest.raises(FetchError) as refused:
        fetch.fetch(wanted("http://127.0.0.1:9"), tmp_path / "fields")
    assert refused.value.reason == "network"
    assert "without a network" in str(refused.value)


def test_cancelling_keeps_what_was_fetched(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        fetch.fetch(wanted(server.url), tmp_path / "fields", cancelled=lambda: bool(server.asked))
    assert (tmp_path / "fields" / "a.jpg").read_bytes() == IMAGES["a.jpg"]
    assert server.asked == ["/a.jpg"]


def test_a_folder_that_cannot_be_made_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        fetch.fetch(wanted(server.url), tmp_path / "file" / "fields")


@pytest.fixture
def resources(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Resources whose list pins the two images; the address is one that leads nowhere."""
    folder = tmp_path / "resources"
    folder.mkdir()
    shipped = json.loads((Path(__file__).parents[2] / "resources" / "open_fields.json").read_text())
    fields = [vars_of(field) for field in wanted("").fields]
    text = json.dumps(shipped | {"base_url": "http://127.0.0.1:9/", "fields": fields})
    (folder / "open_fields.json").write_text(text)
    monkeypatch.setenv("LEUKDESK_RESOURCES", str(folder))
    return folder


def vars_of(field: OpenField) -> dict[str, object]:
    return {"file": field.file, "sha256": field.sha256, "bytes": field.bytes}


def test_the_command_says_the_source_and_prints_the_files(
    server: Server, resources: Path, user_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = in_process(capsys, "fetch-samples", "--base-url", server.url)
    assert answer.status == 0, answer.err
    assert [Path(line).read_bytes() for line in answer.out.splitlines()] == list(IMAGES.values())
    assert all(Path(line).is_relative_to(user_folder) for line in answer.out.splitlines())
    assert "MIT" in answer.err
    assert "github.com/Shenggan/BCCD_Dataset" in answer.err


def test_without_a_network_the_command_says_so(resources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = in_process(capsys, "fetch-samples")
    assert answer.status == 2
    assert "no way to the server" in answer.err
    assert "Traceback" not in answer.err


def test_the_workbench_fetches_for_the_window(server: Server, resources: Path, user_folder: Path) -> None:
    paths = Workbench().fetch_open_fields(base_url=server.url)
    assert [path.read_bytes() for path in paths] == list(IMAGES.values())
    assert paths[0].parent == user_folder / "open-fields"


def test_the_shipped_list_pins_a_few_fields(repository: Path) -> None:
    shipped = read_open_fields(repository / "resources")
    assert shipped.licence == "MIT"
    assert shipped.base_url.startswith("https://")
    assert 3 <= len(shipped.fields) <= 12
    for field in shipped.fields:
        assert Path(field.file).name == field.file
        assert len(bytes.fromhex(field.sha256)) == 32


@pytest.mark.real_data
def test_the_pinned_fields_are_those_of_the_data_set(repository: Path, real_data: Path) -> None:
    for field in read_open_fields(repository / "resources").fields:
        data = (real_data / "bccd" / "JPEGImages" / field.file).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (field.sha256, field.bytes)


@pytest.mark.parametrize("content", ["", "{}", '{"fields": [{"file": "a"}]}'])
def test_a_damaged_list_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "open_fields.json").write_text(content)
    with pytest.raises(DataError):
        read_open_fields(tmp_path)
