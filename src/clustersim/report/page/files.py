"""Tables of a folder that a page is made of: read, or refused by name with a remedy."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clustersim.results import ResultsError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_columns", "parquet", "table"]

_WORDS = ("arm", "outcome", "measure", "division", "group", "combination", "statistic", "factor", "other", "of", "unit", "source")


def table(path: Path, columns: Sequence[str], remedy: str, *, needed: bool) -> "pd.DataFrame":
    """A CSV table; without rows where it is not there and need not be.

    Args:
        path: The file.
        columns: What must be in it; it may hold more.
        remedy: What to do where it cannot be read.
        needed: Whether it must be there.

    Raises:
        ResultsError: if it is missing, cannot be read or lacks a column.
    """
    import pandas as pd

    if not needed and not path.is_file():
        return pd.DataFrame(columns=list(columns))
    try:
        found = pd.read_csv(path, dtype={name: str for name in _WORDS if name in columns})
    except FileNotFoundError:
        raise ResultsError(f"{path} is missing", remedy) from None
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=list(columns))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} cannot be read ({error})", remedy) from error
    check_columns(path, found, columns, remedy)
    return found


def parquet(path: Path, remedy: str) -> "pd.DataFrame":
    """A Parquet file.

    Raises:
        ResultsError: if it is missing or cannot be read.
    """
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise ResultsError(f"{path} is missing", remedy) from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ResultsError(f"{path} cannot be read ({error})", remedy) from error


def check_columns(path: Path, found: "pd.DataFrame", columns: Sequence[str], remedy: str) -> None:
    """Refuse a table that lacks a column.

    Raises:
        ResultsError: naming what is lacking.
    """
    lacking = [name for name in columns if name not in found.columns]
    if lacking:
        raise ResultsError(f"{path} lacks {', '.join(lacking)}", remedy)
