"""Measures that can never act: what no rule forbids, but nobody can have meant."""

from collections.abc import Iterator, Sequence

from clustersim.parameters import Parameters
from clustersim.problems import Caution
from clustersim.scenario.settings import CALL_DATES, FunderSettings, MeasureSettings

__all__ = ["idle_measures"]

YEAR = 12


def idle_measures(measures: Sequence[MeasureSettings], funders: Sequence[FunderSettings], months: int) -> Iterator[Caution]:
    """A sentence for each measure that cannot act within that many months: where, why, and what to do about it."""
    named = {funder.name: funder for funder in funders}
    for measure in measures:
        rivals = [other for other in measures if other.funder == measure.funder]
        yield from _closed(measure, months) or _penniless(measure, rivals, named[measure.funder], months)


def _closed(measure: MeasureSettings, months: int) -> list[Caution]:
    """Why its window never opens."""
    if measure.call_months and (earliest := measure.call_months[0]) > months:
        remedy = "hold one earlier, or raise run.months"
        path = f"measures.{measure.name}.{CALL_DATES}"
        sentence = f"{path}: {earliest} is beyond the horizon of {months} months, so it never holds a call ({remedy})"
        return [Caution("late_call", sentence, {"measure": measure.name, "month": earliest, "months": months})]
    path, window = f"measures.{measure.name}.start_month", measure.numbers.values()
    first, last = window.get("start_month", 1), window.get("end_month", months)
    if first > last:
        sentence = f"{path}: {first} is after the end_month, {last}, so it never begins (start it earlier, or end it later)"
        return [Caution("ends_first", sentence, {"measure": measure.name, "month": first, "last": last})]
    if first > months:
        sentence = f"{path}: {first} is beyond the horizon of {months} months, so it never begins (start it earlier, or raise run.months)"
        return [Caution("late_start", sentence, {"measure": measure.name, "month": first, "months": months})]
    return []


def _penniless(measure: MeasureSettings, rivals: Sequence[MeasureSettings], funder: FunderSettings, months: int) -> list[Caution]:
    """Why its money never buys a promise; nothing for a measure that needs no money."""
    window = measure.numbers.values()
    if "budget_eur_per_year" not in window:
        return []
    if funder.budget_eur_per_year == 0.0:
        path = f"funders.{funder.name}.budget_eur_per_year"
        sentence = f"{path}: 0 EUR a year, so the measure {measure.name} can promise nothing (give it a budget)"
        return [Caution("penniless_funder", sentence, {"measure": measure.name, "funder": funder.name})]
    first, last = window["start_month"], min(window["end_month"], months)
    changes = [first, *(month for month, _ in measure.later if first < month <= last)]
    if measure.call_months:
        changes = [month for month in measure.call_months if month <= last]
    short = [_shortage(measure, rivals, funder, month) for month in changes]
    return [short[0]] if all(short) else []


def _shortage(measure: MeasureSettings, rivals: Sequence[MeasureSettings], funder: FunderSettings, month: int) -> Caution | None:
    """Why the money of a year does not reach for one promise from that month on; None if it does."""
    numbers = measure.at(month)
    first = month if measure.call_months else numbers.values()["start_month"]
    budget, promise = numbers.values()["budget_eur_per_year"], _promise_eur(numbers, first)
    if budget < promise:
        remedy = "raise it, or lower what one promise costs"
        said = f"budget_eur_per_year: {_eur(budget)} a year do not pay for one promise of {_eur(promise)} ({remedy})"
        values = {"measure": measure.name, "budget_eur": budget, "promise_eur": promise}
        return Caution("small_budget", f"measures.{measure.name}.{said}", values)
    free = funder.budget_eur_per_year * (1.0 - funder.discretionary_share * (1.0 - funder.attention))
    wanted = sum(rival.at(month).values().get("budget_eur_per_year", 0.0) for rival in rivals if _claims(rival, month))
    claim = budget * min(1.0, free / wanted)
    if claim < promise:
        found = f"as attentive as at the start {funder.name} has {_eur(free)} a year, of which this measure may claim {_eur(claim)}"
        remedy = f"raise funders.{funder.name}.budget_eur_per_year, or lower what one promise costs"
        said = f"funder: {found}, less than one promise of {_eur(promise)} ({remedy})"
        values = {"measure": measure.name, "funder": funder.name, "free_eur": free, "claim_eur": claim, "promise_eur": promise}
        return Caution("small_claim", f"measures.{measure.name}.{said}", values)
    return None


def _claims(rival: MeasureSettings, month: int) -> bool:
    """Whether it asks for money of that year: it has not ended, and where its calls have dates the year holds one."""
    year = (month - 1) // YEAR
    held = not rival.call_months or any((call - 1) // YEAR == year for call in rival.call_months)
    return held and month <= rival.numbers.values()["end_month"]


def _promise_eur(numbers: Parameters, first: int) -> float:
    """What a promise of the month `first` costs that runs its full time, within the window [EUR]; 0 where the kind has no amount of
    its own."""
    declared = {p.name: p for p in numbers.declared()}
    if "amount_eur" not in declared:
        return 0.0
    said = numbers.values()
    months = min(said["duration_months"], said["end_month"] - first + 1)
    return said["amount_eur"] * {"EUR/year": months / 12, "EUR/month": months}.get(declared["amount_eur"].unit, 1)


def _eur(amount: float) -> str:
    return f"{amount:_.0f} EUR".replace("_", " ")
