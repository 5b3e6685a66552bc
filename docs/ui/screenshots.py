"""The pictures of docs/ui.md, taken from the page itself in both languages. Run by hand, with Chromium installed:

    uv run --group test python docs/ui/screenshots.py

The same scenarios and seed show the same worlds; look at every picture before it is committed.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from browsing import PATIENCE, Visit, browsing, serving  # noqa: E402

LANGUAGES = ("en", "fr")
# the organisation of the second world with the most partners among those in a cluster
BUSIEST = """world => {
    const stage = document.querySelector('.cs-stage').__vue__, frame = stage.frames[world];
    const rank = k => (frame.cluster[k] >= 0 ? 100 : 0) + frame.degree[k];
    const best = [...frame.living.keys()].reduce((a, b) => (rank(b) > rank(a) ? b : a));
    stage.pick({ world, row: frame.living[best] });
}"""


def shoot(visit: Visit, name: str, language: str) -> None:
    """A picture of the page as it is now."""
    visit.page.mouse.move(2, 2)  # no tip in the picture
    visit.page.wait_for_timeout(600)
    visit.page.screenshot(path=HERE / f"{name}.{language}.png")
    print(f"{name}.{language}.png", flush=True)


def live_until(visit: Visit, month: int) -> None:
    """Play until a month, and stay there."""
    visit.click("play")
    visit.page.wait_for_function(
        "month => document.querySelector('.cs-stage').__vue__.status.month >= month", arg=month, timeout=PATIENCE
    )
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
        shoot(visit, "page", language)

        visit.page.fill("[data-test=search]", "decay km")
        row = visit.page.locator("[data-test='processes.meeting.decay_km'] input[type=text]")
        row.fill("far" if language == "en" else "loin")
        row.press("Tab")
        visit.page.locator(".cs-row .cs-problem").wait_for()
        staff = visit.page.locator("[data-test='processes.meeting.encounter_rate'] input[type=text]")
        visit.page.fill("[data-test=search]", "encounter" if language == "en" else "rencontres")
        staff.fill("0.45" if language == "en" else "0,45")
        staff.press("Tab")
        visit.page.locator("[data-test='processes.meeting.encounter_rate'].cs-changed").wait_for()
        visit.ready(PATIENCE)
        live_until(visit, 12)
        visit.page.fill("[data-test=search]", "meeting km" if language == "en" else "rencontres portee")
        visit.page.locator(".cs-row .cs-problem").scroll_into_view_if_needed()
        shoot(visit, "settings", language)
        visit.click("undo-all")
        visit.page.fill("[data-test=search]", "")
        visit.ready(PATIENCE)

        visit.page.select_option("[data-test=second]", value="policy_mix")
        visit.page.wait_for_selector("[data-test=map-1]")
        visit.ready(PATIENCE)
        live_until(visit, 120)
        visit.page.locator(".cs-head .cs-icon").click()
        shoot(visit, "two_worlds", language)
        visit.click("money")
        shoot(visit, "measures", language)
        visit.click("network")
        visit.page.evaluate(BUSIEST, 1)
        visit.page.locator("[data-test=card-title]").wait_for()
        visit.page.wait_for_timeout(4000)  # until the network is at rest
        shoot(visit, "organisation", language)
        visit.close()


def main() -> None:
    """All pictures in both languages."""
    with browsing() as browser:
        for language in LANGUAGES:
            tour(browser, language)


if __name__ == "__main__":
    main()
