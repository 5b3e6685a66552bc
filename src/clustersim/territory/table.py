"""Lists that people made in a spreadsheet: comma- or semicolon-separated text, read whole and strictly.

Only `csv` and NumPy: 35 000 rows are read in a fraction of a second, and a start of the program does not wait for pandas.
"""

import csv
import gzip
import hashlib
import io
import re
import zlib
from pathlib import Path

import numpy as np

from clustersim.problems import Problem, ScenarioError, did_you_mean

__all__ = ["Sheet"]

_GROUPED = re.compile(r"\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*")  # 1.000, which is one or a thousand
_MOST_LINES = 20  # a file with the same mistake on every line gets so many of them listed


class Sheet:
    """A file's columns as texts, with a list of all that is wrong with them.

    Attributes:
        problems: What is wrong so far.
        data_hash: Digest of the file as it is on the disk.
        lines: Line number of each row, for messages.
    """

    def __init__(self, path: Path, required: tuple[str, ...], optional: tuple[str, ...], synonyms: dict[str, str]) -> None:
        """Read a file. Columns that nobody asked for are left aside, unless their name looks like a slip.

        Raises:
            ScenarioError: if it cannot be read as a table at all.
        """
        self.file = str(path)
        self.problems: list[Problem] = []
        raw = self._bytes(path)
        self.data_hash = hashlib.blake2b(raw, digest_size=16).hexdigest()
        header, rows, self.lines = self._rows(raw)
        names = [synonyms.get(name, name) for name in header]
        self._check_names(names, required, optional)
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        self._columns = dict(zip(names, columns, strict=True))
        if not rows:
            self.add("", "no row below the header", "at least one row")

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def names(self) -> list[str]:
        """The columns that the file has."""
        return list(self._columns)

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def add(self, path: str, found: str, allowed: str, hint: str = "") -> None:
        """Note a mistake."""
        self.problems.append(Problem(self.file, path, found, allowed, hint))

    def settle(self) -> None:
        """Go on only if nothing is wrong."""
        if self.problems:
            raise ScenarioError(self.problems)

    def texts(self, name: str) -> list[str]:
        """A column as texts without surrounding blanks; empty texts if the file does not have it."""
        return [text.strip() for text in self._columns[name]] if name in self._columns else [""] * len(self)

    def numbers(self, name: str, low: float, high: float, *, whole: bool = False, open_cells: bool = False) -> np.ndarray:
        """A column as numbers within an interval. Empty cells are NaN where `open_cells`, else a mistake."""
        if name not in self._columns:
            return np.full(len(self), np.nan)
        texts = self._columns[name]
        if self._decimal_comma:
            texts = [text.replace(",", ".") for text in texts]
        try:
            values = np.array([float(text) for text in texts])
        except ValueError:
            values = np.array([_number_or_nan(text) for text in texts])
        bad = ~((values >= low) & (values <= high))
        if whole:
            with np.errstate(invalid="ignore"):
                bad |= values != np.floor(values)
        if open_cells:
            bad &= np.array([bool(text.strip()) for text in texts])
        kind = "a whole number" if whole else "a number"
        self.mark(name, np.flatnonzero(bad), f"{kind} from {low:.12g} to {high:.12g}")
        self._refuse_ambiguous(name, low, high)
        return values

    def _refuse_ambiguous(self, name: str, low: float, high: float) -> None:
        """Where decimals have a comma, note cells whose point may part thousands, unless another cell shows that it does not."""
        if not self._decimal_comma:
            return
        pointed = [row for row, text in enumerate(self._columns[name]) if "." in text]
        cells = [self._columns[name][row] for row in pointed]
        if all(_GROUPED.fullmatch(cell) and low <= float(cell.replace(".", "")) <= high for cell in cells):
            self.mark(name, pointed, "a number without thousands separator", "write 1000 for a thousand, 1,0 or 1.0 for one")

    def mark(self, name: str, rows: np.ndarray | list[int], allowed: str, hint: str = "") -> None:
        """Note the cells of a column that are wrong, the first of them one by one."""
        for row in rows[:_MOST_LINES]:
            text = self._columns[name][row].strip()
            self.add(f"line {self.lines[row]}, column {name}", f'"{text}"' if text else "an empty cell", allowed, hint)
        if len(rows) > _MOST_LINES:
            self.add(f"column {name}", f"the same mistake on {len(rows) - _MOST_LINES} more lines", allowed)

    def refuse_repeated(self, name: str, texts: list[str]) -> None:
        """Note every text that stands more than once."""
        if len(set(texts)) == len(texts):
            return
        first: dict[str, int] = {}
        for row, text in enumerate(texts):
            if first.setdefault(text, row) != row:
                found = f'"{text}", which line {self.lines[first[text]]} has already'
                self.add(f"line {self.lines[row]}, column {name}", found, "each code once")
            if len(self.problems) > 5 * _MOST_LINES:
                return

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise ScenarioError([Problem(self.file, "", "no such file", "an existing CSV file")]) from None
        except OSError as error:
            raise ScenarioError([Problem(self.file, "", f"a file that cannot be read ({error.strerror})", "a readable CSV file")]) from None

    def _rows(self, raw: bytes) -> tuple[list[str], list[list[str]], list[int]]:
        """Header, rows and their line numbers."""
        try:
            text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
        except UnicodeDecodeError:
            found, hint = "letters that are not coded as UTF-8", 'save it from the spreadsheet as "CSV UTF-8"'
            raise ScenarioError([Problem(self.file, "", found, "a text file in UTF-8", hint)]) from None
        except (OSError, EOFError, zlib.error):
            raise ScenarioError([Problem(self.file, "", "a damaged compressed file", "a CSV file, or one compressed by gzip")]) from None
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        self._decimal_comma = delimiter != ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows, lines = [], []
        try:
            header = [name.strip().casefold() for name in next(reader, [])]
            for row in reader:
                if len(row) == len(header) and (row[0] or any(row)):
                    rows.append(row)
                    lines.append(reader.line_num)
                elif any(cell.strip() for cell in row):
                    self.add(f"line {reader.line_num}", f"{len(row)} cells", f"{len(header)} cells, as in the header")
        except csv.Error as error:
            raise ScenarioError([Problem(self.file, f"line {reader.line_num}", f"text that is no CSV ({error})", "a CSV file")]) from None
        return header, rows, lines

    def _check_names(self, names: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        """Note missing, repeated and misspelt columns."""
        known = (*required, *optional)
        spare = [name for name in names if name not in known]
        for name in required:
            if name not in names:
                hint = did_you_mean(name, spare).replace("mean", "call it")
                self.add("header", f'no column "{name}"', f"the columns {', '.join(required)}", hint)
        for name in dict.fromkeys(names):
            if name in known and names.count(name) > 1:
                self.add("header", f'the column "{name}" {names.count(name)} times', "each column once")
        for name in spare:
            slip = did_you_mean(name, [other for other in optional if other not in names])
            if slip and len(name) > 3:
                self.add("header", f'a column "{name}"', f"the columns {', '.join(known)}, and any others with names unlike these", slip)
        self.settle()


def _number_or_nan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
