"""What a `bundle.json` may say, and in what words it is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukdesk.bundles.load import load_bundle
from leukdesk.bundles.manifest import check_seal, encode_manifest, parse_manifest
from leukdesk.domain.card import Card
from leukdesk.domain.errors import BundleError, BundleReason
from tests.bundle_factory import KNOWN, forge, make_bundle, make_card, sealed

HASH = "0" * 64
GOOD: dict[str, Any] = json.loads(encode_manifest(make_card(files={"LICENSE": HASH})))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path)


def refusal(data: bytes) -> BundleError:
    with pytest.raises(BundleError) as caught:
        parse_manifest(data, "toy-1.0")
    assert caught.value.subject == "toy-1.0"
    assert caught.value.reason == BundleReason.BAD_MANIFEST
    return caught.value


def changed(**entries: Any) -> bytes:
    return json.dumps({**GOOD, **entries}).encode()


# --- the file ---


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "bundle.json is not valid JSON (line 1, column 1)"),
        (b'{"format": 1,\n "name" "toy"}', "bundle.json is not valid JSON (line 2, column 9)"),
        (b'{"format": 1, "title": "\xff"}', "bundle.json is not UTF-8 text (byte 24)"),
        (b"\xff\xfe{\x00}\x00", "bundle.json is not UTF-8 text (byte 0)"),
        (b"\xef\xbb\xbf{}", "bundle.json is not valid JSON (line 1, column 1)"),
        (b"[" * 200_000, "bundle.json is nested too deeply"),
        (b'{"name": "toy", "name": "other"}', 'bundle.json is not valid: "name" is stated twice'),
        (b'{"seeds": {"a": 1, "a": 2}}', 'bundle.json is not valid: "a" is stated twice'),
        (b'{"temperature": NaN}', "bundle.json is not valid: NaN is not a number"),
        (b'{"temperature": -Infinity}', "bundle.json is not valid: -Infinity is not a number"),
        (b"[]", "bundle.json is not valid: should hold named entries"),
        (b"null", "bundle.json is not valid: should hold named entries"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused_in_words(data: bytes, words: str) -> None:
    assert refusal(data).what == words


def test_a_number_of_very_many_digits_is_refused() -> None:
    assert "bundle.json is not valid" in refusal(b'{"input_size": ' + b"9" * 10_000 + b"}").what


def test_a_later_format_asks_for_an_update() -> None:
    error = refusal(b'{"format": 2, "something": "new"}')
    assert error.what == "bundle.json has format 2, and this leukdesk reads format 1"
    assert "Update leukdesk" in error.advice


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"temperature": 0}, "temperature should be greater than 0"),
        ({"temperature": "1.5"}, "temperature should be a number"),
        ({"temperature": 1e999}, "Infinity is not a number"),
        ({"accept_threshold": 1.5}, "accept_threshold should be less than or equal to 1"),
        ({"input_size": 224.5}, "input_size should be a whole number"),
        ({"input_size": 100_000}, "input_size should be less than or equal to 1024"),
        ({"scope": "slide"}, "scope should be 'field' or 'cell'"),
        ({"format": 0}, "format should be 1"),
        ({"name": "../toy"}, "name is not written as it should be"),
        ({"name": "Toy"}, "name is not written as it should be"),
        ({"name": "toy\n"}, "name is not written as it should be"),
        ({"version": "1"}, "version is not written as it should be"),
        ({"version": "01.0"}, "version is not written as it should be"),
        ({"version": "1٠.0"}, "version is not written as it should be"),
        ({"colour": "red"}, "colour is not an entry leukdesk knows"),
        ({"title": ""}, "title should have at least 1 character"),
        ({"title": "\x1b[2J"}, "title should hold no control characters"),
        ({"title": "two\nlines"}, "title should be one line"),
        ({"limits": ["\u202egnirevoc"]}, "limits[0] should hold no control characters and none that reverse"),
        ({"classes": GOOD["classes"][:1]}, "classes should have more items: 2 at least"),
        (
            {"classes": [{**GOOD["classes"][0], "colour": "red"}] * 2},
            "classes[0].colour is not written as it should be",
        ),
        (
            {"classes": [GOOD["classes"][0], {**GOOD["classes"][1], "id": "benign"}]},
            "is not valid: class ids must differ by more than case",
        ),
        ({"classes": [GOOD["classes"][0], {**GOOD["classes"][0], "id": "Pro"}]}, "class display names must differ"),
        ({"classes": {"0": GOOD["classes"][0]}}, "classes should be a list"),
        ({"novelty": {**GOOD["novelty"], "limit": 1.0}}, "novelty: the novelty limit must be above the median"),
        ({"metrics": [{**GOOD["metrics"][0], "low": 1, "high": 0}]}, "the lower end of an interval must not be above"),
        ({"files": {"LICENSE": "0" * 63}}, "files.LICENSE is not written as it should be"),
        ({"files": []}, "files should hold named entries"),
        ({"seal": "no"}, "seal is not written as it should be"),
        ({"architecture": {"name": "x", "parameters": {"f": [1, "a"]}}}, "architecture.parameters.f should be true or"),
        ({"architecture": {"name": "x", "parameters": {"f": {"g": 1}}}}, "architecture.parameters.f should be true or"),
        ({"architecture": {"name": "os.system"}}, ""),
    ],
)
def test_a_wrong_entry_is_refused_in_words(entries: dict[str, Any], words: str) -> None:
    data = changed(**entries)
    if not words:  # any name is well-formed: which are known is not for the manifest to say
        assert parse_manifest(data, "toy-1.0").architecture.name == "os.system"
        return
    error = refusal(data)
    assert words in error.what
    assert not any(jargon in error.what for jargon in ("Input", "pydantic", "type=", "Value error", "[key]"))


def test_a_missing_entry_is_named() -> None:
    data = json.dumps({key: value for key, value in GOOD.items() if key != "temperature"}).encode()
    assert refusal(data).what == "bundle.json is not valid: temperature is missing"


def test_many_wrong_entries_are_told_in_short() -> None:
    error = refusal(b"{}")
    assert error.what.startswith(
        "bundle.json is not valid: name is missing; version is missing; title is missing; and "
    )
    assert error.what.endswith(" more")


def test_a_hostile_key_cannot_forge_a_message() -> None:
    what = refusal(changed(**{"\x1b[2J\nall is well" + "x" * 5000: 1})).what
    assert what.isprintable()
    assert len(what) < 200


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_no_bytes_end_in_anything_but_a_refusal(data: bytes) -> None:
    refusal(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(GOOD)), value=json_values)
def test_no_value_ends_in_anything_but_a_card_or_a_refusal(key: str, value: Any) -> None:
    with suppress(BundleError):
        assert isinstance(parse_manifest(changed(**{key: value}), "toy-1.0"), Card)


# --- names of files ---


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md", "/etc/passwd.md", "golden/../../evil.md", "golden\\evil.png", "C:evil.md", "C:/evil.md",
        "~/evil.md", "./card.md", "golden//x.png", "golden/", "a/b/c.md", "", ".", "..", ".hidden.md", "a\0.md",
        "a\n.md", "con.md", "golden/NUL.png", "a.md.", "lpt1.tar.md", "übung.md", "x" * 90 + ".md", "golden/-x.png",
        "a b.md",
    ],
)  # fmt: skip
def test_a_listed_name_that_is_no_plain_file_name_is_refused(bundle: Path, name: str) -> None:
    error = list_also(bundle, name)
    assert error.reason == BundleReason.BAD_MANIFEST
    assert "which is not a" in error.what
    assert error.what.isprintable()


@pytest.mark.parametrize(
    "name", ["evil.py", "evil.exe", "golden/evil.dll", "evil", "weights.pkl", "evil.md.sh", "a.PNG"]
)
def test_a_kind_of_file_that_no_bundle_holds_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).write_bytes(b"")
    assert "not a kind of file that a bundle holds" in list_also(bundle, name).what


@pytest.mark.parametrize("name", ["bundle.json", "BUNDLE.json"])
def test_the_manifest_cannot_list_itself(bundle: Path, name: str) -> None:
    assert "cannot hold its own hash" in list_also(bundle, name).what


@pytest.mark.parametrize(
    "name", ["Card.md", "golden/EXPECTED.json", "Golden/x.png", "card.md/x.png", "golden.md/x.png"]
)
def test_names_that_collide_on_another_system_are_refused(bundle: Path, name: str) -> None:
    error = list_also(bundle, name, *(["GOLDEN.md"] if name.startswith("golden.md") else []))
    assert error.reason == BundleReason.BAD_MANIFEST
    assert "cannot lie side by side" in error.what


def list_also(bundle: Path, *names: str) -> BundleError:
    files = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))["files"]
    forge(bundle, files={**files, **dict.fromkeys(names, HASH)})
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle, KNOWN)
    return caught.value


@pytest.mark.parametrize("name", ["weights.safetensors", "model.tflite", "card.md", "LICENSE", "golden/expected.json"])
def test_a_required_file_that_is_neither_there_nor_listed_is_refused(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    forge(bundle)
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle, KNOWN)
    assert caught.value.reason == BundleReason.MISSING_FILE
    assert caught.value.what == f"bundle.json does not list {name}"


def test_novelty_is_stated_and_there_or_neither(bundle: Path) -> None:
    forge(bundle, novelty=None)
    with pytest.raises(BundleError, match=r"lists novelty\.safetensors but states no novelty score"):
        load_bundle(bundle, KNOWN)
    (bundle / "novelty.safetensors").unlink()
    forge(bundle, novelty=GOOD["novelty"])
    with pytest.raises(BundleError, match=r"states a novelty score but lists no novelty\.safetensors"):
        load_bundle(bundle, KNOWN)


def test_more_files_than_a_bundle_holds_are_refused(bundle: Path) -> None:
    assert list_also(bundle, *(f"{n}.md" for n in range(600))).reason == BundleReason.TOO_LARGE


# --- the seal ---


def test_a_card_comes_back_as_it_was_written() -> None:
    card = make_card(title="Größe μ 血", temperature=0.1 + 0.2, files={"LICENSE": HASH, "card.md": HASH})
    data = encode_manifest(card)
    read = parse_manifest(data, "toy-1.0")
    assert read.model_copy(update={"seal": None}) == card
    assert list(json.loads(data))[-1] == "seal"
    assert "Größe μ 血" in data.decode()
    check_seal(data, read, "toy-1.0")


def test_the_seal_is_what_the_format_says() -> None:
    assert sealed({key: value for key, value in GOOD.items() if key != "seal"}) == encode_manifest(
        parse_manifest(json.dumps(GOOD).encode(), "toy-1.0")
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [('"temperature": 1.25', '"temperature": 1.24'), ("A toy for tests", "A model for blood"), ("\n", "\r\n")],
)
def test_a_change_that_leaves_the_card_valid_breaks_the_seal(bundle: Path, old: str, new: str) -> None:
    path = bundle / "bundle.json"
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle, KNOWN)
    assert caught.value.reason == BundleReason.WRONG_HASH
    assert caught.value.what == "bundle.json was changed after the bundle was sealed"


def test_a_manifest_without_a_seal_is_refused(bundle: Path) -> None:
    entries = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    del entries["seal"]
    (bundle / "bundle.json").write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(BundleError, match="is not sealed"):
        load_bundle(bundle, KNOWN)


def test_the_seal_must_be_the_last_entry(bundle: Path) -> None:
    entries = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    (bundle / "bundle.json").write_text(json.dumps({"seal": entries.pop("seal"), **entries}), encoding="utf-8")
    with pytest.raises(BundleError, match="was changed after"):
        load_bundle(bundle, KNOWN)


def test_an_entry_called_seal_elsewhere_does_not_confuse(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path, library_versions={"seal": "a" * 64}, title=f'"seal": "{"b" * 64}"')
    assert load_bundle(folder, KNOWN).card.library_versions == {"seal": "a" * 64}
