"""Labels beside points, kept clear of each other and of the points."""

import numpy as np

__all__ = ["offsets"]

_AROUND = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))


def offsets(
    points: np.ndarray, sizes: np.ndarray, radius: float, room: tuple[float, float] | None = None
) -> list[tuple[float, float] | None]:
    """From each point (n, 2) to the middle of its label of that width and height (n, 2); None where there is no room.

    Points are discs of `radius`; earlier labels are placed first. A label stands so near its point that it can only be its own.
    Where `room` is given, labels stay between zero and that width and height.
    """
    boxes = [(point - radius, point + radius) for point in points]
    places: list[tuple[float, float] | None] = []
    for own, (point, size) in enumerate(zip(points, sizes, strict=True)):
        places.append(None)
        for direction in _AROUND:
            # a diagonal label may come nearer: its corner faces the point
            near = 0.6 * radius if all(direction) else radius + 1
            offset = np.array(direction) * (size / 2 + near)
            low, high = point + offset - size / 2, point + offset + size / 2
            outside = room is not None and ((low < 0).any() or (high > np.array(room)).any())
            if not outside and not any(((low < top) & (high > bottom)).all() for k, (bottom, top) in enumerate(boxes) if k != own):
                places[own] = (float(offset[0]), float(offset[1]))
                boxes.append((low, high))
                break
    return places
