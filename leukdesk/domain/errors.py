"""Errors of the user's world. Anything that is not a `KnownError` is a bug in leukdesk."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class KnownError(Exception):
    """Something in the user's world went wrong; says what happened, to what, and what to do.

    `reason` is a stable code for tables and tests; `what` is a sentence without a full stop; `subject` names the file,
    bundle or setting; `advice` is a sentence that says what to do next.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, what: str, *, reason: str = "", subject: object = "", advice: str = "") -> None:
        self.what = what
        self.reason = str(reason) or self.kind
        self.subject = str(subject)
        self.advice = advice
        super().__init__(what)

    def __reduce__(self) -> tuple[object, ...]:
        return _known_error, (type(self), self.what, self.reason, self.subject, self.advice)

    def __str__(self) -> str:
        head = f"{self.subject}: {self.what}." if self.subject else f"{self.what}."
        return f"{head} {self.advice}".strip()


def _known_error(kind: type[KnownError], what: str, reason: str, subject: str, advice: str) -> KnownError:
    """An error that comes from another process as it was there."""
    return kind(what, reason=reason, subject=subject, advice=advice)


class ImageReason(StrEnum):
    """Why a file could not be opened as an image."""

    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    WHOLE_SLIDE = "whole_slide"  # no fault: it can be looked at, and its fields analysed
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    VANISHED = "vanished"
    PERMISSION = "permission"
    UNREADABLE = "unreadable"


class ImageError(KnownError):
    """A file that cannot be opened as an image; `reason` is an `ImageReason`."""

    kind = "image"


class ArchiveReason(StrEnum):
    """Why an archive was not unpacked."""

    BOMB = "bomb"  # it unpacks to far more than anyone's images
    TOO_MANY = "too_many"
    OUTSIDE = "outside"  # a name leads out of the folder
    LINK = "link"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    NO_ROOM = "no_room"
    EMPTY = "empty"  # no image in it


class ArchiveError(KnownError):
    """An archive that was refused as a whole; `reason` is an `ArchiveReason`."""

    kind = "archive"


class BundleReason(StrEnum):
    """Why a model bundle was refused."""

    NOT_FOUND = "not_found"
    BAD_MANIFEST = "bad_manifest"
    MISSING_FILE = "missing_file"
    SURPLUS_FILE = "surplus_file"
    WRONG_HASH = "wrong_hash"
    UNKNOWN_ARCHITECTURE = "unknown_architecture"
    BAD_WEIGHTS = "bad_weights"
    TOO_LARGE = "too_large"
    LINK = "link"
    WRONG_NAME = "wrong_name"
    BAD_GOLDEN = "bad_golden"
    UNREADABLE = "unreadable"
    BAD_ARCHIVE = "bad_archive"
    BAD_SIGNATURE = "bad_signature"
    NOT_TRUSTED = "not_trusted"  # nothing here can rebuild its network, and no trusted key signed it
    TAKEN = "taken"  # a bundle of this name and version is installed
    KEPT = "kept"  # shipped, the last, or the active one: it is not removed


class BundleError(KnownError):
    """A model bundle that was refused; `reason` is a `BundleReason`."""

    kind = "bundle"


class SignatureKeyError(KnownError):
    """A key to sign bundles with, or to trust, that cannot be used."""

    kind = "key"


class EngineError(KnownError):
    """No engine can run this bundle here, or the engine failed."""

    kind = "engine"


class SettingsError(KnownError):
    """A setting has a value that leukdesk does not accept."""

    kind = "settings"


class OutputError(KnownError):
    """A result could not be written (disk full, no permission, folder missing)."""

    kind = "output"


class FetchError(KnownError):
    """Openly licensed images could not be fetched (no network, wrong hash)."""

    kind = "fetch"


class HistoryReason(StrEnum):
    """Why the history refused."""

    IN_USE = "in_use"  # another leukdesk works with it
    LOCKED = "locked"  # another program holds the database
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    DAMAGED = "damaged"
    MISSING = "missing"  # the database is gone, its head file is there
    BEHIND = "behind"  # the database ends before its head file
    NEWER = "newer"  # written by a newer leukdesk
    UNREACHABLE = "unreachable"  # the database server
    UNWRITABLE = "unwritable"
    NOT_FOUND = "not_found"
    TAKEN = "taken"  # an accession number or user name that is in use
    NOT_ALLOWED = "not_allowed"  # the user's role
    WRONG_PASSWORD = "wrong_password"
    TOO_SOON = "too_soon"  # after failed sign-ins
    SIGNED = "signed"  # amend first
    UNRESOLVED = "unresolved"  # unidentified answers block sign-off
    UNREVIEWED = "unreviewed"  # and so do answers that no human confirmed
    SAME_PERSON = "same_person"  # the second signature
    NOT_SIGNED = "not_signed"
    INVALID = "invalid"
    NO_BACKUP = "no_backup"


class HistoryError(KnownError):
    """The case history could not be opened, or refused; `reason` is a `HistoryReason`."""

    kind = "history"


class ClusterError(KnownError):
    """The cluster could not be reached, or lost what it had."""

    kind = "cluster"


class DataError(KnownError):
    """A data set, recipe or run that training cannot use."""

    kind = "data"


class Cancelled(Exception):  # noqa: N818 - the user's wish, not an error
    """A job ended because the user cancelled it."""
