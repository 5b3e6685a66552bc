"""Tables of typed columns: what exists, as arrays with units.

A row is an identity: appended at birth, flagged at the end, never moved and never used again. A column is declared once
and read everywhere: by the kernels as an array, by the agents as an attribute, by `describe` and the documentation as
a line with unit and meaning.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Self

import numpy as np

__all__ = ["Column", "Table"]


class Column:
    """A declared column. On the class it is the declaration; on a table it is the array of the rows in use."""

    def __init__(self, dtype: Any, unit: str, meaning: str, *, width: str | int | None = None, empty: float = 0) -> None:
        """Declare a column.

        Args:
            dtype: NumPy type of one value.
            unit: Unit in words, "-" for none.
            meaning: One sentence; it is the description in every document.
            width: For several values a row: how many, or the name of a width given to the table.
            empty: Value of a new row that names no other.
        """
        self.dtype = np.dtype(dtype)
        self.unit = unit
        self.meaning = meaning
        self.width = width
        self.empty = empty
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    # No `__set__`: the table keeps its arrays under the same names, and an instance's own attribute comes first.
    def __get__(self, table: "Table | None", owner: type) -> Any:
        if table is None:
            return self
        raise AttributeError(f"column {self.name} of {owner.__name__} is not set up")


class Table:
    """Rows that grow. Subclasses declare columns; `len(table)` is the number of rows, dead ones included."""

    _declared: ClassVar[tuple[Column, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._declared = tuple(value for value in vars(cls).values() if isinstance(value, Column))

    def __init__(self, capacity: int = 16, **widths: int) -> None:
        """An empty table. `widths` gives a number for each column width that is declared by name."""
        self._widths = widths
        self._rows = 0
        self._buffers = {column.name: self._blank(column, capacity) for column in self.columns()}
        self._capacity = capacity
        self._refresh()

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """The declared columns, in order of declaration."""
        return cls._declared

    def _blank(self, column: Column, capacity: int) -> np.ndarray:
        width = self._widths[column.width] if isinstance(column.width, str) else column.width
        shape = (capacity,) if width is None else (capacity, width)
        # zeros are given by the system page by page as they are touched; a fill would touch them all
        return np.zeros(shape, column.dtype) if column.empty == 0 else np.full(shape, column.empty, column.dtype)

    def _refresh(self) -> None:
        attributes, used = self.__dict__, slice(self._rows)
        for name, buffer in self._buffers.items():
            attributes[name] = buffer[used]

    def append(self, count: int, **values: Any) -> slice:
        """Add `count` rows and return their slice. Columns not named keep their empty value.

        Arrays taken from the table before this call do not see the new rows: take them again.
        """
        if not values.keys() <= self._buffers.keys():
            raise ValueError(f"{type(self).__name__} has no column {', '.join(sorted(values.keys() - self._buffers.keys()))}")
        added = slice(self._rows, self._rows + count)
        if count > 0:
            if added.stop > self._capacity:
                self._grow(max(added.stop, self._capacity + self._capacity // 2))
            self._rows = added.stop
            self._refresh()
            for name, value in values.items():
                self._buffers[name][added] = value
        return added

    def clear(self) -> None:
        """Forget all rows. The room they took stays for the next ones, which start empty as in a new table."""
        if self._rows > 0:
            for column in self.columns():
                self.__dict__[column.name].fill(column.empty)
            self._rows = 0
            self._refresh()

    def _grow(self, capacity: int) -> None:
        for column in self.columns():
            grown = self._blank(column, capacity)
            grown[: self._rows] = self._buffers[column.name][: self._rows]
            self._buffers[column.name] = grown
        self._capacity = capacity

    def __len__(self) -> int:
        return self._rows

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """Name and array of each column, in order of declaration."""
        for column in self.columns():
            yield column.name, getattr(self, column.name)

    def copy(self) -> Self:
        """A table with the same rows that shares nothing with this one."""
        twin = type(self)(max(1, self._rows), **self._widths)
        twin.append(self._rows, **dict(self.arrays()))
        return twin

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._rows} rows>"
