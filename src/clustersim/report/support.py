"""What became of the money of each measure, in a sentence or two."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["euros", "said_of_measures"]

YEAR = 12


def said_of_measures(run: Any) -> list[str]:
    """One line a measure that held a call: what it promised, what was paid, what came back, and what found no takers."""
    calls, awards = run.table("calls"), run.table("awards")
    return [
        f"Measure {name}: {_promised(held, awards[awards['measure'] == name])}{_left_over(held)}."
        for name, held in calls.groupby("measure", observed=True, sort=False)
    ]


def euros(cents: Any) -> str:
    """An amount in the unit that reads well."""
    amount = cents / 100
    for scale, word in ((1e9, " thousand million"), (1e6, " million")):
        if amount >= scale:
            return f"{amount / scale:,.2f}{word} euro"
    return f"{amount:,.0f} euro"


def _promised(held: "pd.DataFrame", awards: "pd.DataFrame") -> str:
    calls, chosen = len(held), int(held["chosen"].sum())
    said = f"{calls:,} call{'' if calls == 1 else 's'}, {chosen:,} chosen of {int(held['eligible'].sum()):,} who could apply"
    promised, paid, returned, repaid = (awards[f"{what}_cents"].sum() for what in ("awarded", "paid", "returned", "repaid"))
    if not promised:
        return said
    said += f"; {euros(promised)} promised, {euros(paid)} paid"
    owed = promised - paid - returned
    said += f", {euros(owed)} still to be paid" if owed else ""
    said += f", {euros(returned)} given up because those who were to have it ended or did not use it" if returned else ""
    return said + (f", {euros(repaid)} paid back" if repaid else "")


def _left_over(held: "pd.DataFrame") -> str:
    """Money for which there were too few who could apply; too little for one more promise is another matter.

    What a call leaves the next of its budget year may use, so that only the last of each year leaves money over.
    """
    left = held["money_cents"] - held["promised_cents"]
    one_more = held["promised_cents"] // held["chosen"].clip(lower=1)
    short = (held["chosen"] == held["eligible"]) & (left > 0) & (left >= one_more)
    if not short.any():
        return ""
    last = ~((held["month"] - 1) // YEAR).duplicated(keep="last")
    lost = left[short & last].sum()
    what_then = f"{euros(lost)} found no takers by the end of the budget year" if lost else "later calls of the year used the money"
    return f"; too few could apply in {int(short.sum()):,} of them, where {what_then}"
