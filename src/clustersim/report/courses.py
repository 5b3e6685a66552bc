"""How things went: clusters, needs and money month by month."""

from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.report.style import (
    BLUE,
    GREEN,
    INK,
    LOOK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    circumstances,
    colours_of,
    entitle,
    label_ends,
    mark_months,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["clusters_over_time", "money_by_payer", "needs_met"]

_CENTS = 100.0
_PAYERS = {
    "services_cents": ("services to persons served", BLUE),
    "market_cents": ("ordinary market income", SKY),
    "pole_sales_cents": ("poles' own sales", PURPLE),
    "procurement_cents": ("social clauses in public orders", GREEN),
    "private_support_cents": ("private support", ORANGE),
    "public_support_cents": ("public support", VERMILLION),
}
_MEASURES = ("procurement_cents", "private_support_cents", "public_support_cents")


def clusters_over_time(run: Any) -> "Figure":
    """Clusters and poles, and how many social enterprises are in a cluster."""
    series = run.series
    months = series.index.to_numpy()
    figure, (above, below) = _panels(2, right=1.75)
    for name, colour in (("clusters", BLUE), ("poles", VERMILLION)):
        above.plot(months, series[name], color=colour, lw=1.8)
    above.set_ylim(0, max(4.0, 1.1 * float(series[["clusters", "poles"]].max().max())))
    above.set_ylabel("number")
    share = 100 * series["clustered_share"]
    below.fill_between(months, share.fillna(0), color=BLUE, alpha=0.13, lw=0)
    below.plot(months, share, color=BLUE, lw=1.8)
    below.set_ylim(0, max(5.0, 1.15 * float(np.nan_to_num(share.max()))))
    below.set_ylabel("social enterprises\nin a cluster [%]")
    _share_months(figure, months)
    last = series.iloc[-1]
    label_ends(
        above,
        months[-1],
        [(last["clusters"], _count(last["clusters"], "cluster"), BLUE), (last["poles"], _count(last["poles"], "pole"), VERMILLION)],
    )
    label_ends(below, months[-1], [(share.iloc[-1], f"{share.iloc[-1]:.1f} %", BLUE)])
    finding = f"{_count(last['clusters'], 'cluster')} and {_count(last['poles'], 'pole')} after {_count(months[-1], 'month')}"
    entitle(figure, finding, circumstances(run, f"months {months[0]} to {months[-1]}"))
    return figure


def needs_met(run: Any) -> "Figure":
    """Share of persons in need who are served, by purpose and in all."""
    from matplotlib.ticker import MaxNLocator

    series = run.series
    months = series.index.to_numpy()
    purposes = [name.removeprefix("met_share_") for name in series.columns if name.startswith("met_share_")]
    colours = colours_of(purposes)
    figure, (axes,) = _panels(1, right=2.7, height=5.0)
    ends = []
    for purpose in purposes:
        share = 100 * series[f"met_share_{purpose}"]
        axes.plot(months, share, color=colours[purpose], lw=1.6)
        ends.append((float(share.iloc[-1]), f"{purpose.replace('_', ' ')}  {share.iloc[-1]:.0f} %", colours[purpose]))
    share = 100 * series["met_share"]
    axes.plot(months, share, color=INK, lw=2.6)
    ends.append((float(share.iloc[-1]), f"all needs  {share.iloc[-1]:.0f} %", INK))
    drawn = 100 * series[["met_share", *(f"met_share_{purpose}" for purpose in purposes)]].to_numpy()
    low, high = (np.nanmin(drawn), np.nanmax(drawn)) if np.isfinite(drawn).any() else (0.0, 1.0)
    # a small change must not look like a large one: at least twenty points are shown
    middle, half = (low + high) / 2, max(10.0, 0.55 * (high - low))
    base = min(max(0.0, middle - half), 100.0 - 2 * half)
    axes.set_ylim(max(0.0, base), max(0.0, base) + 2 * half)
    axes.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axes.set_ylabel("persons in need who are served [%]")
    _share_months(figure, months)
    label_ends(axes, months[-1], [end for end in ends if np.isfinite(end[0])])
    finding = f"Share of needs met: {share.iloc[0]:.1f} % in month {months[0]}, {share.iloc[-1]:.1f} % in month {months[-1]}"
    entitle(figure, finding, circumstances(run, "by purpose"))
    return figure


def money_by_payer(run: Any) -> "Figure":
    """Where the money comes from: all income above, and, where there is any, what measures and public buyers add below."""
    series = run.series
    months = series.index.to_numpy()
    total, supported = series[list(_PAYERS)].sum().sum(), series[list(_MEASURES)].sum().sum()
    panels = {"all income": list(_PAYERS)}
    if supported > 0:
        panels["support and social clauses"] = list(_MEASURES)
    figure, axes = _panels(len(panels), right=2.75, height=6.2 if supported > 0 else 4.4)
    for panel, (what, names) in zip(axes, panels.items(), strict=True):
        _stack(panel, series, names, what)
    _share_months(figure, months)
    for panel, names in zip(axes, panels.values(), strict=True):
        _label_stack(panel, series, names)
    finding = (
        f"Support and social clauses make up {100 * supported / total:.1f} % of all income"
        if supported > 0
        else "All income is earned: no support was paid"
    )
    entitle(figure, finding, circumstances(run, f"months {months[0]} to {months[-1]}, mean of the last twelve months"))
    return figure


def _panels(count: int, *, right: float, height: float = 5.6) -> tuple["Figure", list["Axes"]]:
    """A figure with panels one above the other, `right` inches beside them for labels."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(9.2, height))
        panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
        figure.subplots_adjust(left=0.85 / 9.2, right=1 - right / 9.2, top=1 - 0.95 / height, bottom=0.6 / height, hspace=0.18)
    return figure, list(panels)


def _share_months(figure: "Figure", months: np.ndarray) -> None:
    for axes in figure.axes:
        mark_months(axes, months)
        if axes is not figure.axes[-1]:
            axes.set_xlabel("")


def _smooth(series: "pd.DataFrame", names: list[str]) -> tuple[np.ndarray, float, str]:
    """Trailing mean of twelve months [euro a month], in a scale that reads well."""
    euros = series[names].rolling(12, min_periods=1).mean().to_numpy() / _CENTS
    top = float(np.nan_to_num(euros.sum(axis=1)).max()) if len(euros) else 0.0
    scale, unit = next(((s, u) for s, u in ((1e9, "thousand million"), (1e6, "million"), (1e3, "thousand")) if top >= s), (1.0, ""))
    return euros / scale, top / scale, f"[{unit} euro a month]".replace("[ ", "[")


def _stack(axes: "Axes", series: "pd.DataFrame", names: list[str], what: str) -> None:
    values, top, unit = _smooth(series, names)
    axes.stackplot(series.index.to_numpy(), values.T, colors=[_PAYERS[name][1] for name in names], lw=0.4, edgecolor="white")
    axes.set_ylim(0, 1.08 * top if top > 0 else 1.0)
    axes.set_ylabel(f"{what}\n{unit}")


def _label_stack(axes: "Axes", series: "pd.DataFrame", names: list[str]) -> None:
    """Name each layer beside the middle of its last value; layers that are not there are not named."""
    values, _, _ = _smooth(series, names)
    last = values[-1]
    middle = np.cumsum(last) - last / 2
    label_ends(
        axes,
        series.index[-1],
        [(middle[k], _PAYERS[name][0], _PAYERS[name][1]) for k, name in enumerate(names) if np.nansum(values[:, k]) > 0],
    )


def _count(number: float, noun: str) -> str:
    return f"{number:.0f} {noun}{'' if round(number) == 1 else 's'}"
