"""How things went: clusters, needs and money month by month."""

from typing import TYPE_CHECKING, Any

import numpy as np

from clustersim.report.style import (
    BLUE,
    INK,
    LOOK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    capital,
    circumstances,
    colours_of,
    count,
    draw_line,
    entitle,
    label_ends,
    mark_months,
    span_of,
    state_in_middle,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["clusters_over_time", "money_by_payer", "needs_met"]

YEAR = 12
_CENTS = 100.0
_HALF_BAR = 0.2  # half the width of the bar of a single month
_THINNEST = 0.004  # of the height: a layer nowhere thicker cannot be seen
_PAYERS = {
    "services_cents": ("services to persons served", BLUE),
    "market_cents": ("ordinary market income", SKY),
    "pole_sales_cents": ("poles' own sales", PURPLE),
    "private_support_cents": ("private support", ORANGE),
    "public_support_cents": ("public support", VERMILLION),
}
_MEASURES = ("private_support_cents", "public_support_cents")


def clusters_over_time(run: Any) -> "Figure":
    """Clusters and poles, and how many social enterprises are in a cluster."""
    series = run.series
    months = series.index.to_numpy()
    figure, (above, below) = _panels(2, right=1.75)
    for name, colour in (("clusters", BLUE), ("poles", VERMILLION)):
        draw_line(above, months, series[name], colour, 1.8)
    above.set_ylim(0, max(4.0, 1.1 * _highest(series[["clusters", "poles"]])))
    above.set_ylabel("number")
    if series[["clusters", "poles"]].isna().all(axis=None):
        state_in_middle(above, "not defined")
    share = 100 * series["clustered_share"]
    below.fill_between(months, share.fillna(0), color=BLUE, alpha=0.13, lw=0)
    draw_line(below, months, share, BLUE, 1.8)
    below.set_ylim(0, max(5.0, 1.15 * _highest(share)))
    below.set_ylabel("social enterprises\nin a cluster [%]")
    if share.isna().all():
        state_in_middle(below, "not defined: no social enterprise")
    _share_months(figure, months)
    last = series.iloc[-1]
    named = {name: count(last[f"{name}s"], name) for name in ("cluster", "pole")}
    label_ends(above, months[-1], [(last["clusters"], named["cluster"], BLUE), (last["poles"], named["pole"], VERMILLION)])
    label_ends(below, months[-1], [(share.iloc[-1], f"{share.iloc[-1]:.1f} %", BLUE)])
    finding = capital(f"{named['cluster']} and {named['pole']} after {count(months[-1], 'month')}")
    entitle(figure, finding, circumstances(run, span_of(months)))
    return figure


def needs_met(run: Any) -> "Figure":
    """Share of persons in need who are served, by purpose and, where there are several, in all."""
    from matplotlib.ticker import MaxNLocator

    series = run.series
    months = series.index.to_numpy()
    purposes = [name.removeprefix("met_share_") for name in series.columns if name.startswith("met_share_")]
    lines = [(f"met_share_{purpose}", purpose.replace("_", " "), colour, 1.6) for purpose, colour in colours_of(purposes).items()]
    if len(purposes) != 1:
        lines.append(("met_share", "all needs", INK, 2.6))
    shares = 100 * series[[name for name, *_ in lines]]
    figure, (axes,) = _panels(1, right=2.7, height=5.0)
    for name, _, colour, width in lines:
        draw_line(axes, months, shares[name], colour, width)
    # a small change must not look like a large one: the axis starts at zero and shows at least twenty points
    axes.set_ylim(0, min(100.0, max(20.0, 1.08 * _highest(shares))))
    axes.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axes.set_ylabel("persons in need who are served [%]")
    if shares.isna().all(axis=None):
        state_in_middle(axes, "not defined: nobody is in need")
    _share_months(figure, months)
    last = shares.iloc[-1]
    label_ends(axes, months[-1], [(last[name], f"{label}  {last[name]:.0f} %", colour) for name, label, colour, _ in lines])
    met = (100 * series["met_share"]).dropna()
    finding = "Share of needs met: not defined"
    if len(met):
        ends = [f"{met[month]:.1f} % in month {month}" for month in sorted({met.index[0], met.index[-1]})]
        finding = f"Share of needs met: {', '.join(ends)}"
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
    if supported > 0:
        share = 100 * supported / total
        finding = f"Support and social clauses make up {f'{share:.1f}' if share >= 0.1 else 'less than 0.1'} % of all income"
    elif total > 0:
        finding = "All income is earned: no support was paid"
    else:
        finding = "No income"
        state_in_middle(axes[0], "no income")
    mean = "" if len(months) == 1 else ", mean of the months so far" if len(months) < YEAR else ", mean of the last twelve months"
    entitle(figure, finding, circumstances(run, span_of(months) + mean))
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
    """Trailing mean of twelve months [euro a month], in a scale that reads well; what is not defined counts as nothing."""
    euros = series[names].fillna(0.0).rolling(YEAR, min_periods=1).mean().to_numpy() / _CENTS
    top = float(euros.sum(axis=1).max())
    scale, unit = next(((s, u) for s, u in ((1e9, "thousand million"), (1e6, "million"), (1e3, "thousand")) if top >= s), (1.0, ""))
    return euros / scale, top / scale, f"[{unit} euro a month]".replace("[ ", "[")


def _stack(axes: "Axes", series: "pd.DataFrame", names: list[str], what: str) -> None:
    values, top, unit = _smooth(series, names)
    months = series.index.to_numpy()
    if len(months) == 1:  # one month is a bar
        months, values = np.array([months[0] - _HALF_BAR, months[0] + _HALF_BAR]), np.repeat(values, 2, axis=0)
    axes.stackplot(months, values.T, colors=[_PAYERS[name][1] for name in names], lw=0.4, edgecolor="white")
    axes.set_ylim(0, 1.08 * top if top > 0 else 1.0)
    axes.set_ylabel(f"{what}\n{unit}")


def _label_stack(axes: "Axes", series: "pd.DataFrame", names: list[str]) -> None:
    """Name each layer beside the middle of its last value; layers too thin to be seen anywhere are not named."""
    values, top, _ = _smooth(series, names)
    last = values[-1]
    middle = np.cumsum(last) - last / 2
    seen = values.max(axis=0) > _THINNEST * top
    x = series.index[-1] + (_HALF_BAR if len(series) == 1 else 0.0)
    label_ends(axes, x, [(middle[k], *_PAYERS[name]) for k, name in enumerate(names) if seen[k]])


def _highest(values: "pd.DataFrame | pd.Series") -> float:
    """The highest value that is defined, or 0."""
    return float(np.nan_to_num(values.to_numpy(float)).max())
