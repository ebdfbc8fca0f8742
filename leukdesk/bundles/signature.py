"""Signatures of bundles: Ed25519 (RFC 8032) over the owner's name and the manifest's SHA-256, beside the manifest.

The manifest holds the hash of every other file, so what is signed is the whole bundle. A signature says who vouches for
a bundle; whether that one is believed is said by the keys that are trusted here (`bundles.keyring`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from leukdesk.bundles.document import parse_document
from leukdesk.bundles.names import SIGNATURE
from leukdesk.bundles.refusal import refused
from leukdesk.domain.card import Line, Sha256
from leukdesk.domain.errors import BundleReason

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PublicKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Owner = Annotated[Line, Field(min_length=1, max_length=120)]
_PURPOSE = "leukdesk bundle 1"  # so that no signature made for something else counts here


class Signature(BaseModel):
    """`signature.json`: who signed which manifest, keys and hashes in lower-case hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    algorithm: Literal["Ed25519"] = "Ed25519"
    owner: Owner
    public_key: PublicKey
    manifest_sha256: Sha256
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


def fingerprint(public_key: str) -> str:
    """A public key as people compare it: the first 16 of the 64 digits of its SHA-256, in groups of four."""
    import hashlib

    digits = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def sign(key: Ed25519PrivateKey, owner: str, manifest_sha256: str) -> Signature:
    """Vouch for a bundle as `owner`."""
    from leukdesk.bundles.keyring import public_half

    signed = key.sign(_message(owner, manifest_sha256)).hex()
    return Signature(owner=owner, public_key=public_half(key), manifest_sha256=manifest_sha256, signature=signed)


def encode_signature(signature: Signature) -> bytes:
    """The bytes of a `signature.json`."""
    return f"{json.dumps(signature.model_dump(), indent=2, ensure_ascii=False)}\n".encode()


def checked_signature(data: bytes, manifest_sha256: str, bundle: str) -> Signature:
    """The signature in these bytes; raises `BundleError` unless the key it names signed this very manifest."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    stated = parse_document(data, Signature, bundle=bundle, name=SIGNATURE, reason=BundleReason.BAD_SIGNATURE)
    if stated.manifest_sha256 != manifest_sha256:
        raise refused(bundle, BundleReason.BAD_SIGNATURE, "signature.json belongs to another state of the bundle")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(stated.public_key))
        key.verify(bytes.fromhex(stated.signature), _message(stated.owner, manifest_sha256))
    except (InvalidSignature, ValueError) as error:
        raise refused(bundle, BundleReason.BAD_SIGNATURE, "its signature is wrong") from error
    return stated


def _message(owner: str, manifest_sha256: str) -> bytes:
    return json.dumps([_PURPOSE, owner, manifest_sha256]).encode()
