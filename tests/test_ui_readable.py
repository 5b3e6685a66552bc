"""Who sits far from the projector, sees no colours or has no mouse can use the page too."""

from pathlib import Path

import pytest

from browsing import PATIENCE, Visit, browsing, serving

pytestmark = pytest.mark.browser

TABS = ("over_time", "sizes", "money", "organisation")
LANGUAGES = {"EN": "Play", "FR": "Lancer"}


@pytest.fixture(scope="module")
def browser():
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def address():
    with serving("no_support", "policy_mix", "--on", "village") as found:
        yield found


class Look(Visit):
    """A visit that measures what is seen."""

    def __init__(self, browser, address: str, **size: int) -> None:
        super().__init__(browser, address, **size)
        self.page.add_script_tag(path=Path(__file__).with_name("readable.js"))

    def measured(self, what: str, *given):
        """What the page answers, once it is drawn."""
        self.page.wait_for_timeout(300)
        return self.page.evaluate("([what, given]) => readable[what](...given)", [what, list(given)])

    def speak(self, language: str) -> None:
        self.page.get_by_role("button", name=language, exact=True).click()
        self.until("play", LANGUAGES[language])
        self.away()

    def away(self) -> None:
        """The pointer where it points at nothing."""
        self.page.mouse.move(2, 2)


def _at_work(browser, address, **size: int) -> Look:
    """A page with two worlds in their third month, an organisation looked at, and a group of numbers open with a mistake in it."""
    visit = Look(browser, address, **size)
    for month in (1, 2, 3):
        visit.click("step")
        visit.until("month", f"Month {month} of")
        visit.ready()
    visit.click("group-processes.meeting")
    row = visit.page.locator("[data-test='processes.meeting.decay_km']")
    row.locator("input[type=text]").fill("far away")
    row.locator("input[type=text]").press("Tab")
    row.locator(".cs-problem").wait_for()
    visit.page.locator("[data-test=map-0]").press("Enter")
    visit.page.locator("[data-test=card-title]").wait_for()
    return visit


@pytest.mark.parametrize(("width", "height", "smallest"), [(1280, 720, 13), (1920, 1080, 15)])
def test_letters_are_large_and_stand_out_on_a_laptop_and_on_a_projector(browser, address, width, height, smallest):
    visit = _at_work(browser, address, width=width, height=height)
    for language in LANGUAGES:
        visit.speak(language)
        for tab in TABS:
            visit.click(tab)
            visit.away()
            texts = visit.measured("texts")
            assert len(texts) > 30
            assert [one for one in texts if one["size"] < smallest] == []
            assert [one for one in texts if one["contrast"] < 4.5] == []
            assert min(visit.measured("lettersOfDrawings")) >= smallest
    visit.close()


def test_letters_in_drawings_stand_out_in_the_colour_of_every_line(browser, address):
    visit = Look(browser, address)
    assert min(visit.measured("coloursOfLines")) >= 4.5
    visit.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_nothing_sticks_out_and_no_label_is_cut_off_in_either_language(browser, address, width, height):
    visit = _at_work(browser, address, width=width, height=height)
    visit.click("over_time")
    for language in LANGUAGES:
        visit.speak(language)
        assert visit.measured("cut") == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    visit.close()


def test_every_control_is_reached_by_the_keyboard_says_what_it_is_and_shows_that_it_is_there(browser, address):
    visit = _at_work(browser, address)
    visit.page.locator(".cs-page button").first.focus()
    reached = []
    while (found := visit.page.evaluate("readable.focused()"))["page"]:
        reached.append(found)
        assert len(reached) < 300, "the keyboard never leaves the page"
        visit.page.keyboard.press("Tab")
    assert [one for one in reached if not (one["name"] and one["seen"] and one["here"])] == []
    bar = {"export", "play", "back", "step", "again", "reset", "months", "speed"}
    panel = {"scenario", "territory", "second", "seed", "search", "undo-all", "group-run"}
    stage = {"map", "network", "fold", "map-0", "map-1", "zoom-in", "zoom-all", "purpose-0", *TABS}
    assert (bar | panel | stage) - {one["key"] for one in reached} == set()
    visit.close()


def test_the_keyboard_alone_looks_at_an_organisation_and_zooms(browser, address):
    visit = Look(browser, address)
    visit.page.locator("[data-test=map-0]").focus()
    zoom = "document.querySelector('.cs-stage').__vue__.views[0].zoom"
    visit.page.keyboard.press("+")
    assert visit.page.evaluate(zoom) > 1
    visit.page.keyboard.press("0")
    assert visit.page.evaluate(zoom) == 1
    visit.page.keyboard.press("Enter")
    visit.page.locator("[data-test=card-title]").wait_for()
    most = """() => { const stage = document.querySelector('.cs-stage').__vue__, { living, degree } = stage.frames[0];
        return degree[living.indexOf(stage.card.row)] === Math.max(...degree); }"""
    assert visit.page.evaluate(most)
    visit.close()


def test_a_purpose_is_seen_alone_while_it_is_pointed_at_and_after_a_click(browser, address):
    visit = _at_work(browser, address)

    def seen() -> list[list[int]]:
        return [[visit.measured("inked", world, purpose) for purpose in range(3)] for world in ("map-0", "map-1")]

    everything = seen()
    assert all(count > 0 for counts in everything for count in counts)
    visit.page.locator("[data-test=purpose-1]").hover()
    assert all(counts[1] > 0 and counts[0] == counts[2] == 0 for counts in seen())
    visit.away()
    assert seen() == everything
    visit.click("purpose-2")
    visit.away()
    assert visit.page.locator("[data-test=purpose-2]").get_attribute("aria-pressed") == "true"
    visit.click("network")
    assert all(counts[2] > 0 and counts[0] == counts[1] == 0 for counts in seen())
    visit.click("purpose-2")
    visit.away()
    assert all(count > 0 for counts in seen() for count in counts)
    visit.close()


@pytest.fixture(scope="module")
def wide():
    """Two worlds on a territory that is wider than high."""
    few = ("--set", "population.organisations=300", "--set", "run.spin_up=0")
    with serving("no_support", "policy_mix", "--on", "bretagne", *few) as found:
        yield found


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("panel", [True, False])
def test_two_wide_territories_fill_their_maps(browser, wide, width, height, panel):
    visit = Look(browser, wide, width=width, height=height)
    visit.ready(PATIENCE)
    if not panel:
        visit.page.locator(".cs-head .cs-icon").click()
    for across, along in visit.measured("filled"):
        assert max(across, along) > 0.78
        assert min(across, along) > 0.45
    visit.close()


def test_the_maps_alone_take_all_the_room_until_an_organisation_is_looked_at(browser, wide):
    visit = Look(browser, wide, width=1280, height=720)
    visit.ready(PATIENCE)
    visit.page.locator(".cs-head .cs-icon").click()
    width = "[...document.querySelectorAll('.cs-map canvas')].map((canvas) => canvas.clientWidth)"
    before = visit.page.evaluate(width)
    visit.click("fold")
    visit.page.locator(".cs-beside").wait_for(state="hidden")
    for across, _ in visit.measured("filled"):
        assert across > 0.8
    assert min(visit.page.evaluate(width)) > 1.3 * max(before)
    visit.page.locator("[data-test=map-1]").press("Enter")
    visit.page.locator("[data-test=card-title]").wait_for()
    visit.click("over_time")
    visit.page.locator("[data-test=chart-clusters]").wait_for()
    visit.close()
