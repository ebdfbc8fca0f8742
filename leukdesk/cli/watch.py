"""`leukdesk watch`: the control set and its runs, for a terminal and for cron. 3 where something drifts."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk import paths
from leukdesk.analysis.drift_words import advice, rule_name, sentence, share, value
from leukdesk.bootstrap import Workbench
from leukdesk.cli import exit_status
from leukdesk.cli.session import acting, add_user
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.control_watch import ControlWatch
from leukdesk.domain.control import ControlRun, DayOfWork, Measure, RunKind
from leukdesk.domain.proportions import wilson

if TYPE_CHECKING:
    from leukdesk.domain.control import ControlSet
    from leukdesk.domain.drift import Judged
    from leukdesk.history.history import History

_MEASURES = {
    Measure.BRIGHTNESS: "BRIGHT",
    Measure.SATURATION: "COLOUR",
    Measure.STAINED: "PURPLE",
    Measure.SHARPNESS: "SHARP",
    Measure.NOVELTY: "NOVELTY",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    choose = actions.add_parser("choose", help="freeze labelled images as the control set")
    choose.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="with a folder for each class")
    choose.add_argument("--reviewed", action="store_true", help="copies of all images that were reviewed here")
    add_user(choose)
    choose.set_defaults(act=_choose)
    run = actions.add_parser("run", help="run the control set with the active model; 3 where it drifts")
    run.add_argument("--photos", type=Path, metavar="FOLDER", help="new photographs of its slides, a folder a class")
    run.set_defaults(act=_run)
    show = actions.add_parser("list", help="list the runs, the newest last")
    show.add_argument("--limit", type=int, default=20, metavar="N")
    show.set_defaults(act=_list)
    actions.add_parser("status", help="say what drifts, daily work included; 3 where something does").set_defaults(
        act=_status
    )
    anew = actions.add_parser("begin-anew", help="begin base lines anew, after a change that is meant to be")
    anew.add_argument("why", metavar="WHY")
    anew.set_defaults(act=_begin_anew)
    actions.add_parser("give-up", help="use no control set; its runs stay").set_defaults(act=_give_up)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    bench = Workbench()
    with closing(bench):
        watch = ControlWatch(bench, paths.watch_folder(), by="command line")
        status: int = arguments.act(bench, watch, arguments)
        return status


def _choose(bench: Workbench, watch: ControlWatch, arguments: argparse.Namespace) -> int:
    if bool(arguments.folder) == arguments.reviewed:
        note("Name a FOLDER, or --reviewed.")
        return exit_status.USAGE
    if arguments.reviewed:
        control = watch.choose_reviewed(acting(bench.history(), arguments.user).id)
    else:
        control = watch.choose(arguments.folder)
    out(f"Control set: {_set_words(control)}")
    return exit_status.DONE


def _set_words(control: ControlSet) -> str:
    classes = ", ".join(f"{label} {count}" for label, count in control.per_class.items())
    return f"{len(control.images)} images ({plain(classes)}), {control.digest[:12]}, {plain(control.folder)}"


def _run(_bench: Workbench, watch: ControlWatch, arguments: argparse.Namespace) -> int:
    made = watch.run(arguments.photos, told=_told)
    for line in columns([_HEAD, _row(made)]):
        out(line)
    return _tell(made)


def _told(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of} images" + ("\n" if done == of else ""))


def _list(_bench: Workbench, watch: ControlWatch, arguments: argparse.Namespace) -> int:
    runs = watch.look().runs[-max(1, arguments.limit) :]
    for line in columns([_HEAD, *map(_row, runs)]) if runs else []:
        out(line)
    if not runs:
        note("There are no runs. `leukdesk watch run` makes one.")
    return exit_status.DONE


def _status(bench: Workbench, watch: ControlWatch, _arguments: argparse.Namespace) -> int:
    with ExitStack() as stack:
        seen = watch.look(lambda: _to_read(bench, stack))
    if seen.control is not None:
        out(f"Control set: {_set_words(seen.control)}")
    else:
        note("There is no control set: `leukdesk watch choose FOLDER`.")
    if seen.trouble is not None:
        note(plain(seen.trouble))
    for one in seen.newest:
        out(_headline(one))
        _tell(one)
    return exit_status.SOME_FAILED if seen.needs_looking_at else exit_status.DONE


def _to_read(bench: Workbench, stack: ExitStack) -> History:
    history = bench.history_to_read()
    stack.callback(history.close)
    return history


def _headline(one: Judged) -> str:
    of = one.of
    if isinstance(of, DayOfWork):
        when = f"Daily work of {of.day}"
    else:
        kind = "Frozen files" if of.kind is RunKind.SET else "New photographs"
        when = f"{kind}, {of.at[:16].replace('T', ' ')}"
    return f"{when}: {'DRIFT' if one.signals else 'as before' if one.base else 'nothing to compare with yet'}"


def _tell(one: Judged) -> int:
    if isinstance(one.of, ControlRun):
        for name in (*one.of.changed, *one.of.missing):
            out(f"changed or gone: {plain(name)}")
    for signal in one.signals:
        out(f"drift: {sentence(signal)}")
    for words in dict.fromkeys(map(advice, one.signals)):
        note(words)
    return exit_status.SOME_FAILED if one.signals else exit_status.DONE


def _begin_anew(_bench: Workbench, watch: ControlWatch, arguments: argparse.Namespace) -> int:
    watch.begin_anew(arguments.why)
    out("Base lines begin anew with the next run, and with the next day of work.")
    return exit_status.DONE


def _give_up(_bench: Workbench, watch: ControlWatch, _arguments: argparse.Namespace) -> int:
    watch.give_up()
    out("There is no control set any more. Its runs stay.")
    return exit_status.DONE


_HEAD = [
    *("TIME (UTC)", "RUN", "MODEL", "IMAGES", "RIGHT", "95 % LIMITS", "ECE", "REFUSED", "UNIDENT."),
    *_MEASURES.values(),
    "BROKEN",
]


def _row(one: Judged) -> list[str]:
    run = one.of
    assert isinstance(run, ControlRun)  # `runs` has nothing else
    limits = wilson(run.right, run.images)
    counted = max(1, run.images)
    return [
        run.at[:16].replace("T", " "),
        run.kind,
        f"{run.bundle.name} {run.bundle.version}",
        str(run.images),
        share(run.accuracy),
        f"{share(limits.low)} to {share(limits.high)}",
        f"{run.ece:.3f}",
        share(run.refused / counted),
        share(run.unidentified / counted),
        *(value(measure, run.inputs[measure].middle) for measure in _MEASURES),
        " ".join(dict.fromkeys(rule_name(signal.rule) or signal.rule for signal in one.signals)) or "-",
    ]
