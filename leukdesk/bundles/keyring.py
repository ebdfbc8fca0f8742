"""Keys to sign bundles with, and the keys of others that are trusted here.

own/<owner>.pem          a private key (PKCS 8); only its owner may read the file
own/<owner>.key.json     its public half, to be given to others
trusted/<public>.json    the public half of a key that is trusted
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from leukdesk.bundles.document import sentence
from leukdesk.bundles.refusal import printable
from leukdesk.bundles.signature import Owner, PublicKey
from leukdesk.domain.errors import OutputError, SignatureKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from leukdesk.bundles.signature import Signature

_LARGEST = 64 * 1024  # bytes of a key file
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,78}[A-Za-z0-9]")


class KeyFile(BaseModel):
    """The public half of a key as it is handed on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    kind: Literal["leukdesk public key"] = "leukdesk public key"
    owner: Owner
    public_key: PublicKey


class Keyring:
    """The keys in one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._own, self._trusted = folder / "own", folder / "trusted"

    def own(self) -> list[KeyFile]:
        """The keys that one can sign with here, by owner."""
        return _key_files(self._own, "*.key.json")

    def trusted(self) -> list[KeyFile]:
        """The keys that are trusted here, by owner; own ones are trusted too."""
        return sorted({*_key_files(self._trusted, "*.json"), *self.own()}, key=lambda one: one.owner.casefold())

    def owner_of(self, signature: Signature | None) -> str:
        """Under whose name the signing key is trusted here; empty where it is not, or nothing is signed."""
        if signature is None:
            return ""
        return next((one.owner for one in self.trusted() if one.public_key == signature.public_key), "")

    def make(self, owner: str) -> Path:
        """Make a key to sign with; returns the file with its public half. Raises `SignatureKeyError`, `OutputError`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        if not _OWNER.fullmatch(owner):
            raise _refused("this is no name for a key", owner, "Use 2 to 80 letters, digits, blanks, dots and dashes.")
        public = self._own / f"{owner}.key.json"
        if public.exists() or public.with_name(f"{owner}.pem").exists():
            raise _refused("there is a key of this owner already", owner, "Choose another name.")
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with _writing(self._own):
            _write(self._own / f"{owner}.pem", private, mode=0o600)
            _write(public, _encode(KeyFile(owner=owner, public_key=public_half(key))))
        return public

    def private(self, owner: str = "") -> tuple[str, Ed25519PrivateKey]:
        """Whose key it is, and the key: that of `owner`, or the only one. Raises `SignatureKeyError`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        chosen = [one.owner for one in self.own() if not owner or one.owner == owner]
        if len(chosen) != 1:
            what = "there is no such key to sign with" if not chosen else "there are several keys to sign with"
            advice = "`leukdesk models keys new OWNER` makes one." if not chosen else f"Name one: {', '.join(chosen)}."
            raise _refused(what, owner, advice)
        file = self._own / f"{chosen[0]}.pem"
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise _refused("the private key cannot be read", file.name, "Put it back, or make another key.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _refused("this is no Ed25519 key", file.name, "Make another key.")
        return chosen[0], key

    def trust(self, file: Path) -> KeyFile:
        """Trust the key in a file from now on. Raises `SignatureKeyError`, `OutputError`."""
        key = read_key_file(file)
        if any(one.owner == key.owner and one.public_key != key.public_key for one in self.trusted()):
            raise _refused("another key is trusted under this name", key.owner, "Stop trusting that one first.")
        target = self._trusted / f"{key.public_key}.json"
        if not target.exists():
            with _writing(self._trusted):
                _write(target, _encode(key))
        return key

    def distrust(self, owner: str) -> None:
        """Trust a key no longer. Raises `SignatureKeyError` where no other's key is trusted under this name."""
        found = [one for one in _key_files(self._trusted, "*.json") if one.owner == owner]
        if not found:
            raise _refused("no key is trusted under this name", owner, "`leukdesk models keys list` says which are.")
        with _writing(self._trusted):
            for one in found:
                (self._trusted / f"{one.public_key}.json").unlink()


def public_half(key: Ed25519PrivateKey) -> str:
    """The public half of a key, lower-case hex."""
    return key.public_key().public_bytes_raw().hex()


def read_key_file(file: Path) -> KeyFile:
    """The public half of somebody's key. Raises `SignatureKeyError`."""
    advice = "Ask its owner for the file that ends in .key.json."
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise _refused(f"the key cannot be read ({error.strerror})", file, advice) from error
    try:
        return KeyFile.model_validate_json(data[:_LARGEST], strict=True)
    except ValidationError as error:
        raise _refused(f"this is no public key of leukdesk: {sentence(error)}", file, advice) from error


def _key_files(folder: Path, pattern: str) -> list[KeyFile]:
    """Those that can be read: a damaged one is trusted by nobody."""
    found = []
    for file in sorted(folder.glob(pattern)) if folder.is_dir() else ():
        try:
            found.append(read_key_file(file))
        except SignatureKeyError:
            continue
    return sorted(found, key=lambda one: one.owner.casefold())


def _encode(key: KeyFile) -> bytes:
    return f"{json.dumps(key.model_dump(), indent=2, ensure_ascii=False)}\n".encode()


def _write(path: Path, data: bytes, mode: int = 0o644) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        what = f"the keys cannot be written ({error.strerror})"
        advice = "Check the space on the disk and who may write there."
        raise OutputError(what, subject=folder, advice=advice) from error


def _refused(what: str, subject: object, advice: str) -> SignatureKeyError:
    return SignatureKeyError(what, reason="key", subject=printable(str(subject)), advice=advice)
