"""`card.md`: the card as a page for people.

The headings follow CLAIM (Mongan, Moy & Kahn 2020, doi 10.1148/ryai.2020200029) and model cards (Mitchell et al. 2019,
arXiv:1810.03993): what the model is for, what it is not, on what it was made, how well it was measured to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leukdesk.domain.vocabulary import RESEARCH_USE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from leukdesk.domain.card import Card, CardClass, Metric

_UNKNOWN = "not known"


def render_card(card: Card) -> str:
    """The card as Markdown; what the card does not state is written "not known". Hashes are in `bundle.json` alone."""
    head = [f"# {_plain(card.title)}", f"`{card.name}` {card.version}. **{RESEARCH_USE}.**"]
    if card.synthetic:
        head.append("Trained on computer-drawn phantoms: a demonstration, and of no meaning for images of blood.")
    body = [part for title, parts in _sections(card) for part in (f"## {title}", *(parts or [_UNKNOWN]))]
    return "\n\n".join(head + body) + "\n"


def _sections(card: Card) -> Iterator[tuple[str, list[str]]]:
    yield "Intended use", [_plain(card.intended_use)]
    yield "Limits", [_bullets(card.limits)] if card.limits else []
    yield "Model", [_model(card)]
    yield "Classes", [_table(("Class", "Shown as", "Description"), map(_class_row, card.classes))]
    yield "Data and split", _data(card)
    yield "Metrics", [_metrics(card.metrics)] if card.metrics else []
    yield "Calibration", [_calibration(card)]
    yield "Novelty", [_novelty(card)]
    yield "Versions", [_facts(card.library_versions.items())] if card.library_versions else []
    yield "Seeds", [_facts((name, str(seed)) for name, seed in card.seeds.items())] if card.seeds else []
    yield "Licence", [_plain(card.licence)]
    yield "Origin", [_plain(card.origin)]


def _model(card: Card) -> str:
    parameters = ", ".join(f"{name} = {value}" for name, value in card.architecture.parameters.items())
    scope = {"field": "a field of view with many cells", "cell": "one cell, cut out"}[card.scope]
    maps = {"graph": "on every engine", "keras": "only on the TensorFlow engine"}[card.explains]
    facts = [
        ("Architecture", card.architecture.name),
        ("Parameters", parameters or "the architecture's own"),
        ("Looks at", scope),
        ("Input", f"{card.input_size} x {card.input_size} px RGB"),
        ("Expected scale", _UNKNOWN if card.um_per_px is None else f"{card.um_per_px:g} um/px"),
        ("Expected stain", card.stain),
        ("Heatmaps (Grad-CAM)", maps),
    ]
    return _facts(facts)


def _class_row(one: CardClass) -> tuple[str, str, str]:
    return one.id, one.display, one.description or _UNKNOWN


def _data(card: Card) -> list[str]:
    data = card.training_data
    facts = [
        ("Data set", data.name),
        ("Source", data.source),
        ("Licence of the data", data.licence),
        ("Images", str(data.images)),
        ("Split", data.split),
        ("Split file (SHA-256)", data.split_sha256 or _UNKNOWN),
        ("Groups kept together", data.groups),
    ]
    counts = _table(("Class", "Images"), ((name, str(count)) for name, count in data.per_class.items()))
    return [_facts(facts), counts] if data.per_class else [_facts(facts), f"Images per class: {_UNKNOWN}."]


def _metrics(metrics: Sequence[Metric]) -> str:
    rows = (
        (one.name, f"{one.value:.4g}", f"{one.low:.4g} to {one.high:.4g}", str(one.n), one.split, one.note or "-")
        for one in metrics
    )
    return _table(("Metric", "Value", "95 % interval", "Images", "Split", "Note"), rows)


def _calibration(card: Card) -> str:
    return (
        f"Logits are divided by the temperature {card.temperature:.4g} before the softmax. Below a probability of "
        f"{card.accept_threshold:.4g} the answer is shown as unidentified."
    )


def _novelty(card: Card) -> str:
    if card.novelty is None:
        return "Not measured: the model answers whatever it is shown."
    novelty = card.novelty
    beyond = novelty.median + novelty.refuse * (novelty.limit - novelty.median)
    warned = "" if novelty.refuse == 1 else f"images beyond {novelty.limit:.4g} are answered with a warning, "
    return (
        "Squared Mahalanobis distance of the embedding to the nearest class mean (Lee et al. 2018, arXiv:1807.03888); "
        f"the median of the validation images is {novelty.median:.4g}, {warned}images beyond {beyond:.4g} are "
        f"rejected. Of the validation images in scope {100 * novelty.accepts:.1f} % lie within {novelty.limit:.4g}."
    )


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return _bullets(f"{name}: {value or _UNKNOWN}" for name, value in facts)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(line)}" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Text of a card inside a page: one line, and neither a table's column nor HTML begins in it."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;") or _UNKNOWN
