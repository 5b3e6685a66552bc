"""The tables that the report makes: what calls did, the courses it draws, and the numbers it rests on, as CSV and as a workbook."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clustersim.report.page import courses
from clustersim.report.page.evidence import Graded
from clustersim.report.page.folder import StoredComparison
from clustersim.results import ResultsError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WORKBOOK", "calls", "numbers_table", "write"]

WORKBOOK = "report.xlsx"


def calls(stored: StoredComparison) -> "pd.DataFrame":
    """What was paid under each measure and what came back, how its calls went and what they left over: means over runs."""
    paid = stored.frame("measures").groupby(["arm", "measure"], sort=False)
    return paid[["paid_eur", "repaid_eur", "calls", "short_calls", "left_eur"]].mean().reset_index()


def numbers_table(numbers: Sequence[Graded]) -> "pd.DataFrame":
    """Every number that the comparison rests on, as it is declared, with the values that it has in the arms."""
    import pandas as pd

    rows = []
    for number in numbers:
        declared = number.parameter
        low, high = declared.within or ("", "")
        values = "; ".join(map(str, number.values))
        said = (declared.unit, low, high, ", ".join(declared.choices), number.grade, declared.source, declared.meaning)
        rows.append((number.part, number.group, declared.name, values, declared.default, *said))
    heads = ["part", "group", "name", "values", "default", "unit", "low", "high", "choices", "grade", "source", "meaning"]
    return pd.DataFrame(rows, columns=heads)


def write(stored: StoredComparison, numbers: Sequence[Graded]) -> None:
    """Write them beside the comparison's own tables.

    Raises:
        ResultsError: if they cannot be written.
    """
    import pandas as pd

    tables = {"numbers": numbers_table(numbers), "calls": calls(stored), "paths": courses.table(stored)}
    try:
        for name, table in tables.items():
            table.to_csv(stored.folder / "tables" / f"{name}.csv", index=False, lineterminator="\n")
        with pd.ExcelWriter(stored.folder / WORKBOOK, engine="xlsxwriter") as writer:
            for name, table in tables.items():
                table.to_excel(writer, sheet_name=name, index=False)
    except OSError as error:
        raise ResultsError(f"cannot write the tables of the report: {error}", "Check free space and rights") from error
