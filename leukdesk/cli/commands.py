"""The commands by name, each with its module's name and a line of help; importing this list imports none of them."""

from __future__ import annotations

COMMANDS = {
    "classify": ("leukdesk.cli.classify", "classify images and folders, without a window"),
    "history": ("leukdesk.cli.history", "search, verify, export, back up or restore the case history"),
    "report": ("leukdesk.cli.report", "write a case as PDF, CSV, JSON or XLSX"),
    "models": ("leukdesk.cli.models", "list, verify, import, export, sign, activate or remove models"),
    "watch": ("leukdesk.cli.watch", "keep watch: run the control set, say when something drifts"),
    "demo": ("leukdesk.cli.demo", "open the sample case of synthetic smears"),
    "fetch-samples": ("leukdesk.cli.fetch_samples", "fetch a few openly licensed real fields (uses the network)"),
    "doctor": ("leukdesk.cli.doctor", "check this installation"),
}
