"""The pictures of docs/ui.md, taken from the page itself in both languages. Run by hand, with Chromium installed:

    uv run --group test python docs/ui/screenshots.py

The same scenarios and seed show the same worlds; look at every picture before it is committed.
"""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from browsing import CONSOLE, PATIENCE, Visit, browsing, serving, serving_file  # noqa: E402

LANGUAGES = ("en", "fr")
# the organisation of the second world with the most partners among those in a cluster
BUSIEST = """world => {
    const stage = document.querySelector('.cs-stage').__vue__, frame = stage.frames[world];
    const rank = k => (frame.cluster[k] >= 0 ? 100 : 0) + frame.degree[k];
    const best = [...frame.living.keys()].reduce((a, b) => (rank(b) > rank(a) ? b : a));
    stage.pick({ world, row: frame.living[best] });
}"""


def shoot(page: object, name: str) -> None:
    """A picture of the page as it is now."""
    page.mouse.move(2, 2)  # no tip in the picture
    page.wait_for_timeout(600)
    page.screenshot(path=HERE / f"{name}.png")
    print(f"{name}.png", flush=True)


def live_until(visit: Visit, month: int) -> None:
    """Play until a month, and stay there."""
    visit.click("play")
    visit.page.wait_for_function(
        "month => document.querySelector('.cs-stage').__vue__.status.month >= month", arg=month, timeout=PATIENCE
    )
    if visit.page.evaluate("document.querySelector('.cs-stage').__vue__.status.playing"):  # at the horizon it has ended by itself
        visit.page.keyboard.press(" ")
    visit.page.wait_for_function("() => !document.querySelector('.cs-stage').__vue__.status.playing")
    visit.page.evaluate("month => document.querySelector('.cs-bar').__vue__.look(month)", month)
    visit.page.wait_for_function("month => document.querySelector('.cs-stage').__vue__.status.month === month", arg=month)
    visit.ready()


def tour(browser: object, language: str) -> None:
    """One visit to the page, from its opening to two worlds compared."""
    with serving("no_support", "--on", "bretagne", "--lang", language) as address:
        visit = Visit(browser, address, height=800)
        live_until(visit, 60)
        shoot(visit.page, f"page.{language}")

        visit.page.fill("[data-test=search]", "decay km")
        row = visit.page.locator("[data-test='processes.meeting.decay_km'] input[type=text]")
        row.fill("far" if language == "en" else "loin")
        row.press("Tab")
        visit.page.locator(".cs-row .cs-problem").wait_for()
        far = visit.page.locator("[data-test='processes.meeting.far_chance'] input[type=text]")
        visit.page.fill("[data-test=search]", "processes.meeting")
        far.fill("0.45" if language == "en" else "0,45")
        far.press("Tab")
        visit.page.locator("[data-test='processes.meeting.far_chance'].cs-changed").wait_for()
        visit.ready(PATIENCE)
        live_until(visit, 12)
        visit.page.fill("[data-test=search]", "processes.meeting")  # both the changed and the refused
        visit.page.locator(".cs-row .cs-problem").scroll_into_view_if_needed()
        shoot(visit.page, f"settings.{language}")
        visit.click("undo-all")
        visit.page.fill("[data-test=search]", "")
        visit.ready(PATIENCE)

        visit.page.select_option("[data-test=second]", value="policy_mix")
        visit.page.wait_for_selector("[data-test=map-1]")
        visit.ready(PATIENCE)
        live_until(visit, 120)
        visit.page.locator(".cs-head .cs-icon").click()
        shoot(visit.page, f"two_worlds.{language}")
        visit.click("money")
        shoot(visit.page, f"measures.{language}")
        visit.click("network")
        visit.page.evaluate(BUSIEST, 1)
        visit.page.locator("[data-test=card-title]").wait_for()
        visit.page.wait_for_timeout(4000)  # until the network is at rest
        shoot(visit.page, f"organisation.{language}")
        visit.close()


def replay(browser: object, results: Path, language: str) -> None:
    """A run with support, replayed in the middle of its ten years."""
    file = results.parent / f"replay.{language}.html"
    subprocess.run([CONSOLE, "replay", str(results), "-o", str(file), "--lang", language, "--quiet"], check=True)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(file.as_uri())
    page.locator("body[data-ready=yes]").wait_for(timeout=PATIENCE)
    page.evaluate("replay.go(90)")
    shoot(page, f"replay.{language}")
    page.close()


def own(browser: object, folder: Path) -> None:
    """The example of docs/ui.md: a model, agents and a plot of one's own."""
    (example,) = re.findall(r"```python\n(.*?)```", (HERE.parent / "ui.md").read_text(encoding="utf-8"), re.DOTALL)
    file = folder / "own.py"
    file.write_text(example.replace('\npage("village"', '\nPage = page("village"'), encoding="utf-8")
    with serving_file(file) as address:
        visit = Visit(browser, address, height=800)
        live_until(visit, 24)
        visit.page.locator(".cs-head .cs-icon").click()
        shoot(visit.page, "own.en")
        visit.close()


def mesas(browser: object) -> None:
    """Mesa's own viewer, which speaks English."""
    with serving("seed_grants", "--on", "bretagne", "--solaraviz") as address:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address, timeout=PATIENCE)
        for month in range(1, 7):
            page.get_by_role("button", name="Step").click()
            page.get_by_text(f"month {month}", exact=False).wait_for(timeout=PATIENCE)
        page.locator("img").nth(3).wait_for()
        page.wait_for_timeout(2000)
        shoot(page, "solaraviz")
        page.close()


def main() -> None:
    """All pictures, those of the page in both languages."""
    with browsing() as browser, TemporaryDirectory() as folder:
        for language in LANGUAGES:
            tour(browser, language)
        lived = [CONSOLE, "run", "policy_mix", "--on", "bretagne", "--out", folder, "--quiet", "--no-figures"]
        results = Path(subprocess.run(lived, check=True, capture_output=True, text=True).stdout.strip())
        for language in LANGUAGES:
            replay(browser, results, language)
        own(browser, Path(folder))
        mesas(browser)


if __name__ == "__main__":
    main()
