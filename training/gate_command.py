"""The subcommand that holds a trained run against the model in use."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leukdesk.domain.errors import Cancelled, OutputError


def add_parsers(subparsers: Any) -> None:
    """Add `gate` to `leukdesk-train`."""
    gate = subparsers.add_parser("gate", help="judge a run, seal it, and compare it with the model in use")
    gate.add_argument("run", type=Path, help="folder of a trained run")
    gate.add_argument("--name", required=True, help="what the new model is called")
    gate.add_argument("--release", required=True, help="its version, such as 1.1")
    gate.add_argument("--models", type=Path, required=True, help="folder the sealed bundle is put into")
    gate.add_argument("--against", type=Path, metavar="BUNDLE", help="folder of the model in use")
    gate.add_argument("--original", type=Path, metavar="DIR", help="the images that model was judged on")
    gate.add_argument("--original-split", type=Path, metavar="FILE", help="split.json of these images")
    gate.add_argument("--no-audit", action="store_true", help="leave out the audit, which takes minutes")
    gate.add_argument("--out", type=Path, required=True, help="folder for gate.json, rows and the audit page")
    gate.set_defaults(func=_gate)


def _gate(arguments: argparse.Namespace) -> int:
    from training.gate.run_gate import Question, run_gate
    from training.run import open_run

    run = open_run(arguments.run)
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "Choose another --out, or check the permissions."
        raise OutputError(f"could not be made: {error.strerror}", subject=arguments.out, advice=advice) from error
    question = Question(
        arguments.name,
        arguments.release,
        arguments.models,
        against=arguments.against,
        original=arguments.original,
        original_split=arguments.original_split,
        audited=not arguments.no_audit,
    )
    with _ending_in_order():
        run_gate(run, question, arguments.out)
    return 0


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """A stop that was asked for leaves no half of a bundle behind; the next call goes on after what was done."""

    def stop(*_: object) -> None:
        raise Cancelled

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
