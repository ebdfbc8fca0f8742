"""The manual pages, from what the programs say to `--help`.

Run: `python packaging/product/manual.py leukdesk` prints one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import stamp

ROOT = Path(__file__).resolve().parents[2]
_MODULES = {"leukdesk": "leukdesk", "leukdesk-train": "training"}
_NAMES = {
    "leukdesk": "see what a leukaemia CNN sees in a blood smear",
    "leukdesk-train": "train, evaluate and publish leukdesk's models",
}
_ENDS = """.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 2
what was asked for cannot be done; the message says why
.TP
.B 3
done, but some of it failed, and it was said what
.SH ENVIRONMENT
.TP
.B LEUKDESK_DATA
one folder for data, settings and cache together
.TP
.B LEUKDESK_MODELS
folders of models, separated by colons
.SH FILES
.TP
.I ~/.local/share/leukdesk
case history, imported models, logs; removing the package leaves it
.TP
.I ~/.config/leukdesk/settings.json
settings
.SH NOTES
For Research Use Only - not for use in diagnostic procedures.
"""


def programs(flavour: str) -> tuple[str, ...]:
    """The programs of a flavour."""
    return ("leukdesk", "leukdesk-train") if flavour == "full" else ("leukdesk",)


@cache
def page(program: str) -> str:
    """A manual page as roff."""
    date = datetime.fromtimestamp(stamp.epoch(), UTC).strftime("%Y-%m-%d")
    overview = _help(program)
    parts = [
        f'.TH {program.upper()} 1 "{date}" "leukdesk {stamp.version()}"',
        f".SH NAME\n{_escaped(program)} \\- {_NAMES[program]}",
        _section("SYNOPSIS AND COMMANDS", overview),
        *(_section(f"{program} {command}".upper(), _help(program, command)) for command in _commands(overview)),
        _ENDS,
    ]
    return "\n".join(parts)


def _commands(overview: str) -> list[str]:
    """What `--help` lists indented, below "commands" or "positional arguments"."""
    below = re.split(r"^(?:commands|positional arguments)\b.*$", overview, maxsplit=1, flags=re.MULTILINE)[-1]
    return [name for name in re.findall(r"^ {2,4}([a-z][a-z-]+)(?: {2,}|$)", below, re.MULTILINE) if name != "paths"]


def _help(program: str, *command: str) -> str:
    environment = {**os.environ, "COLUMNS": "78", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    words = [sys.executable, "-m", _MODULES[program], *command, "--help"]
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def _section(title: str, text: str) -> str:
    return f".SH {_escaped(title)}\n.nf\n{_escaped(text.rstrip())}\n.fi"


def _escaped(text: str) -> str:
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", "\\e").replace("-", "\\-"), flags=re.MULTILINE)


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1]))
