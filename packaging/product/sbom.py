"""The list of materials (SBOM) in CycloneDX 1.5."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import stamp
from components import Component


def document(found: Sequence[Component], flavour: str) -> dict[str, Any]:
    """The document as JSON would have it; alike for every build of the same commit."""
    built = stamp.stamp(flavour)
    name = f"leukdesk-{flavour}"
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{name} {built['version']} {built['commit']} {built['date']}")
    root = {"type": "application", "bom-ref": name, "name": name, "version": built["version"]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"timestamp": built["date"], "component": {**root, "licenses": [_licence("Apache-2.0")]}},
        "components": [_component(one) for one in found],
        "dependencies": [{"ref": name, "dependsOn": [one.purl for one in found]}],
    }


def _component(one: Component) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
    }
    if one.licence:
        made["licenses"] = [_licence(one.licence)]
    if one.home:
        made["externalReferences"] = [{"type": "website", "url": one.home}]
    return made


def _licence(words: str) -> dict[str, Any]:
    """By name: what distributions state is seldom an SPDX identifier."""
    return {"license": {"name": words}}
