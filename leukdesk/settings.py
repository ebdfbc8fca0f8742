"""The user's settings as validated data: a frozen dataclass and one small JSON file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from leukdesk.domain.errors import SettingsError
from leukdesk.domain.optics import STAINS, Acquisition, OpticsProfile

VERSION = 1
Engine = Literal["auto", "litert", "tensorflow"]
Theme = Literal["system", "light", "dark", "high-contrast"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
THEMES: tuple[Theme, ...] = get_args(Theme)

RECENT = 12  # files and folders that are remembered
_FOLDERS = 200  # folders whose optics are remembered
_LANGUAGE = re.compile(r"(?:[a-z]{2,3}(?:_[A-Z]{2})?)?")

# One step a version: step n turns the data of version n into that of version n + 1.
_MIGRATIONS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; raises `SettingsError` for a value that is not allowed.

    `unknown` keeps what a newer leukdesk wrote, so that going back and forth between versions loses nothing.
    """

    limit_px: int = 64_000_000  # larger images are refused before they are decoded
    engine: Engine = "auto"
    active_model: str = ""  # empty: the first shipped bundle for real smears
    theme: Theme = "system"
    text_size: int = 100  # per cent
    threads: int = 0  # 0: one for each core
    language: str = ""  # "de" or "pt_BR"; empty: the system's
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # action -> its keys, where not as designed
    welcomed: bool = False  # whether the first welcome was shown
    recent: tuple[str, ...] = ()  # files and folders that were opened, the newest first
    optics: tuple[OpticsProfile, ...] = ()  # calibration profiles; their names differ
    optics_of: Mapping[str, str] = field(default_factory=dict)  # folder, or image -> name of its profile
    stain: str = ""  # this site's; empty: not said
    site: str = ""  # what this laboratory is called
    lock_after_min: int = 10  # minutes without a touch after which people with accounts sign in again; 0: never
    signatures: int = 1  # people who sign a case, 1 or 2
    keep_copies: bool = False  # whether recorded images are copied into the case history
    blind_review: bool = False  # whether the model's answer is hidden until a person gave his own
    history_url: str = ""  # a database server for the case history; empty: a file in the user's data
    unknown: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _whole_number("limit_px", self.limit_px, low=1_000, high=1_000_000_000)
        _one_of("engine", self.engine, ENGINES)
        _one_of("theme", self.theme, THEMES)
        _whole_number("text_size", self.text_size, low=100, high=200)
        _whole_number("threads", self.threads, low=0, high=256)
        if not isinstance(self.active_model, str):
            raise _refused("active_model", self.active_model, "a model's name, or nothing")
        if not isinstance(self.language, str) or not _LANGUAGE.fullmatch(self.language):
            raise _refused("language", self.language, "a language as in de or pt_BR, or nothing")
        if not isinstance(self.welcomed, bool):
            raise _refused("welcomed", self.welcomed, "true or false")
        _whole_number("lock_after_min", self.lock_after_min, low=0, high=240)
        _whole_number("signatures", self.signatures, low=1, high=2)
        if not isinstance(self.keep_copies, bool):
            raise _refused("keep_copies", self.keep_copies, "true or false")
        if not isinstance(self.blind_review, bool):
            raise _refused("blind_review", self.blind_review, "true or false")
        if not isinstance(self.history_url, str) or (self.history_url and "://" not in self.history_url):
            raise _refused("history_url", self.history_url, "postgresql+psycopg://HOST/DATABASE, or nothing")
        object.__setattr__(self, "keys", _keys(self.keys))
        _one_of("stain", self.stain, ("", *STAINS))
        if not isinstance(self.site, str) or not self.site.isprintable() or len(self.site) > 120:
            raise _refused("site", self.site, "one line of at most 120 characters")
        object.__setattr__(self, "recent", _names("recent", self.recent)[:RECENT])
        object.__setattr__(self, "optics", _optics(self.optics))
        object.__setattr__(self, "optics_of", _folders(self.optics_of))

    def acquisition(self, image: Path) -> Acquisition:
        """How an image was taken: by its own profile, or that of its folder or the nearest one above."""
        scales = {one.name: one.um_per_px for one in self.optics}
        own = bool(self.optics_of) and str(image.absolute()) in self.optics_of
        return Acquisition(scales.get(self.profile_of(image)), for_this_image=own, stain=self.stain)

    def profile_of(self, image: Path) -> str:
        """The name of the profile that counts for an image; empty where none was chosen."""
        if not self.optics_of:
            return ""
        whole = image.absolute()
        chosen = (self.optics_of.get(str(one)) for one in (whole, *whole.parents))
        return next((one for one in chosen if one is not None), "")


def load(path: Path) -> Settings:
    """Read settings; the defaults where there is no file. Raises `SettingsError` with the file as its subject."""
    data = _read(path)
    return Settings() if data is None else _from_data(data)


def load_or_mend(path: Path) -> tuple[Settings, SettingsError | None]:
    """Read settings whatever state they are in, and say what was wrong.

    A damaged file is set aside beside its place, as `settings.damaged.json`, so that the next change does not overwrite
    what a person may still want to read; each value of it that is allowed is kept.
    """
    try:
        return load(path), None
    except SettingsError as error:
        kept = _salvage(path)
        aside = path.with_suffix(".damaged.json")
        try:
            path.replace(aside)
        except OSError:  # not ours to move: the message alone must do
            return kept, error
        advice = f"leukdesk goes on with the settings it could read; the damaged file was set aside as {aside.name}."
        return kept, SettingsError(error.what, reason=error.reason, subject=error.subject, advice=advice)


def _salvage(path: Path) -> Settings:
    """Every value that is allowed by itself; the defaults for the rest."""
    try:
        data = _read(path) or {}
    except SettingsError:
        return Settings()
    kept: dict[str, Any] = {}
    for name in {one.name for one in fields(Settings)} - {"unknown"}:
        try:
            Settings(**{name: data[name]})
        except (SettingsError, KeyError):
            continue
        kept[name] = data[name]
    return Settings(**kept)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, "the settings cannot be read") from error
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, "the settings are not valid JSON") from error
    if not isinstance(data, dict):
        raise _unreadable(path, "the settings are not a JSON object")
    return data


def save(path: Path, settings: Settings) -> None:
    """Write settings so that a crash leaves the old file or the new one. Raises `OutputError`."""
    from leukdesk.report.atomic import replacing

    known = {one.name: getattr(settings, one.name) for one in fields(settings) if one.name != "unknown"}
    with replacing(path, make_folder=True) as stream:
        json.dump({"version": VERSION} | dict(settings.unknown) | known, stream, indent=2, default=asdict)
        stream.write("\n")


def _from_data(data: dict[str, Any]) -> Settings:
    version = _whole_number("version", data.pop("version", VERSION), low=1, high=1_000_000)
    for step in _MIGRATIONS[version - 1 :]:
        data = step(data)
    names = {one.name for one in fields(Settings)} - {"unknown"}
    unknown = {key: value for key, value in data.items() if key not in names}
    if version > VERSION:
        unknown["version"] = version
    return Settings(**{key: data[key] for key in names & data.keys()}, unknown=unknown)


def _whole_number(name: str, value: object, *, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _refused(name, value, f"a whole number from {low} to {high}")
    return value


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise _refused(name, value, "one of " + ", ".join(allowed))


def _keys(value: object) -> dict[str, tuple[str, ...]]:
    """Keys as JSON gives them, frozen."""
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        lists = {name: keys for name, keys in value.items() if isinstance(keys, list | tuple)}
        if len(lists) == len(value) and all(isinstance(key, str) for keys in lists.values() for key in keys):
            return {name: tuple(keys) for name, keys in lists.items()}
    raise _refused("keys", value, "lists of keys by action")


def _names(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        raise _refused(name, value, "a list of names")
    return tuple(value)


def _optics(value: object) -> tuple[OpticsProfile, ...]:
    """Profiles as JSON gives them, frozen, each name once."""
    try:
        profiles = [one if isinstance(one, OpticsProfile) else OpticsProfile(**one) for one in value]  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise _refused("optics", value, "profiles of objective, camera and um_per_px") from error
    if len({one.name for one in profiles}) < len(profiles):
        raise _refused("optics", value, "profiles whose names differ")
    return tuple(profiles)


def _folders(value: object) -> dict[str, str]:
    """The newest of the folders whose optics were chosen; the newest are the last."""
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise _refused("optics_of", value, "names of profiles by folder")
    return dict(list(value.items())[-_FOLDERS:])


def _refused(name: str, value: object, allowed: str) -> SettingsError:
    shown = json.dumps(value, default=str)[:60]
    return SettingsError(
        f"{shown} is not allowed", reason="value", subject=f"setting {name}", advice=f"Allowed is {allowed}."
    )


def _unreadable(path: Path, what: str) -> SettingsError:
    return SettingsError(
        what, reason="unreadable", subject=path, advice="Mend or remove the file; without it the defaults are used."
    )
