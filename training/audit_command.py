"""The subcommand that audits a trained run or a published bundle."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leukdesk.domain.errors import DataError, OutputError

if TYPE_CHECKING:
    from training.audit.result import Audit
    from training.events import EventLog


def add_parsers(subparsers: Any) -> None:
    """Add `audit` to `leukdesk-train`."""
    audit = subparsers.add_parser("audit", help="what a score is evidence of: baselines, shifts, masks, dealt labels")
    audit.add_argument("run", type=Path, nargs="?", help="folder of a trained run")
    audit.add_argument("--bundle", type=Path, help="a published bundle instead of a run; needs --data and --split")
    audit.add_argument("--data", type=Path, help="images to audit a bundle on")
    audit.add_argument("--split", type=Path, help="split.json of these images, best the one of its training")
    audit.add_argument("--out", type=Path, help="folder for audit.html, audit.json and rows; RUN/audit by default")
    audit.add_argument(
        "--scope", type=Path, nargs="+", default=[], metavar="DIR", help="folders of images that should be refused"
    )
    audit.add_argument(
        "--train-permuted", action="store_true", help="also train the recipe anew on dealt labels (as long as training)"
    )
    audit.set_defaults(func=_audit)
    crops = subparsers.add_parser("crops", help="cut squares without a nucleated cell out of fields, for --scope")
    crops.add_argument("fields", type=Path, help="annotated fields such as BCCD, or fields of red cells only")
    crops.add_argument("--out", type=Path, required=True)
    crops.add_argument("--each", type=int, default=2, help="squares from one field, at most (2)")
    crops.add_argument("--seed", type=int, default=0)
    crops.set_defaults(func=_crops)


def _crops(arguments: argparse.Namespace) -> int:
    from training.heat.empty_crops import write_empty_crops

    written = write_empty_crops(arguments.fields, arguments.out, each=arguments.each, seed=arguments.seed)
    sys.stdout.write(f"{written} squares in {arguments.out}\n")
    return 0


def _audit(arguments: argparse.Namespace) -> int:
    if (arguments.run is None) == (arguments.bundle is None):
        raise _usage("Name either a run or --bundle.")
    found, out = _of_run(arguments) if arguments.bundle is None else _of_bundle(arguments)
    _finish(found, out)
    return 0


def _of_run(arguments: argparse.Namespace) -> tuple[Audit, Path]:
    from training.audit.permuted import train_permuted
    from training.audit.run_audit import audit
    from training.audit.subject import subject_of_run
    from training.evaluate import load_rows
    from training.run import open_run, run_data

    run = open_run(arguments.run)
    data, out = run_data(run), arguments.out or run.folder / "audit"
    log = _log(out)
    subject = subject_of_run(run, data, log)
    permuted = None
    if arguments.train_permuted:
        permuted = train_permuted(run, data, out / "permuted", seed=subject.facts.seed)
    expected = load_rows(run.rows("test"), classes=subject.facts.classes)
    found = audit(subject, data, out, log=log, expected=expected, scope=arguments.scope, trained_permuted=permuted)
    return found, out


def _of_bundle(arguments: argparse.Namespace) -> tuple[Audit, Path]:
    from training.audit.run_audit import audit
    from training.audit.subject import subject_of_bundle

    if arguments.data is None or arguments.split is None or arguments.out is None:
        raise _usage("A bundle is audited with --data DIR, --split split.json and --out DIR.")
    if arguments.train_permuted:
        raise _usage("--train-permuted needs a run: a bundle does not know its recipe.")
    subject, data = subject_of_bundle(arguments.bundle, arguments.data, arguments.split)
    found = audit(subject, data, arguments.out, log=_log(arguments.out), scope=arguments.scope)
    return found, arguments.out


def _finish(found: Audit, out: Path) -> None:
    from training.audit.findings import conclusion, findings
    from training.audit.page import write_audit

    page = write_audit(found, out)
    said = findings(found)
    for one in said:
        sys.stdout.write(f"{one.weight:8}{one.sentence}\n")
    sys.stdout.write(f"{conclusion(said)}\n{page}\n")


def _log(out: Path) -> EventLog:
    from training.events import EventLog

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "Choose another --out, or check the permissions."
        raise OutputError(f"could not be made: {error.strerror}", subject=out, advice=advice) from error
    return EventLog(out)


def _usage(advice: str) -> DataError:
    return DataError("there is nothing to audit, or not enough", reason="usage", advice=advice)
