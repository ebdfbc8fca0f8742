"""The rotating log in the user's data folder. It never holds a file name, a path, or a name of a person or host.

leukdesk logs codes and counts, not subjects. The formatter is the second line of defence: it takes out whatever looks
like a path or an image's name, and writes of an exception its type and place but not its message.
"""

from __future__ import annotations

import logging
import re
import sys
import sysconfig
import traceback
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from leukdesk.domain.errors import KnownError
from leukdesk.domain.vocabulary import IMAGE_SUFFIXES, SLIDE_SUFFIXES

_HIDDEN = "<hidden>"
# Names may hold blanks, so each pattern takes all up to a quote or the line's end: too much rather than too little.
_WINDOWS_PATH = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]:[\\/]|\\\\)[^\"'\n]*")
_POSIX_PATH = re.compile(r"(?<![\w.%>])(?:~|\.{1,2})?/[^\"'\n]*")
_PACKAGE = Path(__file__).parent
_LIBRARIES = tuple(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib"))
_SEPARATOR = re.compile("([\"':\n])")
_SUFFIXES = sorted(IMAGE_SUFFIXES | SLIDE_SUFFIXES)
_IMAGE_SUFFIX = re.compile("|".join(re.escape(suffix) + r"\b" for suffix in _SUFFIXES), re.IGNORECASE)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def start(folder: Path, *, level: int = logging.INFO) -> logging.Logger:
    """Begin to log into `folder` (one megabyte, three old files kept); without a writable folder, log nowhere."""
    logger = logging.getLogger("leukdesk")
    stop()
    logger.setLevel(level)
    logger.propagate = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            folder / "leukdesk.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
        )
    except OSError:  # a read-only home must not keep the program from working
        handler = logging.NullHandler()
    handler.setFormatter(WithoutIdentifiers("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    return logger


def stop() -> None:
    """Close the log."""
    logger = logging.getLogger("leukdesk")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def redact(text: str) -> str:
    """`text` without anything that looks like a path or the name of an image."""
    for pattern in (_WINDOWS_PATH, _POSIX_PATH):
        text = pattern.sub(_HIDDEN, text)
    return "".join(map(_without_image, _SEPARATOR.split(text)))


def _without_image(part: str) -> str:
    ends = [match.end() for match in _IMAGE_SUFFIX.finditer(part)]
    return _HIDDEN + part[ends[-1] :] if ends else part


class WithoutIdentifiers(logging.Formatter):
    """Formats records without paths, names of images and messages of exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, redacted; the stack of an exception follows on lines of its own."""
        safe = logging.makeLogRecord(record.__dict__ | {"msg": redact(_message(record)), "args": (), "exc_text": None})
        return super().format(safe)

    def formatException(self, ei: ExcInfo) -> str:
        """The exception's type, code and stack, with files named from the package on."""
        error = ei[1]
        if error is None:
            return ""
        return "\n".join(line for one in _with_causes(error) for line in _stack(one))


def _with_causes(error: BaseException) -> list[BaseException]:
    """An error after what led to it, the first cause first."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and not any(cause is known for known in chain):
        chain.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return chain[::-1]


def _stack(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    code = f" ({error.reason})" if isinstance(error, KnownError) else ""
    lines = [f"  {_module_path(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    return [*lines, f"{type(error).__name__}{code}"]


def _message(record: logging.LogRecord) -> str:
    args = record.args
    if isinstance(args, Mapping):
        return str(record.msg) % {name: _hidden(value) for name, value in args.items()}
    return str(record.msg) % tuple(map(_hidden, args)) if args else str(record.msg)


def _hidden(value: object) -> object:
    return _HIDDEN if isinstance(value, Path | BaseException) else value


def _module_path(filename: str) -> str:
    """A file of this program or of a library, from its package on; of nobody else: a name says whose it is."""
    path = Path(filename)
    for package in (_PACKAGE, _PACKAGE.parent / "training"):
        if path.is_relative_to(package):
            return path.relative_to(package.parent).as_posix()
    for library in _LIBRARIES:
        if path.is_relative_to(library):
            return path.relative_to(library).as_posix()
    frozen = not path.is_absolute() and path.parts[:1] in (("leukdesk",), ("training",))
    return path.as_posix() if frozen else "(outside)"


def record_bugs() -> None:
    """Write uncaught exceptions into the log as well as on stderr."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logging.getLogger("leukdesk").critical("bug", exc_info=(kind, error, trace))
        before(kind, error, trace)

    sys.excepthook = hook
