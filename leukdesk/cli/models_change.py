"""`leukdesk models`, the part that changes something: import, export, sign, activate, remove, keys, trust."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from leukdesk.cli import exit_status
from leukdesk.cli.terminal import columns, note, out, plain
from leukdesk.domain.vocabulary import MODEL_SUFFIX

if TYPE_CHECKING:
    from leukdesk.bootstrap import Workbench

_STEPS = {
    "unpack": "Unpacking and checking every file.",
    "rebuild": "Building the network anew from its weights.",
    "try": "Trying it on its golden samples.",
}


def add_changes(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The actions, below `leukdesk models`."""
    one = actions.add_parser("import", help="install a model from a file; it is checked, rebuilt and tried first")
    one.add_argument("file", type=Path, metavar="FILE")
    one.set_defaults(act=_import)
    one = actions.add_parser("export", help="write a model as one file")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--out", type=Path, metavar="FILE", help="default: NAME-VERSION.leukdesk here")
    one.set_defaults(act=_export)
    one = actions.add_parser("remove", help="remove an imported model")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--yes", action="store_true", help="do not ask")
    one.set_defaults(act=_remove)
    one = actions.add_parser("activate", help="use this model from now on; recorded")
    one.add_argument("name", metavar="NAME")
    one.set_defaults(act=_activate)
    one = actions.add_parser("roll-back", help="use the model again that was used before; recorded")
    one.set_defaults(act=_roll_back)
    _add_keys(actions)
    one = actions.add_parser("rebuild")  # the child process of an import; not listed
    one.add_argument("folder", type=Path)
    one.add_argument("out", type=Path)
    one.add_argument("limit", type=int)
    one.set_defaults(act=_rebuild)


def _add_keys(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = actions.add_parser("sign", help="vouch for a model with your key")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--owner", default="", help="whose key, where there are several")
    one.set_defaults(act=_sign)
    keys = actions.add_parser("keys", help="make a key to sign with, list keys").add_subparsers(
        dest="keys", metavar="new|list", required=True
    )
    new = keys.add_parser("new", help="make a key; prints the file to give to others")
    new.add_argument("owner", metavar="OWNER")
    new.set_defaults(act=_new_key)
    keys.add_parser("list", help="list own and trusted keys").set_defaults(act=_list_keys)
    one = actions.add_parser("trust", help="trust the owner of a key from now on")
    one.add_argument("file", type=Path, metavar="KEYFILE")
    one.set_defaults(act=_trust)
    one = actions.add_parser("distrust", help="trust the owner of a key no longer")
    one.add_argument("owner", metavar="OWNER")
    one.set_defaults(act=_distrust)


def _import(bench: Workbench, arguments: argparse.Namespace) -> int:
    bundle = bench.shelf.add(arguments.file, progress=lambda step: note(_STEPS[step]))
    name = bundle.folder.name
    out(f"{name} is installed. It is not in use: `leukdesk models activate {name}` makes it the active one.")
    return exit_status.DONE


def _export(bench: Workbench, arguments: argparse.Namespace) -> int:
    name = bench.shelf.find(arguments.name).name
    target = arguments.out or Path(f"{name}{MODEL_SUFFIX}")
    bench.shelf.export(name, target)
    out(plain(target))
    return exit_status.DONE


def _remove(bench: Workbench, arguments: argparse.Namespace) -> int:
    if not arguments.yes and not _agreed(arguments.name):
        note("Nothing was removed. --yes removes it without asking.")
        return exit_status.USAGE
    out(f"{bench.shelf.remove(arguments.name, active=bench.active_or_none())} was removed.")
    return exit_status.DONE


def _agreed(name: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"Remove {plain(name)} for good? [y/N] ").strip().lower() in ("y", "yes")


def _activate(bench: Workbench, arguments: argparse.Namespace) -> int:
    out(f"{bench.activate(arguments.name)} is the active model.")
    return exit_status.DONE


def _roll_back(bench: Workbench, _arguments: argparse.Namespace) -> int:
    out(f"{bench.roll_back()} is the active model again.")
    return exit_status.DONE


def _sign(bench: Workbench, arguments: argparse.Namespace) -> int:
    from leukdesk.bundles.signature import fingerprint

    signature = bench.shelf.sign(arguments.name, arguments.owner)
    out(f"Signed by {plain(signature.owner)}, key {fingerprint(signature.public_key)}.")
    return exit_status.DONE


def _new_key(bench: Workbench, arguments: argparse.Namespace) -> int:
    public = bench.shelf.keys.make(arguments.owner)
    note("Give this file to those who shall trust your models. The private key beside it is yours alone:")
    note("it has no password, so keep it where nobody else reads.")
    out(plain(public))
    return exit_status.DONE


def _list_keys(bench: Workbench, _arguments: argparse.Namespace) -> int:
    from leukdesk.bundles.signature import fingerprint

    keys = bench.shelf.keys
    whose = dict.fromkeys(keys.trusted(), "trusted") | dict.fromkeys(keys.own(), "own")
    rows = [[plain(one.owner), fingerprint(one.public_key), kind] for one, kind in whose.items()]
    for line in columns([["OWNER", "KEY", ""], *rows]) if rows else []:
        out(line)
    if not rows:
        note("There is no key. `leukdesk models keys new OWNER` makes one.")
    return exit_status.DONE


def _trust(bench: Workbench, arguments: argparse.Namespace) -> int:
    from leukdesk.bundles.signature import fingerprint

    key = bench.shelf.keys.trust(arguments.file)
    note("Ask its owner, by another way than the file came, whether this is the key:")
    out(f"Models signed by {plain(key.owner)} are trusted: {fingerprint(key.public_key)}")
    return exit_status.DONE


def _distrust(bench: Workbench, arguments: argparse.Namespace) -> int:
    bench.shelf.keys.distrust(arguments.owner)
    out(f"{plain(arguments.owner)} is trusted no longer.")
    return exit_status.DONE


def _rebuild(_bench: Workbench, arguments: argparse.Namespace) -> int:
    from leukdesk.inference.rebuild import rebuild_here

    return rebuild_here(arguments.folder, arguments.out, arguments.limit)
