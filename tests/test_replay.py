"""A replay is one file that plays a run as it was, in any browser, without Python and without network."""

import json
import re
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clustersim import results, run
from clustersim.app import replay, showing
from clustersim.app.drawing import replay_program
from clustersim.app.drawing.words import LANGUAGES, own_keys, told_keys, words
from clustersim.app.snapshots import TRUST_LEVELS
from clustersim.cli import app
from clustersim.report.page.language import catalogue
from clustersim.results import ResultsError
from recorded import MONTHS, record, supported

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    return results.write(run(supported(), 1), tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def written(stored, tmp_path_factory) -> Path:
    return replay.write_replay(stored, tmp_path_factory.mktemp("replay") / "replay.html")


# ---- the file


def test_a_replay_is_one_small_file_that_asks_for_nothing(written):
    text = written.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert not re.search(r"https?://", text)
    assert "default-src 'none'" in text
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?!data:)", text)
    assert re.search(r"<title>.+</title>", text)
    assert [path.name for path in written.parent.iterdir()] == ["replay.html"]


def test_the_same_run_gives_the_same_file(stored, written, tmp_path):
    again = replay.write_replay(stored, tmp_path / "again.html")
    assert again.read_bytes() == written.read_bytes()


def test_a_replay_says_which_run_it_plays(stored, written):
    assert results.read(stored).state_hash in written.read_text(encoding="utf-8")


def test_every_text_that_the_page_says_is_told_and_none_that_it_does_not():
    folder = Path(replay.__file__).parent / "drawing"
    script = replay_program()
    template = (folder / "templates" / "replay.html.j2").read_text(encoding="utf-8")
    families = {key.split(".")[0] for key in told_keys()}
    said = {key for key in re.findall(r'"([a-z_]+\.\w+)"', script) if key.split(".")[0] in families}
    assert said - set(told_keys()) == set()
    said |= set(re.findall(r"say\.say\([\"']([\w.]+\w)[\"']", template))
    for name in ("replay.py", "plate.py", "picture.py"):
        said |= set(re.findall(r'"((?:replay|picture|legend)\.\w+)"[,)]', (folder.parent / name).read_text(encoding="utf-8")))
    assert {*told_keys(), *own_keys()} - said == set()
    assert [key for key in said for code in LANGUAGES if not words(code).knows(key)] == []


def test_a_replay_says_in_the_words_of_the_page_whatever_the_page_says_too():
    """A reader sees both: no key has two texts, and no text of the page is written again, in either language."""
    families = {*showing._FAMILIES, "charts.", "chart_meanings.", "words."}
    for code in LANGUAGES:
        pages = {**catalogue(code), **catalogue(code, "clustersim.app")}
        own = catalogue(code, "clustersim.app.drawing")
        assert own.keys() & pages.keys() == set()
        shown = {str(text).casefold(): key for key, text in pages.items() if key.startswith(tuple(families))}
        assert {key: shown[text.casefold()] for key, text in own.items() if text.casefold() in shown} == {}
        assert len({text.casefold() for text in own.values()}) == len(own), "nor one of its own"


def test_the_texts_of_replays_have_the_same_keys_and_placeholders_in_both_languages():
    said = [catalogue(code, "clustersim.app.drawing") for code in LANGUAGES]
    holes = [{key: sorted(re.findall(r"\{\w+\}", text)) for key, text in texts.items()} for texts in said]
    assert holes[0] == holes[1]


def test_a_title_cannot_break_out_of_the_page(village):
    _, recorder, snapshots = record(village.with_changes({"title": "</script><script>alert(1)</script>"}), 1)
    text = replay.page(recorder.world, recorder.everybody, snapshots, "0" * 32)
    assert "alert(1)</script>" not in text


# ---- what can go wrong


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="no results"):
        replay.write_replay(tmp_path, tmp_path / "replay.html")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_ends_otherwise_is_not_shown_as_if_it_were_the_same(stored, tmp_path):
    changed = _copy(stored, tmp_path)
    manifest = json.loads((changed / "manifest.json").read_text())
    (changed / "manifest.json").write_text(json.dumps({**manifest, "state_hash": "0" * 32}))
    with pytest.raises(ResultsError, match=r"ends otherwise.*version that wrote it"):
        replay.write_replay(changed, tmp_path / "replay.html")
    assert not (tmp_path / "replay.html").exists()


def test_a_scenario_that_is_another_now_is_refused(stored, tmp_path):
    changed = _copy(stored, tmp_path)
    manifest = json.loads((changed / "manifest.json").read_text())
    manifest["scenario"]["identity"] = "0" * 16
    (changed / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ResultsError, match="is not the one that was run"):
        replay.write_replay(changed, tmp_path / "replay.html")


def test_a_list_that_is_gone_is_named(village, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("name,kind,place,purpose\nRepair shop,social_enterprise,T01,housing\n")
    code = village.places().codes[0]
    people.write_text(f"name,kind,place,purpose\nRepair shop,social_enterprise,{code},housing\n")
    own = village.with_changes({"population.organisations_file": str(people), "run.months": 1, "run.spin_up": 0})
    folder = results.write(run(own, 1), tmp_path / "results")
    world, everybody, _ = replay.relive(results.read(folder))
    assert "Repair shop" in everybody.names.values()
    assert world.name == "village"
    people.unlink()
    with pytest.raises(ResultsError, match=r"cannot be lived again.*people\.csv"):
        replay.relive(results.read(folder))


def test_a_file_that_cannot_be_written_is_named_with_a_way_out(stored, tmp_path):
    with pytest.raises(ResultsError, match="another file"):
        replay.write_replay(stored, tmp_path / "nowhere" / "replay.html")
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_is_refused_before_the_run_is_lived(stored, tmp_path):
    (tmp_path / "a_folder").mkdir()
    (tmp_path / "a_file").touch()
    for target in ("a_folder", "no_folder/replay.html", "a_file/replay.html"):
        with pytest.raises(ResultsError, match="another file"):
            replay.write_replay(stored, tmp_path / target, progress=lambda *_: pytest.fail("a month was lived"))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a_file", "a_folder"]


@pytest.mark.parametrize("where", ["living", "writing"])
def test_what_is_stopped_leaves_nothing_and_what_was_there_stays(stored, tmp_path, monkeypatch, where):
    def stop(*_):
        raise KeyboardInterrupt

    target = tmp_path / "replay.html"
    target.write_text("the one before")
    monkeypatch.setattr(replay, *{"living": ("relive", stop), "writing": ("bring_to_disk", stop)}[where])
    with pytest.raises(KeyboardInterrupt):
        replay.write_replay(stored, target)
    assert target.read_text() == "the one before"
    assert [path.name for path in tmp_path.iterdir()] == ["replay.html"]


def test_the_command_writes_the_file_and_complains_in_plain_words(stored, written, tmp_path):
    done = CliRunner().invoke(app, ["replay", str(stored), "-o", str(tmp_path / "mine.html"), "--lang", "fr"])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(tmp_path / "mine.html")
    assert '<html lang="fr">' in (tmp_path / "mine.html").read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["replay", str(tmp_path), "-o", str(tmp_path / "other.html")])
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output


def _copy(stored: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(stored, tmp_path / "copy"))


# ---- in a browser, with the network cut


@pytest.fixture(scope="module")
def page(written):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
        opened = context.new_page()
        opened.wrong = []
        opened.on("console", lambda message: opened.wrong.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
        opened.on("request", lambda request: opened.wrong.append(request.url) if not request.url.startswith("file://") else None)
        opened.on("requestfailed", lambda request: opened.wrong.append(request.url))
        opened.goto(written.as_uri())
        _until(opened, "document.body.dataset.ready === 'yes'")
        yield opened
        assert opened.wrong == []
        browser.close()


def _until(page, expression: str, seconds: float = 15.0) -> None:
    """Wait until an expression holds. The page's policy forbids Playwright's own way, which evaluates texts inside the page."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never held: {expression}"
        page.wait_for_timeout(20)


def _go(page, month: int) -> None:
    page.evaluate(f"replay.go({month})")
    _until(page, f"document.body.dataset.month === '{month}'")


@pytest.mark.browser
def test_every_month_of_the_replay_is_the_month_of_the_run(page):
    _, recorder, snapshots = record(supported(), MONTHS)
    assert max(s.pole_row.size for s in snapshots) and max(s.cluster_row.size for s in snapshots)
    for k in (0, 5, MONTHS, 3):
        s = snapshots[k]
        frame = page.evaluate(
            f"""(() => {{ const f = replay.recording.frame({k}), a = (x) => Array.from(x); return {{
            month: f.month, living: a(f.living), cluster: a(f.cluster), pole: a(f.pole), degree: a(f.degree), support: a(f.support_eur),
            staff: a(f.staff_fte), one: a(f.ties.one), other: a(f.ties.other), trust: a(f.ties.trust), all: f.ties.all,
            clusters: [a(f.clusters.row), a(f.clusters.purpose), a(f.clusters.members)],
            poles: [a(f.poles.row), a(f.poles.purpose), a(f.poles.members), a(f.poles.x_km)],
            need: a(f.places.need), unmet: a(f.places.unmet_need), series: f.series, paid: f.paid_eur }} }})()"""
        )
        assert frame["month"] == s.month
        assert frame["living"] == s.living.tolist()
        assert frame["cluster"] == s.cluster.tolist()
        assert frame["pole"] == s.pole.tolist()
        assert frame["degree"] == s.degree.tolist()
        assert frame["support"] == pytest.approx((s.support_cents / 100).tolist())
        assert frame["staff"] == pytest.approx(s.staff_fte.tolist(), abs=0.25)
        ties = dict(zip(zip(frame["one"], frame["other"], strict=True), frame["trust"], strict=True))
        assert ties == dict(zip(zip(s.tie_one.tolist(), s.tie_other.tolist(), strict=True), s.tie_trust.tolist(), strict=True))
        assert max(ties.values()) <= TRUST_LEVELS
        assert frame["all"] == s.tie_one.size
        assert frame["clusters"] == [s.cluster_row.tolist(), s.cluster_purpose.tolist(), s.cluster_members.tolist()]
        assert frame["poles"][:3] == [s.pole_row.tolist(), s.pole_purpose.tolist(), s.pole_members.tolist()]
        assert frame["poles"][3] == pytest.approx(s.pole_x_km.tolist(), rel=1e-6)
        assert frame["need"] == pytest.approx(s.need.tolist(), rel=0.01, abs=1)
        assert frame["unmet"] == pytest.approx(s.unmet_need.tolist(), rel=0.02, abs=2)
        expected = [None if value != value else value for value in s.series.tolist()]
        for name, here, there in zip([o.name for o in recorder.world.observables], frame["series"], expected, strict=True):
            assert here == (None if there is None else pytest.approx(there, rel=1e-6)), name
        assert frame["paid"] == (s.paid_cents / 100).tolist()


@pytest.mark.browser
def test_partners_are_counted_though_not_all_ties_are_kept(page):
    from base64 import b64encode

    from clustersim.app import recording

    _, recorder, snapshots = record(supported(), 3)
    few = snapshots[-1].tie_one.size // 3
    packet = b64encode(recording.bytes_of(recorder.world, recorder.everybody, snapshots, most_ties=few)).decode("ascii")
    drawn, degree = page.evaluate(
        """async text => { const frame = (await clustersim.recording(text)).frame(3);
        return [frame.ties.one.length, Array.from(frame.degree)]; }""",
        packet,
    )
    assert drawn == few
    assert degree == snapshots[-1].degree.tolist()


@pytest.mark.browser
def test_it_plays_to_the_end_and_stops(page):
    _go(page, 0)
    page.select_option("#speed", "0")
    page.click("#play")
    assert page.inner_text("#play") == words("en").say("bar.pause")
    _until(page, f"document.body.dataset.month === '{MONTHS}'", 30)
    _until(page, "!replay.state.playing")
    assert page.inner_text("#play") == words("en").say("bar.play")
    assert page.inner_text("#month") == f"Month {MONTHS}"


@pytest.mark.browser
def test_it_steps_goes_back_and_follows_slider_and_keys(page):
    _go(page, 4)
    for act, month in (
        (lambda: page.click("#step"), 5),
        (lambda: page.click("#back"), 4),
        (lambda: page.locator("#slider").fill("11"), 11),
        (lambda: (page.click("h1"), page.keyboard.press("ArrowRight")), 12),
        (lambda: page.keyboard.press("ArrowLeft"), 11),
        (lambda: page.keyboard.press("Home"), 0),
        (lambda: page.keyboard.press("End"), MONTHS),
        (lambda: page.click("#back"), MONTHS - 1),
        (lambda: page.keyboard.press(" "), MONTHS),  # it plays: the button that was clicked last does not answer again
    ):
        act()
        _until(page, f"document.body.dataset.month === '{month}'")
        assert page.input_value("#slider") == str(month)


@pytest.mark.browser
def test_a_click_on_an_organisation_tells_of_it_and_its_partners(page):
    _, recorder, snapshots = record(supported(), MONTHS)
    s, e = snapshots[-1], recorder.everybody
    _go(page, MONTHS)
    k = int(s.degree.argmax())
    row = int(s.living[k])
    at = page.evaluate(f"replay.drawings.map.locate({row})")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    page.wait_for_selector("#card:not([hidden])")
    said = page.inner_text("#card")
    assert recorder.world.place_names[e.place[row]] in said
    assert recorder.world.purposes[e.purpose[row]].replace("_", " ") in said
    assert re.search(rf"Partners\s+{s.degree[k]}\b", said)
    page.keyboard.press("Escape")
    page.wait_for_selector("#card", state="hidden")


@pytest.mark.browser
def test_every_tab_draws_something_and_the_map_zooms_and_comes_back(page, tmp_path):
    _go(page, MONTHS)
    ink = "(id) => { const c = document.querySelector(id), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; " \
          "for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }"  # fmt: skip
    for tab, canvas in (("time", "#panel-time canvas"), ("network", "#network"), ("sizes", "#sizes"), ("money", "#paid")):
        page.click(f"#tab-{tab}")
        _until(page, f"({ink})('{canvas}') > 200")
    before = page.evaluate("replay.drawings.map.locate(replay.frame().living[0])")
    page.click("#zoom-in")
    _until(page, "replay.state.view.zoom > 1")
    page.click("#zoom-all")
    _until(page, "replay.state.view.zoom === 1")
    _until(page, f"Math.abs(replay.drawings.map.locate(replay.frame().living[0]).x - {before['x']}) < 1e-6")
    page.screenshot(path=tmp_path / "replay.png")
    assert (tmp_path / "replay.png").stat().st_size > 20_000


@pytest.mark.browser
def test_letters_stand_out_and_a_purpose_and_an_organisation_are_found_without_colours_or_a_mouse(page):
    page.evaluate(f"() => {{ {Path(__file__).with_name('readable.js').read_text(encoding='utf-8')} }}")
    _go(page, MONTHS)
    for tab in ("network", "sizes", "money", "time"):
        page.click(f"#tab-{tab}")
        texts = page.evaluate("readable.texts('body *:not(script)')")
        assert len(texts) > 20
        assert [one for one in texts if one["contrast"] < 4.5 or one["size"] < 13] == []
        assert min(page.evaluate("readable.lettersOfDrawings()")) >= 13
    page.click("[data-purpose='1']")
    _until(page, "replay.state.only === 1")
    page.click("[data-purpose='1']")
    page.hover("[data-purpose='2']")
    _until(page, "replay.state.hinted === 2 && replay.state.only === null")
    page.mouse.move(2, 2)
    _until(page, "replay.state.hinted === null")
    page.focus("#map")
    page.keyboard.press("Enter")
    _until(page, "replay.state.selected !== null && clustersim.partners(replay.frame(), replay.state.selected).length > 0")
    page.keyboard.press("Escape")
    _until(page, "replay.state.selected === null")


@pytest.mark.browser
def test_newcomers_may_be_told_twice_but_none_may_be_missed(page):
    """The way of the live page, which is told of organisations as they come."""
    from clustersim.app import packing

    _, recorder, snapshots = record(supported(), MONTHS)
    founded = [s for s in snapshots if len(s.newcomers)]
    assert len(founded) > 1, "organisations were founded in at least two months"
    start = record(supported(), 0)[1]
    said = page.evaluate(
        """([world, first, second, last]) => { const w = clustersim.world(world), told = [];
        told.push(clustersim.grow(w, second), clustersim.grow(w, first), clustersim.grow(w, first));
        told.push(clustersim.grow(w, { ...last, first_row: 0 }), w.organisations.count, w.organisations.x_km.length);
        return [told, Array.from(w.organisations.kind)]; }""",
        [
            packing.pack_world(start),
            packing.pack_newcomers(founded[0].newcomers),
            packing.pack_newcomers(founded[1].newcomers),
            packing.pack_newcomers(recorder.everybody),
        ],
    )
    rows = snapshots[-1].rows
    assert said[0] == [False, True, True, True, rows, rows]
    assert said[1] == recorder.everybody.kind.tolist()


@pytest.mark.browser
def test_on_paper_it_is_one_sheet_with_map_lines_and_legend_and_nothing_to_press(page):
    _go(page, MONTHS)
    sheets = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
    page.emulate_media(media="print")
    assert all(page.is_visible(part) for part in ("#map", "#legend", "#panel-time"))
    assert not any(page.is_visible(part) for part in ("#play", "#zoom-in", "#tab-time"))
    page.emulate_media(media="screen")
