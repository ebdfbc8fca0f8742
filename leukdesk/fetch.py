"""The program's only network access: fetch a few openly licensed real fields, when the user asks for it.

Everything that comes back is checked against the SHA-256 pinned in `resources/open_fields.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from leukdesk.domain.errors import Cancelled, DataError, FetchError, KnownError
from leukdesk.report.atomic import replacing, unwritable

_SECONDS = 20  # without an answer


@dataclass(frozen=True, slots=True)
class OpenField:
    """One image on the network."""

    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class OpenFields:
    """Where the images come from and what one may do with them."""

    title: str
    source: str
    licence: str
    licence_url: str
    copyright: str
    note: str
    base_url: str
    fields: tuple[OpenField, ...]


def read_open_fields(resources: Path) -> OpenFields:
    """The shipped list. Raises `DataError` where the installation is damaged."""
    try:
        data = json.loads((resources / "open_fields.json").read_text(encoding="utf-8"))
        return OpenFields(**data | {"fields": tuple(OpenField(**one) for one in data["fields"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            "the list of openly licensed fields is missing or damaged", advice="Install leukdesk again."
        ) from error


def fetch(
    wanted: OpenFields,
    folder: Path,
    *,
    base_url: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """Fetch what is not yet in `folder`, with a `SOURCE.txt` beside it; the images' paths.

    `progress(done, total)` counts images. `base_url` stands in for the pinned address (a mirror, a test); the hashes
    stay. Raises `FetchError`, `OutputError`, `Cancelled`; what was fetched before is kept and not fetched again.
    """
    paths = []
    with replacing(folder / "SOURCE.txt", make_folder=True) as stream:
        stream.write(_source_text(wanted))
    for number, field in enumerate(wanted.fields):
        if cancelled():
            raise Cancelled
        progress(number, len(wanted.fields))
        paths.append(_fetch_one(field, folder, base_url or wanted.base_url))
    progress(len(paths), len(paths))
    return paths


def _fetch_one(field: OpenField, folder: Path, base_url: str) -> Path:
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("ERROR")  # it would print paths
    try:
        name = pooch.retrieve(
            url=f"{base_url.rstrip('/')}/{field.file}",
            known_hash=f"sha256:{field.sha256}",
            fname=field.file,
            path=folder,
            downloader=pooch.HTTPDownloader(timeout=_SECONDS),
        )
    except RequestException as error:
        raise _network(field, error) from error
    except ValueError as error:
        raise FetchError(
            "what came back is not the image that was asked for",
            reason="wrong_hash",
            subject=field.file,
            advice="Nothing was kept. A proxy or a sign-in page may stand in between, or the source has changed.",
        ) from error
    except OSError as error:
        raise unwritable(folder / field.file, error) from error
    return Path(name)


def _network(field: OpenField, error: Exception) -> KnownError:
    answer = getattr(error, "response", None)
    if answer is not None:
        what, reason = f"the server answered {answer.status_code}", "server"
    else:
        what, reason = "there is no way to the server", "network"
    return FetchError(
        what,
        reason=reason,
        subject=field.file,
        advice="Everything else in leukdesk works without a network. Try again later, or open images of your own.",
    )


def _source_text(wanted: OpenFields) -> str:
    lines = (wanted.title, f"Source: {wanted.source}", f"Licence: {wanted.licence}, {wanted.licence_url}")
    return "\n".join([*lines, wanted.copyright, wanted.note, ""])
