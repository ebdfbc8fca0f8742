"""Rebuild the LiteRT graph of a bundle from its weights, in a process that may take only so much.

The weights and the parameters of the architecture come from a stranger: what they ask to be built may be of any size.
So it is built in a child process that limits itself before it imports TensorFlow, and that is ended when it takes too
long. Where the system has no such limits (Windows), the time is all that is limited.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.domain.errors import BundleError, BundleReason, Cancelled, EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GIB = 1 << 30
_BASE_BYTES = 6 * GIB  # of addresses; TensorFlow alone reserves 4
_TIMES_WEIGHTS = 16
_SECONDS = 600
_POLL_S = 0.1


def rebuild(bundle: Path, out: Path, command: Sequence[str], *, cancelled: Callable[[], bool], limit: int = 0) -> None:
    """Write the graph of a bundle's folder to the file `out`, by a child process.

    `command` is what runs `rebuild_here` with the words bundle, out and limit after it; `limit` is in bytes of address
    space, 0 for one that fits the weights. Raises `BundleError`, `EngineError`, `Cancelled`.
    """
    weights = (bundle / "weights.safetensors").stat().st_size
    words = [*command, str(bundle.resolve()), str(out.resolve()), str(limit or _BASE_BYTES + _TIMES_WEIGHTS * weights)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        words, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, env=_environment(), cwd=out.parent
    ) as child:
        try:
            said = _awaited(child, cancelled)
        except BaseException:
            child.kill()
            raise
    _check(bundle.name, child.returncode, said, out)


def rebuild_here(bundle: Path, out: Path, limit: int) -> int:
    """What the child process does; returns its exit status and says on stdout why it refused."""
    _limit(limit)
    try:
        _export(bundle, out)
    except BundleError as error:
        refusal = {"what": error.what, "reason": error.reason, "subject": error.subject, "advice": error.advice}
        sys.stdout.write(json.dumps(refusal))
        return 3
    except MemoryError:
        return 4
    return 0


def command() -> list[str]:
    """The words that start this leukdesk again, to rebuild."""
    itself = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-P", "-m", "leukdesk"]
    return [*itself, "models", "rebuild"]


def _environment() -> dict[str, str]:
    """This very leukdesk, wherever the user stands, and no GPU: it would reserve addresses without end."""
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    own = {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    return {**os.environ, **own}


def _export(bundle: Path, out: Path) -> None:
    from leukdesk.architectures import names
    from leukdesk.bundles.load import load_bundle

    opened = load_bundle(bundle, names())
    weights = opened.weights()
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    from leukdesk.inference.export import export_litert
    from leukdesk.inference.keras_engine import network_of

    card = opened.card
    network = network_of(card, weights)
    out.write_bytes(export_litert(network, input_size=card.input_size, label_only=card.explains == "keras"))


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, 4 * _SECONDS), (resource.RLIMIT_CORE, 0))
    for kind, most in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS does not keep addresses within limits
            resource.setrlimit(kind, (most, most))


def _awaited(child: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> bytes:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if cancelled():
            raise Cancelled
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=_POLL_S)[0]
    raise _too_much(child.args[-3] if isinstance(child.args, list) else "", f"takes more than {_SECONDS // 60} minutes")


def _check(bundle: str, status: int, said: bytes, out: Path) -> None:
    if status == 0 and out.is_file():
        return
    refusal: dict[str, str] = {}
    with contextlib.suppress(ValueError):
        refusal = json.loads(said) if status == 3 else {}
    if refusal:
        advice = refusal["advice"]
        raise BundleError(refusal["what"], reason=refusal["reason"], subject=refusal["subject"], advice=advice)
    if status == 2:
        raise EngineError("the network cannot be rebuilt: leukdesk does not start again", subject=bundle)
    raise _too_much(bundle, f"failed (status {status}), most likely for want of memory")


def _too_much(bundle: object, how: str) -> BundleError:
    what = f"to rebuild its network from the weights {how}"
    advice = "Nothing was installed. Ask its maker for a smaller one."
    return BundleError(what, reason=BundleReason.TOO_LARGE, subject=Path(str(bundle)).name, advice=advice)
