"""Grids: the tables behind the first page, as words: money, who gains, chances, precision, shares of a mix, regret."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clustersim.report.gains import group_name
from clustersim.report.page import own_tables
from clustersim.report.page.first_page import may_be_ranked
from clustersim.report.page.folder import StoredComparison
from clustersim.report.page.grid import Grid, grid_of
from clustersim.report.page.language import Language
from clustersim.report.page.readings import Contrast, decimals, effect_of, leading, unit_of

__all__ = ["grids"]

MOST_FOLLOWED = 4  # with more arms the winners and losers of those that lead in a headline are told
FATES = ("clustered", "survived")


def grids(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> dict[str, Grid]:
    """Every table for which there is something to say, by name."""
    made = (_money, _costs, _gains, _emergence, _ranking, _precision, _shares, _regret, _calls)
    found = (make(stored, contrasts, language) for make in made)
    return {grid.name: grid for grid in found if grid.rows}


def _money(stored: StoredComparison, _: object, language: Language) -> Grid:
    titles = stored.titles
    rows = [
        (
            titles.get(r.arm, r.arm),
            language.euros(r.public_eur),
            language.euros(r.private_eur),
            language.euros(r.own_eur),
            language.euros(r.public_committed_eur + r.private_committed_eur),
            language.number(r.leverage, 2),
        )
        for r in stored.tables["money"].itertuples()
    ]
    return grid_of("money", ("measure", "public", "private", "own", "committed", "leverage"), rows, "tables/money.csv", language)


def _costs(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> Grid:
    """What one more costs; how arms stand to each other, by their means, and whether that may be chance."""
    table, rows = stored.tables["money"], []
    standings = {(r.outcome, r.arm): r for r in stored.tables["frontier"].itertuples()}
    outcomes = [name.removeprefix("extra_") for name in table.columns if name.startswith("extra_") and not name.endswith("_eur")]
    for outcome in outcomes:
        unit = f"{language.name_of('outcomes', outcome)} ({unit_of(outcome, stored.months, language)})"
        for _, row in table.iterrows():
            low, high = (float(row[f"cost_per_{outcome}_{end}_eur"]) for end in ("low", "high"))
            rows.append(
                (
                    unit,
                    stored.titles[row["arm"]],
                    effect_of(contrasts[row["arm"], outcome], language).value,
                    _cost(float(row[f"cost_per_{outcome}_eur"]), outcome, language),
                    _interval(language.euros(low), language.euros(high), low, high, language),
                    language.name_of("statuses", _key(row[f"status_{outcome}"])),
                    _standing(standings.get((outcome, row["arm"])), language),
                )
            )
    heads = ("outcome", "measure", "extra", "cost", "interval", "status", "standing")
    return grid_of("costs", heads, rows, "tables/money.csv", language, 2)


def _cost(euros: float, outcome: str, language: Language) -> str:
    """A cost with what it is the cost of."""
    key = f"costed.{outcome}"
    return language.say(key, amount=language.euros(euros)) if math.isfinite(euros) and language.knows(key) else language.euros(euros)


def _standing(row: Any, language: Language) -> str:
    """How an arm stands among the others by its means, and whether that may be chance."""
    if row is None or not isinstance(row.standing, str):
        return language.say("standings.none")
    said = language.name_of("standings", _key(row.standing))
    return said if row.sure else language.say("words.may_be_chance", said=said)


def _gains(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> Grid:
    """In each group the shares of organisations that gain and that lose, where anybody does."""
    told = {arm.name for arm in stored.treated}
    if len(told) > MOST_FOLLOWED:
        told = {contrast.arm.name for contrast in leading(stored, contrasts)}
    table, rows = stored.tables["groups"], []
    for arm in (arm for arm in stored.treated if arm.name in told):
        ours = table[(table["arm"] == arm.name) & table["outcome"].isin(FATES)]
        for (division, group), fates in ours.groupby(["division", "group"], sort=False):
            of = fates.set_index("outcome")[["share_gaining", "share_losing"]]
            shares = [of.at[fate, column] if fate in of.index else math.nan for fate in FATES for column in of.columns]
            if any(share > 0 for share in shares):
                name = language.say("format.of", whole=language.name_of("divisions", division), part=group_name(division, group, language))
                organisations = language.number(fates["organisations"].iloc[0], 1)
                rows.append((arm.title, name, organisations, *(language.share(share, 1) for share in shares)))
    heads = ("measure", "group", "organisations", "joining", "leaving", "saved", "lost")
    return grid_of("gains", heads, rows, "tables/groups.csv", language, 2)


def _emergence(stored: StoredComparison, _: object, language: Language) -> Grid:
    rows = [
        (
            language.name_of("outcomes", r.outcome),
            stored.titles.get(r.arm, r.arm),
            language.share(r.chance),
            _interval(language.share(r.chance_low), language.share(r.chance_high), r.chance_low, r.chance_high, language),
            language.number(r.size_given, 1),
            _interval(language.number(r.size_low, 1), language.number(r.size_high, 1), r.size_low, r.size_high, language),
        )
        for r in stored.tables["emergence"].sort_values("outcome", kind="stable").itertuples()
    ]
    return grid_of("emergence", ("outcome", "measure", "chance", "interval", "size", "interval"), rows, "tables/emergence.csv", language, 2)


def _ranking(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> Grid:
    """Both intervals beside each other, and who may be best."""
    rows = []
    for outcome in stored.headlines:
        for arm in stored.treated:
            contrast = contrasts.get((arm.name, outcome))
            if contrast is None or math.isnan(contrast.best):
                continue
            effect = effect_of(contrast, language)
            places = decimals(contrast.low, contrast.high, contrast.difference, contrast.scale)
            alone = [language.number(contrast.scale * end, places, signed=True) for end in (contrast.low_alone, contrast.high_alone)]
            rows.append(
                (
                    language.name_of("outcomes", outcome),
                    arm.title,
                    effect.value,
                    language.say("standings.none")
                    if contrast.verdict == "same"
                    else _interval(*alone, contrast.low_alone, contrast.high_alone, language),
                    effect.interval,
                    language.chance(contrast.best) if may_be_ranked(stored, contrasts, outcome) else language.say("standings.none"),
                )
            )
    heads = ("outcome", "measure", "difference", "alone", "jointly", "best")
    return grid_of("ranking", heads, rows if len(stored.treated) > 1 else [], "tables/ranking.csv", language, 2)


def _precision(stored: StoredComparison, _: object, language: Language) -> Grid:
    table = stored.tables["effects"]
    rows = [
        (
            language.name_of("outcomes", r.outcome),
            stored.titles[r.arm],
            language.number(r.n),
            language.number(r.correlation, 2),
            _roughly(r.runs_saved, language),
            language.number(r.seeds_needed) if r.spans_zero else language.say("words.enough"),
        )
        for outcome in dict.fromkeys((*stored.headlines, *table["outcome"]))
        for r in table[table["outcome"] == outcome].itertuples()
    ]
    heads = ("outcome", "measure", "seeds", "correlation", "runs_saved", "seeds_needed")
    return grid_of("precision", heads, rows, "tables/effects.csv", language, 2)


def _roughly(value: float, language: Language) -> str:
    """Two figures: where the two arms are nearly the same, a correlation a little lower is many runs fewer."""
    large = math.isfinite(value) and abs(value) >= 100
    return language.number(value, 1 - math.floor(math.log10(abs(value))) if large else 0)


def _shares(stored: StoredComparison, _: object, language: Language) -> Grid:
    table, rows = stored.tables["shares"], []
    for r in table[table["outcome"].isin(stored.headlines)].itertuples():
        low, high = (float(getattr(r, end, math.nan)) for end in ("low", "high"))
        factor, places = stored.scale(r.outcome), decimals(low, high, r.share, stored.scale(r.outcome))
        ends = [language.number(factor * end, places, signed=True) for end in (low, high)]
        rows.append(
            (
                stored.titles.get(r.arm, r.arm),
                language.name_of("outcomes", r.outcome),
                r.measure.replace("_", " "),
                language.number(factor * r.share, places, signed=True),
                _interval(*ends, low, high, language),
            )
        )
    return grid_of("shares", ("mix", "outcome", "part", "share", "interval"), rows, "tables/shares.csv", language, 3)


def _regret(stored: StoredComparison, _: object, language: Language) -> Grid:
    table = stored.tables["regret"]
    rows = []
    for r in table[table["outcome"].isin(stored.headlines)].itertuples():
        factor, places = stored.scale(r.outcome), decimals(math.nan, math.nan, r.mean, stored.scale(r.outcome))
        said = (language.number(factor * value, places) for value in (r.mean, r.p90, r.max))
        rows.append((language.name_of("outcomes", r.outcome), stored.titles.get(r.arm, r.arm), *said))
    return grid_of("regret", ("outcome", "measure", "regret_mean", "regret_p90", "regret_max"), rows, "tables/regret.csv", language, 2)


def _calls(stored: StoredComparison, _: object, language: Language) -> Grid:
    """What the calls of each measure did, as a mean over runs."""
    rows = [
        (
            stored.titles[r.arm],
            r.measure.replace("_", " "),
            language.euros(r.paid_eur),
            language.euros(r.repaid_eur),
            language.number(r.calls, 1),
            language.number(r.short_calls, 1),
            language.euros(r.left_eur),
        )
        for r in own_tables.calls(stored).itertuples()
    ]
    grid = grid_of("calls", ("arm", "part", "paid", "came_back", "calls", "short_calls", "left"), rows, "tables/calls.csv", language, 2)
    return replace(grid, workbook=own_tables.WORKBOOK)


def _key(words: str) -> str:
    """Words of a table as the last part of a key."""
    return words.replace(" ", "_").replace("-", "_") or "none"


def _interval(low: str, high: str, low_number: float, high_number: float, language: Language) -> str:
    known = math.isfinite(low_number) and math.isfinite(high_number)
    return language.say("format.interval", low=low, high=high) if known else language.say("words.no_interval")
