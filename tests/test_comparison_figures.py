"""Figures of a comparison: what they draw is what the tables say, and nothing odd stops them."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from clustersim.report import comparison_figures
from clustersim.report.bands import bands
from clustersim.report.forest import forest
from clustersim.report.gains import gains
from clustersim.report.inlining import inline, named, number_ticks
from clustersim.report.page import courses, folder, own_tables, readings
from clustersim.report.page.folder import Arm
from clustersim.report.page.language import language
from clustersim.report.plane import PALETTE, plane, shape_and_colour
from clustersim.report.side_by_side import side_by_side
from clustersim.report.style import BLUE
from synthetic_comparison import SyntheticComparison

EN, FR = language("en"), language("fr")


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> folder.StoredComparison:
    return folder.read(SyntheticComparison(seeds=12, months=24, organisations=60).write(tmp_path_factory.mktemp("comparison")))


@pytest.fixture(scope="module")
def contrasts(stored):
    return readings.contrasts(stored)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def arms(count: int) -> list[Arm]:
    return [Arm(f"arm_{k}", f"A measure with a rather long title, number {k}", k, {}) for k in range(count)]


# ---- effects


def test_the_forest_shows_each_effect_with_both_intervals_in_its_own_unit(stored, contrasts):
    figure = forest(contrasts, stored.treated, ["clusters", "clustered_share"], 2, EN)
    for axes, outcome, factor in zip(figure.axes, ("clusters", "clustered_share"), (1.0, 100.0), strict=True):
        lines = [line for line in axes.lines if len(set(line.get_ydata())) == 1 and line.get_linestyle() != "None"]
        marks = [line for line in axes.lines if line.get_marker() == "o"]
        for arm, mark in zip(stored.treated, marks, strict=True):
            c = contrasts[arm.name, outcome]
            assert mark.get_xdata()[0] == factor * c.difference
            drawn = {tuple(line.get_xdata()) for line in lines if line.get_ydata()[0] == mark.get_ydata()[0]}
            assert {(factor * c.low, factor * c.high), (factor * c.low_alone, factor * c.high_alone)} <= drawn


def test_a_mark_is_empty_where_the_interval_holds_zero(stored, contrasts):
    figure = forest(contrasts, stored.treated, list(stored.headlines), 4, EN)
    seen = set()
    for axes, outcome in zip(figure.axes, stored.headlines, strict=True):
        for arm, mark in zip(stored.treated, (line for line in axes.lines if line.get_marker() == "o"), strict=True):
            c = contrasts[arm.name, outcome]
            assert (mark.get_markerfacecolor() == BLUE) == (c.low > 0 or c.high < 0)
            seen.add(mark.get_markerfacecolor())
    assert seen == {BLUE, "white"}


def test_an_effect_that_is_not_defined_is_said_to_be_so_in_the_forest(stored):
    figure = forest({}, stored.treated, ["clusters"], 1, FR)
    assert texts(figure).count("non défini") == len(stored.treated)


# ---- the cost-effectiveness plane


def test_the_plane_has_a_mark_a_seed_and_the_mean_of_each_arm(stored):
    points = stored.tables["plane"]
    (axes,) = plane(points, stored.treated, ["clusters"], EN).axes
    for arm, cloud, mean in zip(stored.treated, axes.collections, (line for line in axes.lines if line.get_marker() == "o"), strict=True):
        ours = points[points["arm"] == arm.name]
        assert len(cloud.get_offsets()) == len(ours)
        middle = (ours["extra_public_eur"].mean() / 1e6, ours["extra_clusters"].mean())
        assert np.allclose((mean.get_xdata()[0], mean.get_ydata()[0]), middle)
    assert {str(arm.number) for arm in stored.treated} <= set(texts(axes.figure))


def test_no_two_of_many_arms_have_the_same_mark():
    marks = [shape_and_colour(arm) for arm in arms(26)[1:]]
    assert len(set(marks)) == 25
    assert len({shape for shape, _ in marks[: len(PALETTE)]}) == len(PALETTE)  # told apart without colour


def test_a_plane_without_points_says_so(stored):
    empty = stored.tables["plane"].assign(extra_clusters=np.nan)
    assert "not defined" in texts(plane(empty, stored.treated, ["clusters"], EN))


# ---- paths


def test_paths_show_means_bands_of_seeds_and_differences_within_seeds():
    rng = np.random.default_rng(1)
    luck = rng.normal(size=(40, 24))
    rows = [
        {"arm": arm.name, "state": 0, "seed": seed, "month": month + 1, "clusters": 10 + luck[seed, month] + arm.number}
        for arm in arms(2)
        for seed in range(40)
        for month in range(24)
    ]
    level, change = bands(pd.DataFrame(rows), arms(2), "clusters", 1.0, EN).axes
    control, treated = level.lines
    assert np.allclose(control.get_ydata(), 10 + luck.mean(axis=0))
    assert np.allclose(treated.get_ydata(), 11 + luck.mean(axis=0))
    assert control.get_linestyle() != treated.get_linestyle()
    band = level.collections[0].get_paths()[0].vertices
    for month in (1, 24):
        at = band[band[:, 0] == month, 1]
        assert np.allclose((at.min(), at.max()), 10 + np.quantile(luck[:, month - 1], (0.1, 0.9)))
    assert np.allclose(change.lines[1].get_ydata(), 1.0)  # the luck that both share has no part in it
    assert np.ptp(change.collections[0].get_paths()[0].vertices[:, 1]) < 1e-9


def test_paths_of_many_arms_share_their_axes_and_a_missing_seed_is_left_out():
    many = arms(8)
    rows = [
        {"arm": arm.name, "state": 0, "seed": seed, "month": month, "clusters": float(arm.number + month)}
        for arm in many
        for seed in (1, 2, 3)
        for month in (1, 2, 3)
        if (arm.number, seed) != (2, 3)
    ]
    figure = bands(pd.DataFrame(rows), many, "clusters", 1.0, EN)
    assert len(figure.axes) == 14
    assert len({axes.get_ylim() for axes in figure.axes[::2]}) == len({axes.get_ylim() for axes in figure.axes[1::2]}) == 1
    assert np.allclose(figure.axes[3].lines[1].get_ydata(), 2.0)


def test_the_table_of_paths_holds_what_the_figures_show_at_the_end_of_each_year(stored):
    table = courses.table(stored).set_index(["arm", "observable", "month"])
    assert set(table.index.get_level_values("month")) == {12, 24}
    paths = stored.frame("paths").pivot(index=["seed", "month"], columns="arm", values="innovations")
    end = paths.groupby(level="seed").sum()  # innovations are shown as they add up
    row = table.loc["animation", "innovations", 24]
    gap = end["animation"] - end["no_support"]
    assert np.allclose((row["mean"], row["p10"], row["p90"]), (end["animation"].mean(), *np.quantile(end["animation"], (0.1, 0.9))))
    assert np.allclose((row["difference"], row["high"] - row["low"]), (gap.mean(), 2 * 1.96 * gap.std() / np.sqrt(len(gap))))
    assert table.loc["no_support"]["difference"].isna().all()


# ---- maps


def test_maps_have_the_same_frame_and_count_their_clusters(stored):
    examples = [(arm, stored.example(arm)) for arm in stored.arms]
    figure = side_by_side(examples, EN)
    assert len(figure.axes) == len(stored.arms)
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}) == 1
    for (arm, tables), axes in zip(examples, figure.axes, strict=True):
        living = tables["organisations"][tables["organisations"]["alive"]]
        said = f"clusters: {living['cluster'].nunique()}"
        assert said in texts(figure), arm.name
        assert all(drawn.get_rasterized() for drawn in axes.collections)


def test_a_map_where_nobody_is_left_can_be_drawn(stored):
    tables = stored.example(stored.control)
    gone = tables | {"organisations": tables["organisations"].assign(alive=False, cluster=pd.NA), "ties": tables["ties"].iloc[:0]}
    assert "clusters: 0" in texts(side_by_side([(stored.control, gone)], EN))


# ---- winners and losers


def group_rows(*rows) -> pd.DataFrame:
    columns = ("arm", "division", "group", "outcome", "organisations", "difference", "low", "high", "share_gaining", "share_losing")
    return pd.DataFrame([("arm_1", *row[:2], "clustered", 10.0, *row[2:], 0.1, 0.1) for row in rows], columns=columns)


def test_who_gains_and_who_loses_is_told_by_shape_as_well_as_by_colour():
    groups = group_rows(
        ("size", "10 and more", 0.05, 0.01, 0.09), ("size", "under 3", -0.05, -0.09, -0.01), ("size", "3 to 9", 0.01, -0.1, 0.1)
    )
    (axes,) = gains(groups, arms(2)[1:], 100.0, "points", EN).axes
    marks = [(line.get_marker(), round(line.get_xdata()[0], 9)) for line in axes.lines if line.get_marker() not in ("None", None, "")]
    assert sorted(marks) == [("<", -5.0), (">", 5.0), ("o", 1.0)]
    assert axes.get_xlim()[0] == -axes.get_xlim()[1]


def test_groups_stand_in_the_order_that_people_expect():
    groups = group_rows(*[("size", group, 0.0, 0.0, 0.0) for group in ("10 and more", "3 to 9", "under 3")])
    said = [text for text in texts(gains(groups, arms(2)[1:], 1.0, "", FR)) if "ETP" in text]
    assert said == ["moins de 3 ETP", "3 à 9 ETP", "10 ETP et plus"]


# ---- in the page


def test_an_inline_figure_keeps_letters_and_its_names_do_not_clash(stored, contrasts):
    figure = forest(contrasts, stored.treated, ["clusters"], 1, EN)
    drawn = inline(figure, "effects")
    assert drawn == inline(figure, "effects")
    assert drawn.startswith("<svg aria-hidden") and drawn.endswith("</svg>")
    assert "Clusters</text>" in drawn
    names = re.findall(r'\bid="([^"]+)"', drawn)
    assert names and all(name.startswith("effects-") for name in names)
    assert all(reference.startswith("effects-") for reference in re.findall(r'(?:url\(#|href="#)([\w-]+)', drawn))
    assert "<dc:date>" not in drawn and "<?xml" not in drawn


def test_titles_are_drawn_as_they_are_written():
    odd = Arm("odd", "Price: $x_1$ & <b>", 1, {})
    drawn = inline(forest({}, [odd], ["clusters"], 1, EN), "odd")
    assert "$x_1$ &amp; &lt;b&gt;" in drawn


def test_a_long_title_takes_two_lines_and_is_cut():
    said = named(Arm("a", "word " * 40, 3, {}), 20)
    assert said.startswith("3  word")
    assert said.count("\n") == 1 and said.endswith("…")
    assert all(len(line) <= 20 for line in said.split("\n"))


def test_ticks_have_the_decimals_they_need_in_the_language_of_the_page():
    axes = Figure().subplots()
    axes.set_xlim(0, 0.01)
    number_ticks(axes.xaxis, FR.number)
    axes.figure.draw_without_rendering()
    said = [tick.get_text() for tick in axes.get_xticklabels()]
    assert "0,005" in said or "0,0050" in said
    axes.set_xlim(0, 40_000)
    axes.figure.draw_without_rendering()
    assert "20\u202f000" in [tick.get_text() for tick in axes.get_xticklabels()]


def test_every_figure_names_a_source_that_is_there(stored, contrasts):
    own_tables.write(stored, [])
    found = comparison_figures.pictures(stored, contrasts, EN)
    assert len(found) == 10
    for picture in found:
        # raw frames and examples may be gone from a folder that is kept: only tables are named
        assert picture.source.startswith("tables/") or (picture.name == "maps" and f"seed, {stored.example_seed}." in picture.caption)
        assert (stored.folder / picture.source).exists(), picture.name
        assert picture.title and picture.alternative


def test_many_arms_are_shown_in_figures_that_fit_on_a_sheet_of_paper(tmp_path):
    titles = {"no_support": "No support", **{f"a{k}": f"Measure {k}" for k in range(9)}}
    strength = {f"a{k}": 0.1 * k for k in range(9)}
    many = SyntheticComparison(titles=titles, strength=strength, measures={}, seeds=3, months=6, organisations=40)
    found = folder.read(many.write(tmp_path))
    drawn = {picture.name: picture for picture in comparison_figures.pictures(found, readings.contrasts(found), EN)}
    assert {"maps", "gains_clustered", "gains_clustered-2", "path_clusters"} <= set(drawn)
    # too many maps for a sheet: the control and those that lead in a headline
    leaders = {contrast.arm.title for contrast in readings.leading(found, readings.contrasts(found))}
    shown = {title for title in titles.values() if f">{title}<" in drawn["maps"].svg or title in drawn["maps"].svg}
    assert shown == leaders | {"No support"}
    for picture in drawn.values():
        width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture.svg).groups())
        assert height / width < 1.35, picture.name
