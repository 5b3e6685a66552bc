"""The page for those who work with Mesa: their own model, its data collector, their own components."""

import subprocess
import sys
import urllib.request

import pytest

from browsing import Visit, browsing

pytestmark = pytest.mark.browser

OWN = '''
import solara
from mesa.datacollection import DataCollector
from mesa.visualization import make_plot_component

from clustersim import ClusterModel
from clustersim.app import page


class Mine(ClusterModel):
    """A model with a data collector of its own."""

    def __init__(self, scenario, rng):
        super().__init__(scenario, rng)
        self.datacollector = DataCollector({"large": lambda model: len(model.agents.select(lambda agent: agent.staff_fte > 10))})

    def step(self):
        super().step()
        self.datacollector.collect(self)


def largest(model):
    solara.Text(f"In month {model.time:g} the largest has {model.agents.agg('staff_fte', max):.1f} FTE")


def faulty(model):
    raise ValueError("a mistake of my own")


def fussy(model):
    if model.time == 1:
        raise ValueError("I do not like month 1")
    solara.Text(f"I like month {model.time:g}")


Page = page("village", model=Mine, components=[largest, make_plot_component("large"), faulty, fussy])
'''


@pytest.fixture
def address(tmp_path, free_port):
    (tmp_path / "own.py").write_text(OWN)
    command = [sys.executable, "-m", "solara", "run", "own.py", "--port", str(free_port), "--no-open", "--production"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        found = f"http://127.0.0.1:{free_port}"
        try:
            _wait_for(found, server)
            yield found
        finally:
            server.terminate()


@pytest.fixture
def free_port():
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen) -> None:
    import time

    for _ in range(600):
        assert server.poll() is None
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


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
        visit.click("reset")
        visit.page.get_by_text("In month 0 the largest has").wait_for()
        visit.close()
