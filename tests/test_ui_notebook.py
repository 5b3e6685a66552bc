"""The page for those who work with Mesa: their own model, agents and data collector, their own components, in a notebook or a file."""

import re
import sys
import time
from pathlib import Path

import pytest

from browsing import PATIENCE, Visit, browsing, serving_file

pytestmark = pytest.mark.browser

(EXAMPLE,) = re.findall(r"```python\n(.*?)```", (Path(__file__).parent.parent / "docs" / "ui.md").read_text(encoding="utf-8"), re.DOTALL)
OWN = EXAMPLE.replace(
    'page("village", model=Mine, components=[make_plot_component("large")])',
    '''
import solara


def largest(model):
    solara.Text(f"In month {model.time:g} the largest has {model.agents_by_type[SocialEnterprise].agg('staff_fte', max):.1f} FTE")


def faulty(model):
    raise ValueError("a mistake of my own")


def fussy(model):
    if model.time == 1:
        raise ValueError("I do not like month 1")
    solara.Text(f"I like month {model.time:g}")


Page = page("village", model=Mine, components=[largest, make_plot_component("large"), faulty, fussy])
''',
)


@pytest.fixture
def address(tmp_path):
    assert OWN != EXAMPLE
    (tmp_path / "own.py").write_text(OWN)
    with serving_file(tmp_path / "own.py") as found:
        yield found


def test_a_model_and_components_of_ones_own_are_shown_and_follow_the_months(address):
    with browsing() as browser:
        visit = Visit(browser, address)
        visit.page.get_by_text("In month 0 the largest has").wait_for()
        visit.page.get_by_text("a mistake of my own").wait_for()
        visit.page.get_by_text("I like month 0").wait_for()
        assert visit.page.locator(".cs-problem").all_inner_texts() == []
        visit.click("step")
        visit.until("month", "Month 1 of")
        visit.page.get_by_text("I do not like month 1").wait_for()
        visit.click("step")
        visit.until("month", "Month 2 of")
        visit.page.get_by_text("I like month 2").wait_for()  # a fault is forgotten with its month
        visit.page.get_by_text("a mistake of my own").wait_for()
        visit.page.get_by_text("In month 2 the largest has").wait_for()
        visit.page.locator(".cs-own img, .cs-own svg").first.wait_for()
        visit.click("again")
        visit.page.get_by_text("In month 0 the largest has").wait_for()
        visit.close()


def test_agents_of_ones_own_stand_on_the_map_and_in_the_legend(address):
    with browsing() as browser:
        visit = Visit(browser, address)
        visit.until("guest", "mobile adviser")
        told = "stage => stage.__vue__.frames[0].guests"
        seen = []
        for month in (0, 1):
            visit.until("month", ("The beginning", "Month 1 of")[month])
            guests = visit.page.locator(".cs-stage").evaluate(told)
            assert guests["names"] == ["mobile adviser"]
            seen.append(sorted(zip(guests["x_km"], guests["y_km"], strict=True)))
            visit.click("step")
        assert len(seen[0]) == 3 and seen[0] != seen[1], "they travel"
        # pointed at, one says what it is
        point = visit.page.locator(".cs-stage").evaluate(
            """stage => { const s = stage.__vue__, guests = s.frames[0].guests, canvas = s.$refs.canvases[0];
            for (let y = 0; y < canvas.clientHeight; y += 3) for (let x = 0; x < canvas.clientWidth; x += 3)
                if (s.drawings[0].at(x, y)?.what === "guest") return { x, y }; }"""
        )
        box = visit.page.locator("[data-test=map-0]").bounding_box()
        visit.page.mouse.move(box["x"] + point["x"], box["y"] + point["y"])
        visit.page.locator(".cs-tip", has_text="mobile adviser").wait_for()
        visit.close()


# ---- in a real kernel of Jupyter, as a notebook has it


@pytest.fixture
def kernel(tmp_path):
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path), startup_timeout=120)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _executed(client, code: str) -> tuple[str, list[dict]]:
    """What a cell prints, and the data that it displays."""
    printed, shown = [], []

    def heard(message):
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            printed.append(message["content"]["text"])
        elif message["msg_type"] in ("display_data", "execute_result"):
            shown.append(message["content"]["data"])

    answer = client.execute_interactive(code, timeout=PATIENCE / 1000, output_hook=heard)
    assert answer["content"]["status"] == "ok", answer["content"]
    return "".join(printed), shown


LOOK = """
from ipywidgets.widgets.widget import _instances
months = [w.month for w in list(_instances.values()) if {"month", "charts", "measures"} <= set(w.trait_names())]
panels = {w.status["panel"] for w in list(_instances.values()) if "panel" in (getattr(w, "status", None) or {})}
print((months[-1]["month"], months[-1]["frames"][0]["guests"]["names"], panels) if months and months[-1] else "nothing yet")
"""


def test_the_example_of_the_documentation_is_a_living_page_in_a_notebook(kernel):
    _, shown = _executed(kernel, EXAMPLE)
    assert any("application/vnd.jupyter.widget-view+json" in data for data in shown), shown
    end = time.monotonic() + PATIENCE / 1000
    while (said := _executed(kernel, LOOK)[0].strip()) == "nothing yet":
        assert time.monotonic() < end, "the page never showed a month"
        time.sleep(0.5)
    assert said == "(0, ['mobile adviser'], {False})", "the panel leaves its room to the map"


ANYBODY = """
import os
del os.environ["PYTEST_CURRENT_TEST"]  # with which Solara asks nobody
import solara.checks
from pathlib import Path
solara.checks.jupyter_checked_path = Path("nobody asked yet")
assert solara.checks.should_perform_jupyter_check()
"""
CALLED = """
from solara.server import settings
from ipywidgets.widgets.widget import _instances
print(settings.telemetry.mixpanel_enable, [w.attributes for w in _instances.values() if "solara.dev" in str(getattr(w, "attributes", ""))])
"""


def test_a_page_in_a_notebook_calls_nobody(kernel):
    _executed(kernel, ANYBODY)
    _, shown = _executed(kernel, EXAMPLE)
    assert "solara.dev" not in str(shown)
    assert _executed(kernel, CALLED)[0].strip() == "False []"


def test_the_kernel_is_of_this_python(kernel):
    assert _executed(kernel, "import sys; print(sys.executable)")[0].strip() == sys.executable
