"""The page in a real browser: what a policy team does with it, without a network, without a complaint in the console."""

import csv
import io
import re
import tomllib
import zipfile

import pytest

from browsing import Visit, browsing, serving
from clustersim import Scenario, run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address():
    with serving("no_support", "--on", "village") as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with browsing() as found:
        yield found


@pytest.fixture
def visit(browser, address):
    found = Visit(browser, address)
    yield found
    found.close()


def test_the_page_needs_nothing_but_this_machine(visit, address):
    assert visit.colours("map-0") > 10
    assert visit.asked
    assert [url for url in visit.asked if not url.startswith((address, "blob:", "data:"))] == []


def test_months_are_played_paused_stepped_looked_back_at_and_begun_anew(visit):
    assert visit.month() == 0
    visit.click("step")
    visit.until("month", "Month 1 of 24")
    visit.shows(1)
    first = visit.said("chart-mean_degree")
    visit.click("play")
    visit.until("month", "Month 24 of 24")
    visit.ready()
    assert visit.said("chart-mean_degree") != first
    visit.click("back")
    visit.until("month", "Month 23 of")
    visit.page.locator("[data-test=months]").evaluate("slider => { slider.value = 1; slider.dispatchEvent(new Event('input')) }")
    visit.until("month", "Month 1 of 24")
    visit.until("chart-mean_degree", first.split("\n")[1])
    visit.click("reset")
    visit.until("month", "The beginning")
    assert visit.page.locator("[data-test=months]").is_disabled()


def test_the_keyboard_plays_steps_and_looks_back(visit):
    visit.page.keyboard.press("ArrowRight")
    visit.until("month", "Month 1 of")
    visit.page.keyboard.press(" ")
    visit.until("month", "Month 24 of")
    visit.page.keyboard.press("ArrowLeft")
    visit.until("month", "Month 23 of")
    visit.page.keyboard.press("r")
    visit.until("month", "The beginning")


def test_keys_are_the_pages_before_they_are_those_of_a_notebook_around_it(visit):
    visit.click("step")
    visit.until("month", "Month 1 of")
    visit.page.evaluate("document.addEventListener('keydown', (event) => event.stopPropagation(), true)")  # as JupyterLab does
    visit.page.keyboard.press("ArrowRight")
    visit.until("month", "Month 2 of")
    visit.page.keyboard.press("Home")
    visit.until("month", "The beginning")


def test_keys_typed_beside_the_page_are_not_the_pages(visit):
    visit.click("step")
    visit.until("month", "Month 1 of")
    for beside in ("<div contenteditable>", "<div tabindex=0>", "<textarea>"):
        visit.page.evaluate("""html => {
            document.body.insertAdjacentHTML("afterbegin", html);
            document.body.firstElementChild.focus();
        }""", beside)
        visit.page.keyboard.type(" r ")
        visit.page.keyboard.press("ArrowRight")
        visit.page.keyboard.press("Home")
        if beside != "<div tabindex=0>":
            typed = "() => document.activeElement.value ?? document.activeElement.textContent"
            assert visit.page.evaluate(typed).replace("\u00a0", " ") == " r "
        visit.page.evaluate("document.body.firstElementChild.remove()")
    visit.page.keyboard.press("ArrowRight")  # the page alone has the keyboard again
    visit.until("month", "Month 2 of")
    visit.page.wait_for_function("() => document.querySelector('.cs-stage').__vue__.status.month === 2")
    assert visit.page.evaluate("document.querySelector('.cs-stage').__vue__.status.last") == 2, "nothing was played or begun anew"


def test_space_is_the_buttons_that_the_keyboard_has_come_to_and_else_plays(visit):
    visit.click("step")  # by the mouse
    visit.until("month", "Month 1 of")
    visit.page.locator("[data-test=back]").focus()
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.dataset.test") == "step"
    visit.page.keyboard.press(" ")
    visit.until("month", "Month 2 of")
    visit.ready()
    visit.page.keyboard.press("Enter")
    visit.until("month", "Month 3 of")
    visit.ready()
    assert not visit.page.evaluate("document.querySelector('.cs-stage').__vue__.status.playing")
    visit.click("zoom-in")
    visit.page.keyboard.press(" ")
    visit.until("month", "Month 24 of")


def test_boxes_and_sliders_of_the_panel_leave_the_page_its_keys_or_take_them_whole(visit):
    visit.page.select_option("[data-test=scenario]", label="Coordinators")
    visit.ready()
    visit.click("group-measures.coordinators")
    box = visit.page.locator("[data-test='measures.coordinators.renewable'] input[type=checkbox]")
    before = box.is_checked()
    box.click()  # by the mouse
    visit.ready()
    visit.page.keyboard.press("ArrowRight")
    visit.until("month", "Month 1 of")
    visit.page.keyboard.press(" ")
    visit.until("month", "Month 24 of")
    assert box.is_checked() != before
    visit.ready()
    visit.click("group-processes.meeting")
    slider = visit.page.locator("[data-test='processes.meeting.decay_km'] input[type=range]")
    value = slider.input_value()
    slider.focus()
    visit.page.keyboard.press("ArrowRight")
    assert slider.input_value() != value, "the slider moves, and not the months"


def test_a_map_is_never_shown_stretched_while_its_size_changes(visit):
    stretched = visit.page.evaluate("""async () => {
        const canvas = document.querySelector("[data-test=map-0]"), seen = [];
        // told after the stage, in the same frame: what is seen then is what is shown
        const witness = new ResizeObserver(() => seen.push([canvas.clientWidth - canvas.width, canvas.clientHeight - canvas.height]));
        witness.observe(document.querySelector(".cs-stage"));
        for (const width of ["100px", "400px", "250px"]) {
            document.querySelector(".cs-side").style.width = width;
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }
        witness.disconnect();
        return seen;
    }""")
    assert len(stretched) > 2
    assert {tuple(by) for by in stretched} == {(0, 0)}


def test_what_is_not_drawn_is_said(visit):
    visit.page.evaluate("""() => {
        const stage = document.querySelector('.cs-stage').__vue__, { network } = clustersim;
        stage.frames[0].ties.all = stage.frames[0].ties.one.length + 12345;
        clustersim.network = (...given) => Object.assign(network(...given), { shown: 2500, all: 3456 });
        stage.draw();
    }""")
    visit.until("cut-0", "ties are drawn, chosen by lot")
    visit.click("network")
    visit.until("cut-0", "2,500 of 3,456 organisations with ties are shown")


def test_places_are_shaded_over_the_range_of_their_unmet_needs_which_the_legend_says(visit):
    ranges = visit.page.evaluate("""() => {
        const places = (shares) => ({ places: { need: shares.map(() => 1000), unmet_need: shares.map((share) => 1000 * share) } });
        const even = Array.from({ length: 101 }, (_, k) => 0.5 + 0.004 * k);
        const months = [[even], [even.slice(0, 51), even.slice(51)], [[0.9, 0.9]], [[]], [[0, 0]]];
        return months.map((worlds) => clustersim.unmet(worlds.map(places)));
    }""")
    assert ranges == [[0.52, 0.88], [0.52, 0.88], [0.85, 0.9], [0, 1], [0, 0.05]]
    low, high = visit.page.evaluate("document.querySelector('.cs-stage').__vue__.unmet")
    visit.page.get_by_text(f"darker with unmet needs ({round(100 * low)}–{round(100 * high)} %)").wait_for()


def test_a_page_that_is_left_while_it_plays_goes_on(visit):
    """A hidden page is given no frames to paint in."""
    replied = visit.page.evaluate("""async () => {
        const stage = document.querySelector(".cs-stage").__vue__;
        cancelAnimationFrame(stage.waiting);
        stage.waiting = -1; // a frame that never comes
        stage.answer = { known: {}, behind: false };
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
        delete document.hidden;
        const replied = stage.answer === null;
        stage.draw();
        return replied;
    }""")
    assert replied


def test_a_number_is_changed_by_its_slider_marked_and_put_back(visit):
    path = "processes.meeting.decay_km"
    visit.click("group-processes.meeting")
    row = visit.page.locator(f"[data-test='{path}']")
    assert "km" in row.get_attribute("title")
    row.locator("input[type=range]").evaluate("slider => { slider.value = 40; slider.dispatchEvent(new Event('change')) }")
    visit.until("group-processes.meeting", "1 changed")
    assert row.locator("input[type=text]").input_value() == "40"
    visit.ready()
    visit.click("undo-all")
    visit.page.wait_for_selector(f"[data-test='{path}']:not(.cs-changed)")
    assert row.locator("input[type=text]").input_value() == "20"


def test_a_mistake_is_said_beside_its_number_and_the_session_lives(visit):
    visit.click("group-processes.meeting")
    row = visit.page.locator("[data-test='processes.meeting.decay_km']")
    row.locator("input[type=text]").fill("far away")
    row.locator("input[type=text]").press("Tab")
    problem = row.locator(".cs-problem")
    problem.wait_for()
    assert "a number from 1 to 100 km" in problem.inner_text()
    seed = visit.page.locator("[data-test=seed]")
    seed.fill("seven")
    seed.press("Tab")
    visit.page.get_by_text("“seven” is not possible").wait_for()
    visit.click("step")
    visit.until("month", "Month 1 of")
    row.locator("input[type=text]").fill("30")
    row.locator("input[type=text]").press("Tab")
    problem.wait_for(state="detached")
    visit.until("group-processes.meeting", "1 changed")


def test_another_scenario_and_another_territory_are_chosen_by_title(visit):
    visit.page.select_option("[data-test=scenario]", label="Coordinators")
    visit.page.get_by_text("Do paid coordinators help groups to form").wait_for()
    visit.ready()
    visit.page.locator("[data-test='group-measures.coordinators']").wait_for()
    visit.page.select_option("[data-test=scenario]", label="A dozen villages")
    visit.page.get_by_text("Who meets whom").wait_for()
    visit.ready()
    assert visit.page.locator("[data-test=territory]").is_disabled()


def test_two_worlds_live_on_one_clock_and_measures_are_switched_in_one_of_them(visit):
    visit.page.select_option("[data-test=second]", label="A mix of measures")
    visit.page.wait_for_selector("[data-test=map-1]")
    visit.ready()
    visit.click("play")
    visit.until("month", "Month 24 of")
    visit.ready()
    assert visit.colours("map-1") > 10
    chart = visit.said("chart-public_support_cents")
    assert re.search(r"\+€[\d,]+", chart), "the difference is said"
    visit.click("money")
    paid = visit.said("measure-1-meetings")
    assert "€" in paid or "EUR" in paid
    visit.click("measure-1-meetings")
    visit.page.wait_for_selector("[data-test=measure-1-meetings][aria-checked=false]")
    visit.ready()
    visit.until("month", "Month 24 of")
    visit.click("over_time")
    changed = "before => !document.querySelector('[data-test=chart-public_support_cents]').innerText.includes(before)"
    visit.page.wait_for_function(changed, arg=chart)


def where_somebody_stands(visit, world):
    """The point on a world's map where the organisation with the most partners stands, and what it is called."""
    found = visit.page.evaluate("""k => {
        const stage = document.querySelector('.cs-stage').__vue__, drawing = stage.drawings[k], frame = stage.frames[k];
        const point = drawing.locate(frame.living[frame.degree.indexOf(Math.max(...frame.degree))]);
        return [point, stage.named(drawing.at(point.x, point.y), k).split(' · ')[0]];
    }""", world)
    box = visit.page.locator(f"[data-test=map-{world}]").bounding_box()
    return box["x"] + found[0]["x"], box["y"] + found[0]["y"], found[1]


def test_a_click_on_an_organisation_shows_what_it_is(visit):
    visit.click("step")
    visit.until("month", "Month 1 of")
    x, y, name = where_somebody_stands(visit, 0)
    visit.page.mouse.click(x, y)
    visit.until("card-title", name)
    card = visit.page.locator(".cs-card").inner_text()
    assert all(word in card for word in ("Staff", "FTE", "Partners, by trust", "Its history", "Cash", "Competence: trade"))
    other = visit.page.locator(".cs-partner span").first.inner_text()
    visit.page.locator(".cs-partner").first.click()
    visit.until("card-title", other)


def test_a_click_on_the_second_map_shows_who_lives_in_the_second_world(visit):
    visit.page.select_option("[data-test=second]", label="Seed grants")
    visit.page.wait_for_selector("[data-test=map-1]")
    visit.ready()
    visit.click("play")
    visit.until("month", "Month 24 of")
    visit.ready()
    x, y, name = where_somebody_stands(visit, 1)
    visit.page.mouse.click(x, y)
    visit.until("card-title", name)
    said = visit.page.evaluate("""() => {
        const stage = document.querySelector('.cs-stage').__vue__, frame = stage.frames[1], row = stage.card.row;
        return [stage.card.world, stage.card.facts[0].value, frame.staff_fte[frame.living.indexOf(row)].toFixed(1)];
    }""")
    assert said[0] == 1
    assert said[1] == said[2], "the facts are those of the second world"


def test_two_territories_lie_side_by_side_each_with_a_view_of_its_own(browser):
    with serving("village", "baseline") as address:
        visit = Visit(browser, address)
        visit.page.get_by_text("The two worlds lie on different territories").wait_for()
        assert min(visit.colours("map-0"), visit.colours("map-1")) > 10
        visit.click("zoom-in")
        views = visit.page.evaluate("document.querySelector('.cs-stage').__vue__.views")
        assert views[0]["zoom"] == views[1]["zoom"] > 1
        assert views[0]["x"] != views[1]["x"], "each stays in the middle of its own territory"
        visit.close()


def test_each_world_is_named_with_purposes_of_its_own(browser, tmp_path):
    fewer = tmp_path / "fewer.toml"
    fewer.write_text('title = "Five purposes"\nextends = "village"\n\n[purposes.employment_and_inclusion]\nremove = true\n')
    with serving("village", str(fewer)) as address:
        visit = Visit(browser, address)
        visit.page.wait_for_selector("[data-test=map-1]")
        lists = visit.page.evaluate("document.querySelector('.cs-stage').__vue__.worlds.map((world) => world.purposes)")
        assert lists[0] != lists[1]
        for world, purposes in enumerate(lists):
            legend = [visit.said(f"purpose-{world}-{k}") for k in range(len(purposes))]
            called = visit.page.evaluate("""k => {
                const stage = document.querySelector('.cs-stage').__vue__, { living } = stage.frames[k], o = stage.made[k].organisations;
                return [...living].map((row) => [o.purpose[row], stage.named({ what: "organisation", row }, k).split(' · ').pop()]);
            }""", world)
            assert all(legend[purpose].strip().endswith(name) for purpose, name in called), "each is named with its own world's purposes"
        visit.click("purpose-1-0")
        alone = visit.page.evaluate("[0, 1].map((k) => document.querySelector('.cs-stage').__vue__.onlyIn(k))")
        assert alone == [None, 0], "a purpose of one list is shown alone in its own world"
        visit.close()


def reconnect(visit):
    """Lose the connection, and wait until it is there again. What was on its way to the server is lost, which the browser says."""
    before, said = visit.page.evaluate("solara.debug.reconnectCount"), len(visit.complaints)
    assert visit.page.evaluate("solara.debug.dropConnection()")
    visit.page.wait_for_function("before => solara.debug.reconnectCount > before", arg=before)
    lost = "WebSocket is already in CLOSING or CLOSED state."
    visit.complaints[said:] = [complaint for complaint in visit.complaints[said:] if complaint != lost]


def test_after_a_lost_connection_the_page_comes_back_and_its_clock_goes_on(visit):
    path = "processes.meeting.decay_km"
    visit.page.select_option("[data-test=scenario]", label="Seed grants")
    visit.page.get_by_text("Does money for young").wait_for()
    visit.page.select_option("[data-test=second]", label="Vouchers for a first project together")
    visit.page.wait_for_selector("[data-test=map-1]")
    visit.click("group-processes.meeting")
    row = visit.page.locator(f"[data-test='{path}']")
    row.locator("input[type=text]").fill("30")
    row.locator("input[type=text]").press("Tab")
    visit.until("group-processes.meeting", "1 changed")
    visit.ready()
    visit.click("step")
    visit.until("month", "Month 1 of")
    visit.click("step")
    visit.until("month", "Month 2 of")
    visit.shows(2)
    said = visit.said("chart-mean_degree")
    reconnect(visit)
    visit.until("month", "Month 2 of")
    visit.until("chart-mean_degree", said.split("\n")[1])
    assert visit.page.locator("[data-test=scenario] option:checked").inner_text() == "Seed grants"
    assert row.locator("input[type=text]").input_value() == "30"
    assert min(visit.colours("map-0"), visit.colours("map-1")) > 10
    visit.click("step")
    visit.until("month", "Month 3 of")
    visit.click("play")
    visit.until("month", "Month 6 of")
    reconnect(visit)  # while it plays
    visit.until("month", "Month 24 of")
    visit.ready()
    lines = visit.page.evaluate("document.querySelector('.cs-stage').__vue__.made.map((world) => world.lines.mean_degree.length)")
    assert lines == [25, 25], "no month of the lines is missing"
    visit.click("reset")
    visit.until("month", "The beginning")
    visit.ready()
    visit.click("step")
    visit.until("month", "Month 1 of")


def test_where_it_is_lost_that_a_month_was_drawn_the_page_says_it_again_when_it_comes_back(visit):
    visit.page.select_option("[data-test=speed]", "1")
    visit.click("play")
    visit.until("month", "Month 2 of")
    lost = """() => new Promise((lost) => {
        const stage = document.querySelector('.cs-stage').__vue__, reply = stage.reply;
        stage.reply = () => {
            if (!stage.answer) return;
            Object.assign(stage, { answer: null, reply });
            lost(stage.month.month);
        };
    })"""
    month = visit.page.evaluate(lost)
    reconnect(visit)
    visit.until("month", f"Month {month + 2} of")


def test_a_list_goes_back_to_what_is_set_when_what_was_chosen_cannot_be(browser, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('title = "Mine"\nquestion = "?"\nextends = "village"\n')
    with serving("no_support", str(own), "--on", "village") as address:
        visit = Visit(browser, address)
        own.unlink()
        for _ in range(2):
            visit.page.select_option("[data-test=scenario]", value=str(own))
            visit.page.get_by_text("there is no file or scenario").wait_for()
            visit.page.wait_for_function("document.querySelector('[data-test=scenario]').value === 'no_support'")
        visit.click("step")
        visit.until("month", "Month 1 of")
        visit.close()


def test_every_export_opens_and_the_scenario_file_is_lived_again_to_the_bit(visit, tmp_path):
    visit.page.select_option("[data-test=scenario]", label="A mix of measures")
    visit.page.get_by_text("Do measures that complement").wait_for()
    visit.ready()
    for month in range(1, 4):
        visit.click("step")
        visit.until("month", f"Month {month} of")
    name, content = visit.download("settings")
    said = content.decode()
    assert tomllib.loads(said)["title"] == "A mix of measures"
    path = tmp_path / name
    path.write_bytes(content)
    again = run(Scenario.load(path), seed=1, months=3)
    assert f"state hash after month 3: {again.state_hash}" in said
    from PIL import Image

    name, content = visit.download("picture_png")
    assert name.endswith(".png") and Image.open(io.BytesIO(content)).size[0] > 800
    name, content = visit.download("picture_svg")
    assert name.endswith(".svg") and b"<svg" in content
    name, content = visit.download("series")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [row["month"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["mean_degree"]) == again.series["mean_degree"].iloc[-1]
    name, content = visit.download("tables")
    assert "organisations.csv" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    name, content = visit.download("animation")
    assert Image.open(io.BytesIO(content)).n_frames == 4


def test_the_page_speaks_french(visit):
    visit.page.get_by_role("button", name="FR").click()
    visit.until("play", "Lancer")
    visit.until("scenario", "Aucun soutien")
    visit.click("group-processes.meeting")
    visit.until("processes.meeting.decay_km", "Portée des rencontres")
    assert "distance sur laquelle" in visit.page.locator("[data-test='processes.meeting.decay_km']").get_attribute("title")


def test_two_people_do_not_see_each_other(browser, address):
    one, other = Visit(browser, address), Visit(browser, address)
    one.click("step")
    one.until("month", "Month 1 of")
    one.page.select_option("[data-test=scenario]", label="Seed grants")
    one.page.get_by_text("Does money for young").wait_for()
    one.page.get_by_role("button", name="FR").click()
    one.until("play", "Lancer")
    other.click("step")
    other.until("month", "Month 1 of")
    assert other.said("play") == "Play"
    assert other.page.locator("[data-test=scenario] option:checked").inner_text() == "No support"
    one.close()
    other.close()
