"""Phantom smears: synthetic blood-smear fields with known truth, for tests, load tests and the sample case."""

from training.phantom.field import render_field
from training.phantom.layout import CrowdedError
from training.phantom.optics import Capture
from training.phantom.reduce import reduced
from training.phantom.slide import Camera, Illumination, SlideLook, Smear, Stain, random_slide, with_leak
from training.phantom.truth import FIELD_CLASSES, KINDS, NUCLEATED, Kind, Phantom, Truth, TruthCell
from training.phantom.write import SYNTHETIC_MARK, marked_png, write_phantom

__all__ = [
    "FIELD_CLASSES",
    "KINDS",
    "NUCLEATED",
    "SYNTHETIC_MARK",
    "Camera",
    "Capture",
    "CrowdedError",
    "Illumination",
    "Kind",
    "Phantom",
    "SlideLook",
    "Smear",
    "Stain",
    "Truth",
    "TruthCell",
    "marked_png",
    "random_slide",
    "reduced",
    "render_field",
    "with_leak",
    "write_phantom",
]
