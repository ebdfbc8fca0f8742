"""Outlines of cells as a person draws and changes them: plane geometry of polygons, in px of the image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import atan2, cos, hypot, pi, sin

from leukdesk.domain.cell import Box, Point, Polygon

_CORNERS = 24  # of a circle


def circle(centre: Point, radius: float) -> Polygon:
    """A circle as a polygon."""
    angles = (2 * pi * step / _CORNERS for step in range(_CORNERS))
    return tuple((centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)) for angle in angles)


def ellipse(box: Box) -> Polygon:
    """The ellipse that fills a box, as a polygon."""
    (x, y), wide, high = box.centre, box.width / 2, box.height / 2
    return tuple((x + wide * across, y + high * down) for across, down in circle((0.0, 0.0), 1.0))


def moved(outline: Polygon, right: float, down: float) -> Polygon:
    """The same outline elsewhere."""
    return tuple((x + right, y + down) for x, y in outline)


def area(outline: Sequence[Point]) -> float:
    """Square px; 0 for fewer than three corners."""
    return abs(_signed(outline))


def centre(outline: Sequence[Point]) -> Point:
    """The centre of gravity of its area; of its corners where it has no area."""
    twice = 2 * _signed(outline)
    if len(outline) < 3 or abs(twice) < 1e-9:
        return sum(x for x, _ in outline) / len(outline), sum(y for _, y in outline) / len(outline)
    across = down = 0.0
    for (x0, y0), (x1, y1) in _edges(outline):
        cross = x0 * y1 - x1 * y0
        across += (x0 + x1) * cross
        down += (y0 + y1) * cross
    return across / (3 * twice), down / (3 * twice)


def bounds(outline: Sequence[Point]) -> Box:
    """The box around it."""
    across, down = [x for x, _ in outline], [y for _, y in outline]
    return Box(min(across), min(down), max(across), max(down))


def within(outline: Polygon, width: float, height: float) -> Polygon:
    """What of it lies in an image; empty where nothing does."""
    corners: tuple[Point, ...] = outline
    for point, normal in (
        ((0.0, 0.0), (1.0, 0.0)),
        ((0.0, 0.0), (0.0, 1.0)),
        ((width, height), (-1.0, 0.0)),
        ((width, height), (0.0, -1.0)),
    ):
        corners = _clipped(corners, point, normal)
    return corners


def hull(points: Iterable[Point]) -> Polygon:
    """The smallest convex outline around points (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return tuple(ordered)
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return (*lower[:-1], *upper[:-1])


def halves(outline: Polygon) -> tuple[Polygon, Polygon]:
    """Cut across the middle of its longest extent, where two cells that touch have their neck."""
    middle, along = centre(outline), _direction(outline)
    return _clipped(outline, middle, along), _clipped(outline, middle, (-along[0], -along[1]))


def roundness(outline: Sequence[Point]) -> float:
    """4 pi area / perimeter^2: 1 is a circle."""
    around = sum(hypot(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in _edges(outline))
    return min(1.0, 4 * pi * area(outline) / around**2) if around else 0.0


def _edges(outline: Sequence[Point]) -> Iterable[tuple[Point, Point]]:
    return zip(outline, (*outline[1:], *outline[:1]), strict=True)


def _signed(outline: Sequence[Point]) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _edges(outline)) / 2


def _direction(outline: Polygon) -> Point:
    """The direction in which its corners reach furthest, from their second moments."""
    middle = centre(outline)
    xx = sum((x - middle[0]) ** 2 for x, _ in outline)
    yy = sum((y - middle[1]) ** 2 for _, y in outline)
    xy = sum((x - middle[0]) * (y - middle[1]) for x, y in outline)
    angle = 0.5 * atan2(2 * xy, xx - yy)
    return cos(angle), sin(angle)


def _clipped(outline: tuple[Point, ...], point: Point, normal: Point) -> tuple[Point, ...]:
    """What of an outline lies on the side of a line that its normal points to (Sutherland and Hodgman 1974)."""
    kept: list[Point] = []
    for first, second in _edges(outline):
        before, after = _ahead(first, point, normal), _ahead(second, point, normal)
        if before >= 0:
            kept.append(first)
        if (before >= 0) != (after >= 0):
            share = before / (before - after)
            kept.append((first[0] + share * (second[0] - first[0]), first[1] + share * (second[1] - first[1])))
    return tuple(kept)


def _ahead(corner: Point, point: Point, normal: Point) -> float:
    return (corner[0] - point[0]) * normal[0] + (corner[1] - point[1]) * normal[1]


def _chain(ordered: Sequence[Point]) -> list[Point]:
    made: list[Point] = []
    for point in ordered:
        while len(made) > 1 and _turn(made[-2], made[-1], point) <= 0:
            made.pop()
        made.append(point)
    return made


def _turn(first: Point, second: Point, third: Point) -> float:
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])
