"""Class-activation maps of one image, for all classes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """Grad-CAM of every class over the square model input.

    `maps` is float32 of shape (rows, columns, classes), at the resolution of the feature map, zero or positive,
    in logit units and comparable between classes (nothing is normalised here; Selvaraju et al. 2017, arXiv:1610.02391).
    """

    classes: tuple[str, ...]
    maps: NDArray[np.float32]

    def of(self, label: str) -> NDArray[np.float32]:
        """The map of one class, shape (rows, columns); KeyError for a class the model does not know."""
        if label not in self.classes:
            raise KeyError(label)
        return self.maps[:, :, self.classes.index(label)]
