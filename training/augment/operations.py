"""Every operation by its name in a recipe, with its parameters. To add one: write the function, name it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from training.augment import acquisition, colour, geometry, site, stain
from training.augment.parameters import Choice, Number, Parameter, Range
from training.augment.pixels import Image

_FILL = Choice("reflect", tuple(geometry.FILLS))


@dataclass(frozen=True, slots=True)
class Operation:
    """A pure function of (image, rng, parameters) and what its parameters may be."""

    function: Callable[..., Image]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


OPERATIONS: Mapping[str, Operation] = {
    "flip_horizontal": Operation(geometry.flip_horizontal),
    "flip_vertical": Operation(geometry.flip_vertical),
    "rot90": Operation(geometry.rot90),
    "rotate": Operation(geometry.rotate, {"degrees": Range((-20, 20), -180, 180), "fill": _FILL}),
    "shift": Operation(
        geometry.shift, {"x": Range((-0.1, 0.1), -0.5, 0.5), "y": Range((-0.1, 0.1), -0.5, 0.5), "fill": _FILL}
    ),
    "shear": Operation(geometry.shear, {"degrees": Range((-10, 10), -60, 60), "fill": _FILL}),
    "zoom": Operation(geometry.zoom, {"factor": Range((0.8, 1.2), 0.1, 10), "fill": _FILL}),
    "affine": Operation(
        geometry.affine,
        {
            "degrees": Range((-20, 20), -180, 180),
            "shift": Range((-0.1, 0.1), -0.5, 0.5),
            "zoom": Range((0.9, 1.1), 0.1, 10),
            "shear": Range((0, 0), -60, 60),
            "fill": _FILL,
        },
    ),
    "crop_resize": Operation(
        geometry.crop_resize, {"area": Range((0.7, 1), 0.01, 1), "ratio": Range((0.8, 1.25), 0.1, 10)}
    ),
    "brightness": Operation(colour.brightness, {"delta": Range((-0.1, 0.1), -1, 1)}),
    "contrast": Operation(colour.contrast, {"factor": Range((0.8, 1.2), 0, 10)}),
    "linear_contrast": Operation(colour.linear_contrast, {"factor": Range((0.75, 1.5), 0, 10)}),
    "saturation": Operation(colour.saturation, {"factor": Range((0.8, 1.2), 0, 10)}),
    "multiply": Operation(colour.multiply, {"factor": Range((0.8, 1.2), 0, 10), "per_channel": Number(0, 0, 1)}),
    "hue": Operation(colour.hue, {"degrees": Range((-20, 20), -180, 180)}),
    "grey": Operation(colour.grey),
    "colour_jitter": Operation(
        colour.colour_jitter,
        {
            "brightness": Range((0.9, 1.1), 0, 10),
            "contrast": Range((0.9, 1.1), 0, 10),
            "saturation": Range((0.8, 1.2), 0, 10),
            "hue": Range((-10, 10), -180, 180),
        },
    ),
    "stain": Operation(
        stain.stain,
        {"strength": Range((0.8, 1.2), 0, 5), "offset": Range((-0.02, 0.02), -1, 1), "background": Number(0.5, 0, 1)},
    ),
    "site": Operation(
        site.site,
        {
            "light": Range((0.75, 1), 0.1, 1),
            "tint": Range((0.9, 1.1), 0.5, 2),
            "density": Range((0.5, 1.3), 0.05, 10),
            "channel": Range((0.8, 1.2), 0.1, 10),
        },
    ),
    "field_edge": Operation(site.field_edge, {"distance": Range((0.2, 0.5), 0, 0.5)}),
    "noise": Operation(acquisition.noise, {"scale": Range((0, 8), 0, 128), "per_channel": Number(0.5, 0, 1)}),
    "blur": Operation(acquisition.blur, {"sigma": Range((0, 1), 0, 20)}),
    "jpeg": Operation(acquisition.jpeg, {"quality": Range((40, 95), 1, 100)}),
    "mask_corner": Operation(
        acquisition.mask_corner,
        {
            # The scale bar of taleqani-all fills 48 x 34 of 224 px at the bottom right.
            "corner": Choice("bottom-right", (*acquisition.CORNERS, "random")),
            "width": Range((0.22, 0.3), 0.01, 1),
            "height": Range((0.16, 0.24), 0.01, 1),
            "fill": Choice("random", ("median", "reflect", "random")),
        },
    ),
}
