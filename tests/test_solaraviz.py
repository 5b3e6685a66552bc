"""Mesa's own viewer on our model: its numbers are the declared ones, and Reset keeps scenario and seed."""

import socket
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

pytest.importorskip("solara")

from mesa.visualization import Slider, SpaceRenderer
from mesa.visualization.solara_viz import _build_model_init_kwargs, _check_model_params, copy_renderer, split_model_params

from clustersim import Scenario
from clustersim.app import solaraviz
from clustersim.app.solaraviz import ViewedModel, model_parameters, portrayal
from clustersim.describe import theory
from clustersim.simulation import Simulation


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.load("seed_grants", on="village")


def _as_mesa_resets(model, parameters, **moved):
    """What the viewer's Reset does."""
    inputs, fixed = split_model_params(parameters)
    values = {**fixed, **{name: one.get("value") for name, one in inputs.items()}, **moved}
    return type(model)(**_build_model_init_kwargs(model, values, add_scenario_when_empty=True, require_model_accepts_scenario=True))


def test_the_numbers_are_the_declared_ones_with_their_intervals(scenario):
    parameters = model_parameters(scenario, 1)
    declared = {
        f"processes.{process['name']}.{row['name']}" for process in theory(scenario)["month"] for row in process["parameters"]
    }
    declared |= {f"population.{row['name']}" for row in theory(scenario)["population"]}
    declared |= {f"measures.seed_grants.{p.name}" for p in scenario.measures[0].numbers.declared()}
    assert set(parameters) == declared | {"cluster_scenario", "rng"}
    decay = parameters["processes.meeting.decay_km"]
    p = next(p for p in scenario.processes.meeting.declared() if p.name == "decay_km")
    assert (decay.value, decay.min, decay.max) == (scenario.processes.meeting.decay_km, *p.within)
    assert "[km]" in decay.label
    assert parameters["population.organisations"].value == 30
    assert parameters["rng"]["value"] == 1


def test_every_slider_stands_on_a_step_so_that_the_browser_does_not_move_it(scenario):
    sliders = {name: one for name, one in model_parameters(scenario, 1).items() if isinstance(one, Slider)}
    assert len(sliders) > 50
    for name, one in sliders.items():
        steps = (one.value - one.min) / one.step
        assert abs(steps - round(steps)) < 1e-3, name
        assert one.min <= one.value <= one.max, name
        assert one.step >= 1e-6, name


def test_mesa_accepts_the_parameters(scenario):
    _check_model_params(ViewedModel(scenario, rng=3), model_parameters(scenario, 3))


def test_reset_keeps_scenario_and_seed_to_the_bit(scenario):
    model = ViewedModel(scenario, rng=3)
    for _ in range(4):
        model.step()
    again = _as_mesa_resets(model, model_parameters(scenario, 3))
    assert again.cluster_scenario == scenario
    assert (again.simulation.seed, again.simulation.month, again.mistake) == (3, 0, "")
    for _ in range(4):
        again.step()
    alone = Simulation(scenario, 3)
    alone.run_for(scenario.run.spin_up + 4)
    assert again.state.hash() == model.state.hash() == alone.state.hash()


def test_reset_changes_what_was_moved_and_nothing_else(scenario):
    parameters = model_parameters(scenario, 3)
    moved = _as_mesa_resets(ViewedModel(scenario, rng=3), parameters, rng=5, **{"processes.meeting.decay_km": 30.0})
    assert moved.simulation.seed == 5
    assert moved.cluster_scenario == scenario.with_changes({"processes.meeting.decay_km": 30.0})
    assert _as_mesa_resets(moved, parameters).cluster_scenario == scenario, "a second Reset starts from the scenario again"


def test_numbers_that_make_no_scenario_leave_the_page_alive_and_are_named(scenario):
    model = _as_mesa_resets(ViewedModel(scenario, rng=3), model_parameters(scenario, 3), **{"processes.meeting.decay_km": -1.0})
    assert model.cluster_scenario == scenario
    assert "processes.meeting.decay_km" in model.mistake
    model.step()


def test_the_collector_has_the_series(scenario):
    model = ViewedModel(scenario, rng=3)
    for _ in range(3):
        model.step()
    collected = model.datacollector.get_model_vars_dataframe()
    expected = model.simulation.series()[scenario.run.spin_up - 1 :]
    assert len(collected) == 4
    assert np.array_equal(collected.to_numpy(float), expected, equal_nan=True)
    assert {what for plotted, _ in solaraviz._PLOTS for what in ([plotted] if isinstance(plotted, str) else plotted)} <= set(collected)


def test_mesas_renderer_draws_the_living_where_they_are_also_after_reset(scenario):
    model = ViewedModel(scenario, rng=3)
    renderer = SpaceRenderer(model, backend="matplotlib").setup_agents(portrayal(scenario)).render()
    for shown in (model, _as_mesa_resets(model, model_parameters(scenario, 3), rng=4)):
        renderer = copy_renderer(renderer, shown)
        renderer.draw_structure()
        axes = renderer.draw_agents()
        drawn = np.concatenate([points.get_offsets() for points in axes.collections])
        o = shown.state.organisations
        assert sorted(map(tuple, drawn.tolist())) == sorted(zip(o.x_km[o.alive], o.y_km[o.alive], strict=True))
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        assert west < drawn[:, 0].min() and drawn[:, 0].max() < east
        assert south < drawn[:, 1].min() and drawn[:, 1].max() < north
        assert len(axes.collections) >= 3, "kinds have shapes of their own"


@pytest.mark.browser
def test_the_page_steps_and_resets_without_asking_for_anything_outside(scenario):
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from clustersim.cli import main; main()", "ui", "seed_grants", "--on", "village", "--seed", "7"]
    server = subprocess.Popen([*command, "--solaraviz", "--no-browser", "--port", str(port)])
    try:
        _wait_for(port)
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync"]  # fmt: skip
            context = playwright.chromium.launch_persistent_context(folder, executable_path="/usr/bin/chromium", headless=True, args=flags)
            page, wrong = context.pages[0], []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
            page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
            page.on("request", lambda asked: wrong.append(asked.url) if f"127.0.0.1:{port}" not in asked.url else None)
            page.goto(f"http://127.0.0.1:{port}", timeout=120_000)
            page.get_by_text("seed 7, month 0", exact=False).wait_for(timeout=120_000)
            page.get_by_role("button", name="Step").click()
            page.get_by_text("seed 7, month 1", exact=False).wait_for(timeout=60_000)
            page.get_by_role("button", name="Reset").click()
            page.get_by_text("seed 7, month 0", exact=False).wait_for(timeout=60_000)
            page.locator("img").nth(3).wait_for()  # the map and the plots of the first page
            context.close()
        assert [what for what in wrong if not what.startswith(("data:", "blob:"))] == []
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the server never listened")
