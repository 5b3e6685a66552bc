"""Pictures and sentences: they say what the run says, can be read, and are the same for the same run."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from clustersim.report import figures, halos, labels, maps, networks, style
from clustersim.report.summary import headline, summary
from clustersim.results import read, write
from clustersim.state import State
from clustersim.state.places import Neighbourhood
from synthetic import PURPOSES, SyntheticRun, make_state


@pytest.fixture(scope="module")
def finished() -> SyntheticRun:
    return SyntheticRun(make_state(150, 50))


def hermit() -> SyntheticRun:
    """A run in which nearly nothing exists: one organisation at one place, in month 1."""
    state = State(PURPOSES)
    state.month = 1
    state.places.append(1, population=10)
    state.settle(1, alive=True)
    state.catchment = state.vicinity = Neighbourhood.of(state.places, 10.0, 3.0)
    return SyntheticRun(state)


def texts(figure: Figure) -> str:
    return " | ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


@pytest.mark.parametrize("name", figures.FIGURES)
def test_each_picture_is_the_same_file_again_from_the_stored_run(finished, name, tmp_path):
    again = read(write(finished, tmp_path))
    for run, file in ((finished, "fresh"), (again, "stored")):
        style.save(figures.FIGURES[name](run), tmp_path / file)
    for ending in (".png", ".svg"):
        assert (tmp_path / f"fresh{ending}").read_bytes() == (tmp_path / f"stored{ending}").read_bytes()
    assert "<dc:date>" not in (tmp_path / "fresh.svg").read_text()


@pytest.mark.parametrize("name", figures.FIGURES)
def test_each_picture_can_be_drawn_of_nearly_nothing(name, tmp_path):
    style.save(figures.FIGURES[name](hermit()), tmp_path / name)
    assert (tmp_path / f"{name}.png").stat().st_size > 1000


@pytest.mark.parametrize("name", figures.FIGURES)
@pytest.mark.parametrize("months", [1, 2, 120])
def test_each_picture_can_be_drawn_where_no_value_is_defined(finished, name, months, tmp_path):
    run = SyntheticRun(finished.state)
    run.series = run.series.iloc[:months] * np.nan
    figure = figures.FIGURES[name](run)
    style.save(figure, tmp_path / name)
    assert (tmp_path / f"{name}.svg").stat().st_size > 1000
    assert not re.search(r"\bnan\b", texts(figure))


@pytest.mark.parametrize("name", figures.FIGURES)
def test_each_picture_can_be_drawn_where_a_value_ends_to_be_defined(finished, name, tmp_path):
    run = SyntheticRun(finished.state)
    run.series.iloc[60:] = np.nan
    style.save(figures.FIGURES[name](run), tmp_path / name)
    assert (tmp_path / f"{name}.png").stat().st_size > 1000


@pytest.mark.parametrize("name", figures.FIGURES)
def test_each_picture_can_be_drawn_when_nobody_is_left(name, tmp_path):
    run = hermit()
    run.state.organisations.alive[:] = False
    style.save(figures.FIGURES[name](SyntheticRun(run.state)), tmp_path / name)
    assert (tmp_path / f"{name}.png").stat().st_size > 1000


def test_shares_without_a_base_are_said_to_be_undefined_in_the_picture(finished):
    run = SyntheticRun(finished.state)
    run.series[[name for name in run.series if name == "clustered_share" or name.startswith("met_share")]] = np.nan
    assert "not defined: no social enterprise" in texts(figures.clusters_over_time(run))
    assert "Share of needs met: not defined" in texts(figures.needs_met(run))


def test_a_network_without_ties_says_so():
    said = texts(figures.network_picture(hermit())).split(" | ")
    assert "no ties" in said
    assert "No ties" in said


def test_a_single_month_is_named_once_and_seen_as_points(finished):
    run = SyntheticRun(finished.state)
    run.series = run.series.iloc[:1]
    needs = figures.needs_met(run)
    assert re.search(r"Share of needs met: [\d.]+ % in month 1 \|", texts(needs))
    assert all(line.get_marker() == "o" for line in needs.axes[0].lines)
    money = figures.money_by_payer(run)
    assert "month 1, seed 7" in texts(money)
    assert all(np.ptp(area.get_paths()[0].vertices[:, 0]) > 0 for area in money.axes[0].collections)
    assert all(line.get_marker() == "None" for line in figures.needs_met(finished).axes[0].lines)


def test_the_axis_of_needs_starts_at_zero_and_one_purpose_is_drawn_once(finished):
    assert figures.needs_met(finished).axes[0].get_ylim()[0] == 0
    assert len(figures.needs_met(finished).axes[0].lines) == len(PURPOSES) + 1
    run = SyntheticRun(finished.state)
    run.series = run.series.drop(columns=[name for name in run.series if name.startswith("met_share_")][1:])
    figure = figures.needs_met(run)
    assert len(figure.axes[0].lines) == 1
    assert "all needs" not in texts(figure)


def test_a_little_support_is_not_said_to_be_none(finished):
    run = SyntheticRun(finished.state)
    run.series[["procurement_cents", "private_support_cents", "public_support_cents"]] = 0.0
    run.series.loc[120, "public_support_cents"] = 100.0
    figure = figures.money_by_payer(run)
    assert "make up less than 0.1 % of all income" in texts(figure)
    named = [label.get_text() for label in figure.axes[0].findobj(Annotation)]
    assert "services to persons served" in named
    assert "public support" not in named
    assert [label.get_text() for label in figure.axes[1].findobj(Annotation)] == ["public support"]


def test_the_map_of_one_place_shows_ten_kilometres_and_a_scale_that_fits():
    axes = figures.map_of(hermit()).axes[0]
    west, east = axes.get_xlim()
    assert 10 < east - west < 12
    (bar,) = axes.lines
    assert np.ptp(bar.get_xdata()) == 2.0


def test_all_that_is_drawn_lies_inside_the_map(finished):
    figure = figures.map_of(finished)
    axes = figure.axes[0]
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    assert len(axes.collections) > 5
    for drawn in axes.collections:
        at = drawn.get_offsets()
        points = at if len(at) > 1 else np.concatenate([path.vertices for path in drawn.get_paths()])
        assert west < points[:, 0].min() and points[:, 0].max() < east
        assert south < points[:, 1].min() and points[:, 1].max() < north


def test_labels_of_near_points_keep_clear_of_each_other_or_are_left_out():
    size = np.array([[15.0, 11.0]])
    assert labels.offsets(np.array([[0.0, 0.0]]), size, 5.0) == [(10.5, 8.5)]
    points = np.array([[0.0, 0.0], [12.0, 0.0], [6.0, 12.0]])
    placed = labels.offsets(points, np.repeat(size, 3, axis=0), 5.0)
    middles = [point + offset for point, offset in zip(points, placed, strict=True)]
    for a, middle in enumerate(middles):
        assert all((np.abs(middle - other) >= size[0]).any() for other in middles[a + 1 :])
        assert all((np.abs(middle - point) >= size[0] / 2 + 5.0).any() for k, point in enumerate(points) if k != a)
    crowd = labels.offsets(np.zeros((12, 2)), np.repeat(size, 12, axis=0), 5.0)
    assert crowd[-1] is None


def test_poles_without_room_for_their_number_are_listed():
    state = make_state(150, 50)
    poles = state.poles
    poles.append(20, alive=True)
    poles.x_km[:], poles.y_km[:] = poles.x_km[0], poles.y_km[0]
    poles.members[:] = np.arange(12, 12 + len(poles))
    figure = figures.map_of(SyntheticRun(state))
    said = texts(figure)
    assert "poles without room for their number" in said
    assert all(str(members) in said for members in poles.members)


def test_all_pictures_are_written_beside_the_tables(finished, tmp_path):
    written = figures.write(finished, tmp_path)
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(path.name for path in written)
    assert len(written) == 2 * len(figures.FIGURES)


@pytest.mark.parametrize("name", ["clusters", "needs", "money"])
def test_labels_beside_the_lines_do_not_overlap_and_lie_on_the_page(finished, name):
    figure = figures.FIGURES[name](finished)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.bbox
    for axes in figure.axes:
        # the extent of an annotation includes its leader, so compare the text alone
        boxes = [Text.get_window_extent(label, renderer) for label in axes.findobj(Annotation)]
        assert boxes
        for a, box in enumerate(boxes):
            assert box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1
            assert not any(box.overlaps(other) for other in boxes[a + 1 :])


@pytest.mark.parametrize("name", figures.FIGURES)
def test_titles_and_legends_lie_on_the_page(finished, name):
    figure = figures.FIGURES[name](finished)
    renderer = FigureCanvasAgg(figure).get_renderer()
    assert len(figure.texts) == 2
    extents = [text.get_window_extent(renderer) for text in figure.texts]
    extents += [legend.get_window_extent(renderer) for legend in figure.findobj(lambda artist: type(artist).__name__ == "Legend")]
    for box in extents:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    for a, box in enumerate(extents):
        assert not any(box.overlaps(other) for other in extents[a + 1 :])


def test_titles_say_what_the_series_says(finished):
    last = finished.series.iloc[-1]
    assert f"{last['clusters']:.0f} clusters and {last['poles']:.0f} poles after 120 months" in texts(figures.clusters_over_time(finished))
    assert f"{100 * last['met_share']:.1f} % in month 120" in texts(figures.needs_met(finished))
    assert f"{last['clusters']:.0f} clusters, with {100 * last['clustered_share']:.1f} % of social enterprises" in texts(
        figures.map_of(finished)
    )
    assert f"{last['ties']:.0f} ties" in texts(figures.network_picture(finished))


def test_the_map_names_purposes_and_kinds_and_counts_the_members_of_poles(finished):
    said = texts(figures.map_of(finished))
    assert all(purpose in said for purpose in PURPOSES.names)
    assert all(kind in said for kind in ("social enterprise", "private actor", "public body"))
    assert re.search(r"\d+ km", said)
    assert all(str(members) in said for members in finished.state.poles.members)


def test_a_map_of_too_many_ties_says_that_it_draws_some(finished, monkeypatch):
    monkeypatch.setattr(maps, "MOST_TIES", 100)
    assert "100 of 300 ties are drawn, chosen at random" in texts(figures.map_of(finished))


def test_a_network_of_too_many_organisations_says_that_it_draws_some(finished, monkeypatch):
    monkeypatch.setattr(networks, "MOST_NODES", 40)
    assert re.search(r"40 of 1\d\d organisations with ties are drawn", texts(figures.network_picture(finished)))


def test_no_support_is_said_and_not_drawn_as_an_empty_panel(finished):
    run = SyntheticRun(finished.state)
    run.series[["procurement_cents", "private_support_cents", "public_support_cents"]] = 0.0
    figure = figures.money_by_payer(run)
    assert len(figure.axes) == 1
    assert "no support was paid" in texts(figure)


def test_a_map_without_clusters_says_so():
    assert "No cluster among 1 social enterprise |" in texts(figures.map_of(hermit())) + " |"


def test_organisations_at_one_point_are_laid_side_by_side_and_the_others_stay():
    state = make_state(60, 20)
    state.organisations.x_km[:30], state.organisations.y_km[:30] = 5.0, 5.0
    state.organisations.alive[:] = True
    table = SyntheticRun(state).table("organisations")
    moved = maps.beside_each_other(table, 1.0, 100.0)
    assert moved.iloc[30:].equals(table.iloc[30:])
    xy = moved.iloc[:30][["x_km", "y_km"]].to_numpy()
    apart = np.linalg.norm(xy[:, None] - xy, axis=2) + np.eye(30) * 9
    assert apart.min() > 0.8
    assert np.linalg.norm(xy - 5.0, axis=1).max() < 5.0


def test_the_network_is_spread_out_and_the_tied_stay_near():
    start = np.zeros((10, 2))
    ring = np.array([(k, (k + 1) % 10) for k in range(10)])
    place = networks.spread_out(start, ring)
    apart = np.linalg.norm(place[:, None] - place, axis=2)
    tied = np.array([apart[a, b] for a, b in ring])
    assert tied.min() > 0.05
    assert tied.mean() < apart[np.triu_indices(10, 1)].mean()
    assert (networks.spread_out(start, ring) == place).all()


def test_purposes_have_colours_of_their_own():
    colours = style.colours_of(PURPOSES.names)
    assert list(colours) == list(PURPOSES.names)
    assert len(set(colours.values())) == len(PURPOSES)


def test_labels_are_moved_as_little_as_need_be():
    assert style.spread(np.array([0.0, 30.0, 60.0]), 10.0).tolist() == [0.0, 30.0, 60.0]
    assert style.spread(np.array([0.0, 4.0]), 10.0).tolist() == [-3.0, 7.0]
    assert style.spread(np.array([5.0, 5.0, 5.0, 100.0]), 10.0).tolist() == [-5.0, 5.0, 15.0, 100.0]


def test_the_halo_of_a_square_goes_round_its_corners_and_not_the_point_inside():
    outline = halos.halo(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [1.0, 1.0]]), 0.5)
    assert outline.min(axis=0).tolist() == [-0.5, -0.5]
    assert outline.max(axis=0).tolist() == [2.5, 2.5]
    assert np.linalg.norm(outline - 1.0, axis=1).min() > 1.4


@pytest.mark.parametrize("points", [[[1.0, 1.0]], [[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]])
def test_a_halo_surrounds_even_points_in_a_line(points):
    outline = halos.halo(np.array(points), 0.5)
    reach = np.linalg.norm(outline[:, None, :] - np.array(points), axis=2).min(axis=1)
    assert len(outline) > 20
    assert np.allclose(reach, 0.5)


def test_the_summary_says_in_words_what_the_series_says(finished):
    said = summary(finished)
    last = finished.series.iloc[-1]
    assert said.splitlines()[0] == "A synthetic territory: 120 months, seed 7"
    assert f"{last['clusters']:.0f} in month 120" in said
    assert f"{100 * last['met_share']:.1f} % in month 120" in said
    assert f"{finished.series['public_support_cents'].sum() / 1e8:,.2f} million euro of public" in said
    assert "lack of money stopped 0 of 300 ideas" in said
    assert 8 <= len(said.splitlines()) <= 13
    assert not re.search(r"nan|inf\b|None", said)


def test_the_summary_warns_when_the_bound_on_ties_was_often_reached(finished):
    run = SyntheticRun(finished.state)
    assert run.series["ties"].iloc[-1] == 300
    run.series.loc[120, "ties_refused"] = 3  # 1 % of the living
    assert "Caution" not in summary(run)
    assert headline(run)["ties_refused"] == 3
    run.series.loc[120, "ties_refused"] = 4
    assert "Caution: 4 ties could not be made" in summary(run)
    assert "`run.tie_bound`" in summary(run)


def test_the_summary_counts_stopped_ideas_from_month_1_where_the_spin_up_is_known(finished):
    run = SyntheticRun(finished.state)
    run.series["projects_started"] = 1.0
    run.series["ideas_hindered"] = 50.0
    run.full_series = pd.concat([run.series.iloc[:1].assign(ideas_hindered=20.0).set_axis([0]), run.series])
    assert "lack of money stopped 30 of 150 ideas for a project since month 1." in summary(run)
    assert headline(run)["ideas_stopped"] == 30
    run.full_series = run.series
    assert "stopped 50 of 170 ideas for a project since month 1." in summary(run)


def test_the_summary_leaves_out_what_does_not_exist(finished):
    said = summary(hermit())
    assert "Cooperation: 0 ties in month 1." in said
    assert "no persons in need in month 1" in said
    assert not re.search(r"ideas|last twelve months|20 km|none|not defined", said)
    run = SyntheticRun(finished.state)
    run.series["clustered_share"] = np.nan
    assert "In a cluster: no social enterprises in month 1, no social enterprises in month 120." in summary(run)
    run.series.loc[120, "clustered_share"] = 0.25
    assert "In a cluster: no social enterprises in month 1, 25.0 % of social enterprises in month 120." in summary(run)
    assert "in the last twelve months" in summary(run)


def test_the_summary_of_nearly_nothing_has_no_holes():
    assert not re.search(r"nan|inf\b|None", summary(hermit()))


def test_the_headline_is_json_of_whole_numbers_and_shares(finished):
    facts = json.loads(json.dumps(headline(finished), allow_nan=False))
    assert facts["organisations_end"] == int(finished.state.organisations.alive.sum())
    assert facts["months"] == 120
    assert isinstance(facts["clusters_end"], int)
    assert headline(hermit())["mean_cluster_size"] is None
