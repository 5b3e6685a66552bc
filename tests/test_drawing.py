"""The drawing program that the page and replays carry: its parts, and that it finds what Python finds."""

import json
import re
from importlib.resources import files

import numpy as np
import pytest

from browsing import browsing
from clustersim.app import drawing, look
from clustersim.app.packing import _TYPES, packed_array
from clustersim.report.style import PALETTE


def test_every_part_is_delivered_once_and_starts_by_saying_what_it_is():
    for name, parts, delivered in (
        ("program", drawing.PARTS, drawing.program()),
        ("replay", drawing.PARTS_OF_REPLAYS, drawing.replay_program()),
    ):
        folder = files("clustersim.app.drawing") / name
        assert sorted(f"{part}.js" for part in parts) == sorted(path.name for path in folder.iterdir() if path.name.endswith(".js"))
        for part in parts:
            text = (folder / f"{part}.js").read_text(encoding="utf-8")
            assert text.startswith("/* ") and text.count("\n") < 150
            assert delivered.count(text) == 1


def test_what_python_and_the_program_share_is_written_in_python_alone():
    """Every name of the look is used by the program, no other is, and no colour of it is written again."""
    parts = drawing.program().split("\n", 3)[3]
    used = set(re.findall(r"LOOK\.(\w+)", parts))
    for names in re.findall(r"\{([^{}]*)\} = LOOK\b", parts):
        used |= {name.split(":")[0].strip() for name in names.split(",")}
    assert used == set(look.told())
    colours = {colour.lower() for colour in re.findall(r"#[0-9A-Fa-f]{6}\b", json.dumps(look.told()))}
    assert colours > {colour.lower() for colour in PALETTE}
    folder = files("clustersim.app")
    scripts = [path for name in ("program", "replay") for path in (folder / "drawing" / name).iterdir() if path.name.endswith(".js")]
    for path in [*scripts, folder / "components" / "stage.vue"]:
        written = {colour.lower() for colour in re.findall(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8"))}
        assert written & colours == set(), path.name


@pytest.fixture(scope="module")
def page():
    with browsing() as browser:
        opened = browser.new_page()
        opened.add_script_tag(content=drawing.program())
        yield opened


@pytest.mark.browser
def test_the_program_leaves_one_name_behind(page):
    assert page.evaluate("[typeof clustersim, typeof LOOK, typeof PALETTE, typeof pen]") == ["object", *["undefined"] * 3]


@pytest.mark.browser
@pytest.mark.parametrize("seed", range(20))
def test_python_and_the_program_shade_places_over_the_same_range(page, seed):
    luck = np.random.default_rng(seed)
    need = luck.integers(0, 50, luck.integers(0, 60)) * 100.0
    unmet = need * np.clip(luck.normal(0.6, [0.004, 0.02, 0.3][seed % 3], need.size), 0, 1)
    month = {"places": {"need": need.tolist(), "unmet_need": unmet.tolist()}}
    assert page.evaluate("month => clustersim.unmet([month])", month) == list(look.unmet_range(need, unmet))
    for share in (0.0, 0.3, 1.0):
        said = [int(part) for part in re.findall(r"\d+", page.evaluate("share => clustersim.shade(share)", share))]
        assert said == pytest.approx(255 * look.shade_of(share), abs=0.51)


@pytest.mark.browser
def test_arrays_of_every_type_come_in_as_they_went_out(page):
    for code in _TYPES:
        values = np.array([0, 1, 2, 100], f"<{code}")
        assert page.evaluate("packed => Array.from(clustersim.unpack(packed))", packed_array(values, code)) == values.tolist()
        assert page.evaluate("packed => clustersim.unpack(packed).BYTES_PER_ELEMENT", packed_array(values, code)) == values.itemsize


@pytest.mark.browser
@pytest.mark.parametrize(
    ("territory", "room", "folded", "stands"),
    [
        ((200, 110), (1230, 450), False, "beside"),
        ((200, 110), (930, 450), False, "below"),
        ((200, 110), (1230, 450), True, "alone"),
        ((100, 130), (1230, 450), False, "beside"),
        ((300, 60), (1230, 450), False, "on each other"),
        ((300, 60), (1230, 450), True, "on each other"),
    ],
)
def test_two_maps_are_arranged_so_that_the_territory_is_large(page, territory, room, folded, stands):
    needs = {"beside": 384, "least": 255, "most": 300, "title": 30, "folded": folded}
    sizes = [dict(zip(("width", "height"), size, strict=True)) for size in (territory, room)]
    said = page.evaluate("([box, room, needs]) => clustersim.arrangement(box, room, needs)", [*sizes, needs])
    assert said["stacked"] == (stands == "on each other")
    assert (255 <= said["below"] <= 300) if stands == "below" else said["below"] == 0
