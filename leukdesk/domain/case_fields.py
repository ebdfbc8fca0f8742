"""Laboratory values and immunophenotype of a case: free fields, written one a line as "name = value"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

PHENOTYPE = "Immunophenotype "  # what the name of such a field begins with; all others are laboratory values


def to_lines(fields: Mapping[str, str]) -> tuple[str, str]:
    """Laboratory values and immunophenotype as text, one field a line."""
    values = [f"{name} = {value}" for name, value in fields.items() if not name.startswith(PHENOTYPE)]
    phenotype = [
        f"{name.removeprefix(PHENOTYPE)} = {value}" for name, value in fields.items() if name.startswith(PHENOTYPE)
    ]
    return "\n".join(values), "\n".join(phenotype)


def from_lines(values: str, phenotype: str) -> dict[str, str]:
    """Fields from text; ":" separates as well as "=", a line without either is a name without a value.

    Of two lines with one name the last one counts.
    """
    return dict(_pairs(values)) | {PHENOTYPE + name: value for name, value in _pairs(phenotype)}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        sign = next((one for one in line if one in "=:"), "=")
        name, _, value = line.partition(sign)
        if name.strip():
            yield name.strip(), value.strip()
