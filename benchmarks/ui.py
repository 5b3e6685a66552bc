"""How many months a second a person sees while playing. Run by hand, with Chromium installed:

    uv run --group test python benchmarks/ui.py           # 2 000 and 20 000 organisations, one world and two

Server and browser share the machine, as they do for a policy team around a laptop; the browser draws without a graphics card.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from browsing import PATIENCE, Visit, browsing, serving

CASES = (
    ("2 000 on Brittany", ("no_support", "--on", "bretagne", "--set", "population.organisations=2000"), 60),
    ("2 000 on Brittany, two worlds", ("no_support", "policy_mix", "--on", "bretagne", "--set", "population.organisations=2000"), 60),
    ("20 000 on Hauts-de-France", ("no_support", "--on", "hauts_de_france", "--set", "population.organisations=20000"), 24),
    ("20 000, two worlds", ("no_support", "policy_mix", "--on", "hauts_de_france", "--set", "population.organisations=20000"), 24),
)
# the time of each month that the browser shows, as it shows it
WATCH = """() => {
    const said = document.querySelector('[data-test=month]');
    window.shown = [];
    const watcher = new MutationObserver(() => window.shown.push([said.innerText, performance.now()]));
    watcher.observe(said, { characterData: true, subtree: true, childList: true });
}"""


def months_per_second(browser: object, address: str, months: int) -> tuple[float, int]:
    """Months a second from the first month shown to the last, and how many were seen."""
    visit = Visit(browser, address)
    visit.page.evaluate(WATCH)
    visit.click("play")
    visit.page.wait_for_function("months => window.shown.length > months", arg=months, timeout=PATIENCE)
    visit.page.keyboard.press(" ")
    shown = visit.page.evaluate("window.shown")[: months + 1]
    visit.close()
    seen = len({text for text, _ in shown})
    return (len(shown) - 1) / (shown[-1][1] - shown[0][1]) * 1000, seen


def main() -> None:
    with browsing() as browser:
        for label, arguments, months in CASES:
            begun = time.perf_counter()
            with serving(*arguments) as address:
                rate, seen = months_per_second(browser, address, months)
            whole = time.perf_counter() - begun
            print(f"{label:>30}: {rate:5.1f} months/s, {seen} of {months + 1} months seen, {whole:.0f} s in all", flush=True)


if __name__ == "__main__":
    main()
