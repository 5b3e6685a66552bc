"""Each export is opened again and holds what it should; the exported scenario lives the same world, to the bit."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from clustersim import run
from clustersim.app import exports
from clustersim.app.drawing.words import LANGUAGES, words
from clustersim.app.look import shade_of
from clustersim.app.picture import Picture
from clustersim.report.page.language import catalogue
from clustersim.report.style import PALETTE
from clustersim.tables import TABLES
from recorded import MONTHS, record, supported


@pytest.fixture(scope="module")
def recorded():
    return record(supported(), MONTHS)


@pytest.fixture(scope="module")
def picture(recorded):
    _, recorder, snapshots = recorded
    return recorder.world, recorder.everybody, snapshots


def test_a_picture_is_a_png_of_the_month_and_the_same_again(picture):
    world, everybody, snapshots = picture
    content = exports.picture_png(world, everybody, snapshots[-1])
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    assert image.width >= 1600
    colours = {tuple(colour[:3]) for _, colour in image.convert("RGB").getcolors(2**24)}
    shown = {PALETTE[p] for p in everybody.purpose[snapshots[-1].living]}
    assert {tuple(int(hexed[k : k + 2], 16) for k in (1, 3, 5)) for hexed in shown} <= colours
    assert content == exports.picture_png(world, everybody, snapshots[-1])
    assert content != exports.picture_png(world, everybody, snapshots[0])


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_picture_is_an_svg_that_asks_for_nothing(picture, code):
    world, everybody, snapshots = picture
    content = exports.picture_svg(world, everybody, snapshots[-1], code)
    root = ET.fromstring(content)
    assert root.tag.endswith("svg")
    assert not re.search(rb'(?:href|src)="(?!#|data:)', content)
    assert b"<dc:date>" not in content


def test_a_title_may_have_any_letters(picture):
    world, everybody, snapshots = picture
    odd = replace(world, name="mine", title="100 $ { _ and 3 $")
    assert Image.open(io.BytesIO(exports.picture_png(odd, everybody, snapshots[1]))).width >= 1600
    assert exports.picture_svg(odd, everybody, snapshots[1]).startswith(b"<?xml")
    assert Image.open(io.BytesIO(exports.animation_gif(odd, everybody, snapshots[:2]))).n_frames == 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_picture_speaks_its_language_and_says_the_months_numbers(picture, code):
    world, everybody, snapshots = picture
    figure = Picture(world, everybody, words(code)).show(snapshots[-1]).figure
    said = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert words(code).say("legend.kinds") in said
    assert {"en": "social enterprise", "fr": "entreprise sociale"}[code] in said
    assert any(f"{MONTHS}" in text and "village" not in text for text in said)
    of = dict(zip((o.name for o in world.observables), snapshots[-1].series, strict=True))
    assert words(code).share(of["met_share"]) in said
    assert str(snapshots[-1].cluster_row.size) in said
    assert any(re.fullmatch(r"\d+–\d+\s%", text) for text in said), "the range over which places are shaded"


def test_places_of_a_picture_are_shaded_over_the_range_of_their_unmet_needs(picture):
    world, everybody, snapshots = picture
    drawn = Picture(world, everybody, words("en")).show(snapshots[-1])
    shades = drawn._plate.places.get_facecolor()[:, 0]
    lightest, darkest = shade_of(0.0)[0], shade_of(1.0)[0]
    assert np.ptp(shades) > 0.9 * (lightest - darkest), "from the lightest to the darkest"
    assert shades.min() >= darkest - 1e-9 and shades.max() <= lightest + 1e-9


def test_legends_of_a_picture_lie_on_it(picture):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.legend import Legend

    world, everybody, snapshots = picture
    for code in LANGUAGES:
        figure = Picture(world, everybody, words(code)).show(snapshots[-1]).figure
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        for legend in figure.findobj(Legend):
            box = legend.get_window_extent(renderer)
            assert box.x1 <= figure.bbox.x1 and box.y0 >= figure.bbox.y0


def test_an_animation_shows_every_month_in_the_colours_of_the_drawing(picture):
    world, everybody, snapshots = picture
    animation = Image.open(io.BytesIO(exports.animation_gif(world, everybody, snapshots[:5])))
    assert animation.format == "GIF"
    assert animation.n_frames == 5
    shades = []
    for k in range(5):
        animation.seek(k)
        frame = animation.convert("RGB")
        assert frame.getpixel((3, 3)) == (255, 255, 255)
        shades.append(np.asarray(frame))
    assert all((before != after).any() for before, after in pairwise(shades))
    last = {tuple(colour) for colour in shades[-1].reshape(-1, 3)}
    shown = {PALETTE[p] for p in everybody.purpose[snapshots[4].living]}
    assert {tuple(int(hexed[k : k + 2], 16) for k in (1, 3, 5)) for hexed in shown} <= last


def test_a_frame_is_the_same_whatever_was_shown_before(picture):
    world, everybody, snapshots = picture
    fresh = Picture(world, everybody, words("en")).show(snapshots[-1]).image()
    used = Picture(world, everybody, words("en"))
    used.show(snapshots[0]).image()
    assert np.array_equal(np.asarray(fresh), np.asarray(used.show(snapshots[-1]).image()))


def test_a_long_animation_is_cut_to_frames_that_are_evenly_spread(picture, monkeypatch):
    world, everybody, snapshots = picture
    monkeypatch.setattr(exports, "MOST_FRAMES", 3)
    months = []
    monkeypatch.setattr(Picture, "show", lambda self, s, show=Picture.show: months.append(s.month) or show(self, s))
    assert Image.open(io.BytesIO(exports.animation_gif(world, everybody, snapshots))).n_frames == 3
    assert months == [0, MONTHS // 2, MONTHS]
    with pytest.raises(ValueError, match="no month"):
        exports.animation_gif(world, everybody, [])


def test_the_series_come_back_as_the_run_has_them(recorded):
    simulation = recorded[0]
    table = pd.read_csv(io.BytesIO(exports.series_csv(simulation)), index_col="month")
    expected = run(supported(), 1).series
    pd.testing.assert_frame_equal(table.astype(float), expected.astype(float), check_exact=True, check_index_type=False)


def test_the_tables_come_back_with_what_their_columns_mean(recorded):
    simulation = recorded[0]
    archive = zipfile.ZipFile(io.BytesIO(exports.tables_zip(simulation)))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {"series.csv", "columns.csv", *(f"{name}.csv" for name in TABLES)}
    finished = run(supported(), 1)
    told = pd.read_csv(archive.open("columns.csv"))
    for name in TABLES:
        table, expected = pd.read_csv(archive.open(f"{name}.csv")), finished.table(name)
        assert table.shape == expected.shape
        assert list(table.columns) == list(expected.columns) == told.loc[told["table"] == name, "column"].tolist()
    assert pd.read_csv(archive.open("organisations.csv"))["cash_cents"].tolist() == finished.table("organisations")["cash_cents"].tolist()
    assert told[["unit", "meaning"]].notna().all(axis=None)
    assert archive.read("series.csv") == exports.series_csv(simulation)
    assert exports.tables_zip(simulation) == exports.tables_zip(simulation)


def test_the_exported_scenario_lives_the_same_world_to_the_bit(recorded, tmp_path):
    simulation = recorded[0]
    content = exports.scenario_file(simulation.scenario, 1, month=simulation.month, state_hash=simulation.state.hash())
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    command = re.search(r"^# clustersim run NAME\.toml --seed (\d+) --months (\d+)$", content.decode(), re.MULTILINE)
    again = run(path, int(command[1]), months=int(command[2]))
    assert again.state_hash == simulation.state.hash()
    assert f"# state hash after month {MONTHS}: {again.state_hash}" in content.decode()


def test_an_exported_scenario_stopped_midway_is_the_world_of_that_month(recorded, tmp_path):
    _, _, snapshots = recorded
    simulation = record(supported(), 7, seed=5)[0]
    path = tmp_path / "mine.toml"
    path.write_bytes(exports.scenario_file(simulation.scenario, 5, month=7))
    assert run(path, 5, months=7).state_hash == simulation.state.hash()
    assert snapshots[7].month == 7


def test_the_catalogues_of_the_drawing_have_the_same_keys_and_placeholders():
    one, other = (catalogue(code, "clustersim.app.drawing") for code in LANGUAGES)
    assert one.keys() == other.keys()
    for key, text in one.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", other[key])), key
    with pytest.raises(KeyError, match="no language 'de'"):
        words("de")


def test_csv_writes_undefined_values_as_nothing_and_whole_ones_without_a_point():
    assert [exports._cell(value) for value in (float("nan"), 3.0, 0.1, 1e300)] == ["", "3", "0.1", "1e+300"]
    assert list(csv.reader(io.StringIO(exports._csv([["a,b", ""]]).decode()))) == [["a,b", ""]]
