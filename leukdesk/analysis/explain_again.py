"""Heatmaps of what was recorded, computed again by the very bundle that said it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from leukdesk.domain.errors import EngineError, KnownError
from leukdesk.imaging.preprocess import to_input

if TYPE_CHECKING:
    from leukdesk.analysis.ports import Predictor
    from leukdesk.domain.finding import BundleRef
    from leukdesk.domain.heatmap import Heatmap
    from leukdesk.domain.image import SmearImage


class ExplainAgain:
    """Opens each bundle once, when the first heatmap of it is asked for."""

    def __init__(self, open_bundle: Callable[[BundleRef], Predictor]) -> None:
        """`open_bundle` raises a `KnownError` where exactly this bundle is not to be had."""
        self._open = open_bundle
        self._opened: dict[str, Predictor | KnownError] = {}

    def __call__(self, image: SmearImage, bundle: BundleRef) -> Heatmap:
        """The maps of all classes over an image that was read. Raises `KnownError`."""
        predictor = self._predictor(bundle)
        (prediction,) = predictor.predict(to_input(image.pixels, predictor.card.input_size)[None])
        if prediction.heatmap is None:
            raise EngineError("this model gives no heatmaps here", subject=bundle.name, advice="Read it without.")
        return prediction.heatmap

    def close(self) -> None:
        """Close all bundles."""
        for one in self._opened.values():
            if not isinstance(one, KnownError):
                one.close()
        self._opened.clear()

    def _predictor(self, bundle: BundleRef) -> Predictor:
        if bundle.sha256 not in self._opened:
            try:
                self._opened[bundle.sha256] = self._open(bundle)
            except KnownError as error:
                self._opened[bundle.sha256] = error
        opened = self._opened[bundle.sha256]
        if isinstance(opened, KnownError):
            raise opened
        return opened
