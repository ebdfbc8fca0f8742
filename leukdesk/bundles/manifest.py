"""`bundle.json`: the card as bytes, and the seal over those bytes.

The seal is the SHA-256 of the file with the seal's own 64 digits taken as zeros. It finds any change of the card, also
one that leaves it valid (a threshold, the order of the classes); it does not say who sealed it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from leukdesk.bundles.document import parse_document, read_json
from leukdesk.bundles.names import MANIFEST
from leukdesk.bundles.refusal import refused
from leukdesk.domain.card import Card
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from collections.abc import Collection

_FORMAT = 1
_SEAL = re.compile(rb'"seal": "([0-9a-f]{64})"\s*\}\s*\Z')  # the last entry
_ZEROS = b"0" * 64


def parse_manifest(data: bytes, bundle: str) -> Card:
    """The card in the bytes of a `bundle.json`; raises `BundleError` saying in words what is wrong with it."""
    _check_format(data, bundle)
    return parse_document(data, Card, bundle=bundle, name=MANIFEST, reason=BundleReason.BAD_MANIFEST)


def check_architecture(bundle: str, card: Card, known: Collection[str]) -> None:
    """Raise `BundleError` unless the card's architecture is one of `known`."""
    if card.architecture.name not in known:
        what = f'the architecture "{card.architecture.name}" is not known to this version of leukdesk'
        raise refused(bundle, BundleReason.UNKNOWN_ARCHITECTURE, what)


def check_seal(data: bytes, card: Card, bundle: str) -> None:
    """Raise `BundleError` unless the bytes are those that were sealed."""
    if card.seal is None:
        raise refused(bundle, BundleReason.BAD_MANIFEST, "bundle.json is not sealed")
    if _digest(data) != card.seal:
        raise refused(bundle, BundleReason.WRONG_HASH, "bundle.json was changed after the bundle was sealed")


def encode_manifest(card: Card) -> bytes:
    """The sealed bytes of a `bundle.json`; any seal the card has is replaced."""
    entries = card.model_dump(mode="json", exclude={"seal"})
    unsealed = _encode({**entries, "files": dict(sorted(card.files.items())), "seal": _ZEROS.decode()})
    return _encode({**json.loads(unsealed), "seal": hashlib.sha256(unsealed).hexdigest()})


def _encode(entries: dict[str, object]) -> bytes:
    return f"{json.dumps(entries, indent=2, ensure_ascii=False)}\n".encode()


def _digest(data: bytes) -> str:
    seal = _SEAL.search(data)
    if seal is None:
        return ""
    return hashlib.sha256(data[: seal.start(1)] + _ZEROS + data[seal.end(1) :]).hexdigest()


def _check_format(data: bytes, bundle: str) -> None:
    """A bundle of a later format fails with what is new in it; say what it means before that."""
    entries = read_json(data, bundle=bundle, name=MANIFEST, reason=BundleReason.BAD_MANIFEST)
    stated = entries.get("format") if isinstance(entries, dict) else None
    if isinstance(stated, int) and _FORMAT < stated < 1000:
        what = f"bundle.json has format {stated}, and this leukdesk reads format {_FORMAT}"
        raise refused(bundle, BundleReason.BAD_MANIFEST, what, advice="Update leukdesk, or choose another model.")
