"""Mesa's own viewer, as those who work with Mesa know it: its controls, its space renderer, its plots.

`clustersim ui --solaraviz` serves it, and so does `solara run clustersim.app.solaraviz`. What the viewer gets wrong is put right in the
model it is given: Reset rebuilds a model from flat keyword arguments, so a `ViewedModel` takes its numbers by their dotted paths and
changes in the scenario those alone that were moved; an exception while it is rebuilt would replace the page by a traceback, so a
mistake becomes a message. The product's own page is `screen`.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import solara
from mesa.datacollection import DataCollector
from mesa.experimental.continuous_space import ContinuousSpace
from mesa.visualization import Slider, SolaraViz, SpaceRenderer, make_plot_component
from mesa.visualization.components import AgentPortrayalStyle

from clustersim import observables
from clustersim.agents import Organisation
from clustersim.app.serve import opening
from clustersim.app.settings import value_at
from clustersim.model import ClusterModel
from clustersim.parameters import Parameter, Parameters
from clustersim.problems import ScenarioError
from clustersim.report.maps import MARKERS
from clustersim.report.style import INK, colours_of
from clustersim.scenario import Scenario
from clustersim.state.organisations import KINDS

__all__ = ["Page", "ViewedModel", "model_parameters", "portrayal", "viewer"]

# what is plotted: on the first page of the viewer beside the map, and on a second one
_PLOTS = (
    (("clusters", "poles"), 0),
    ("mean_degree", 0),
    ("met_share", 0),
    ("mean_trust", 1),
    ("innovation_rate", 1),
    ("attention", 1),
    (("public_support_cents", "private_support_cents"), 1),
    (("social_enterprises", "private_actors", "public_funders"), 1),
)
_SEEDS = 30  # offered in the list, from the one that was asked for
_SPARE = 500  # steps of a slider, at least
# a slider keeps half of its row, however long its label is
_LOOK = ".v-input__slider .v-label { flex: 0 0 52%; max-width: 52%; overflow-wrap: anywhere; font-size: .85rem; line-height: 1.2; }"


class Plane(ContinuousSpace):
    """The territory as Mesa's renderer wants it: a rectangle, and the agents of the model on it."""

    def __init__(self, model: ClusterModel) -> None:
        """The rectangle around all places and organisations [km]."""
        state = model.state
        axes = [(state.places.x_km, state.organisations.x_km), (state.places.y_km, state.organisations.y_km)]
        sides = [(min(map(_lowest, axis)), max(map(_highest, axis))) for axis in axes]
        super().__init__([(low, high if high > low else low + 1.0) for low, high in sides], random=model.random)
        self._model = model

    @property
    def agents(self) -> Any:
        """The living organisations."""
        return self._model.agents


class ViewedModel(ClusterModel):
    """A `ClusterModel` with a space and a data collector, made from flat numbers.

    Attributes:
        space: The rectangle of the territory.
        datacollector: The observables of each month.
        mistake: Why the numbers asked for make no scenario; then the scenario is as it was. Empty otherwise.
    """

    def __init__(self, scenario: Any = None, rng: Any = 1, **numbers: Any) -> None:
        """Populate the territory and live through the spin-up.

        Args:
            scenario: As for `ClusterModel`.
            rng: The seed.
            numbers: Dotted path to value, as `model_parameters` names them.
        """
        asked, mistake = _changed(_scenario_of(scenario), numbers)
        super().__init__(asked, rng)
        self.mistake = mistake
        self.space = Plane(self)
        names = [o.name for o in observables.declared(asked.purposes)]
        self.datacollector = DataCollector({name: _reporter(column) for column, name in enumerate(names)})
        self.datacollector.collect(self)

    def step(self) -> None:
        """One month, and its observables collected."""
        super().step()
        self.datacollector.collect(self)


def model_parameters(scenario: Scenario, seed: int) -> dict[str, Any]:
    """What the viewer builds its model from: scenario and seed, and an input for each declared number, in the order of `describe`."""
    inputs = {path: _input(path, parameter, value) for path, parameter, value in declared_numbers(scenario)}
    seeds = {"type": "Select", "label": "seed", "value": seed, "values": list(range(seed, seed + _SEEDS))}
    return {"cluster_scenario": scenario, "rng": seeds, **inputs}


def declared_numbers(scenario: Scenario) -> Iterator[tuple[str, Parameter, Any]]:
    """Path, declaration and value of each number of the processes, measures and population; those that vary over time,
    or that something else replaces, are left out."""
    groups: list[tuple[str, Parameters]] = [(f"processes.{name}", numbers) for name, numbers in scenario.processes.items()]
    groups += [(f"measures.{measure.name}", measure.numbers) for measure in scenario.measures]
    said = scenario.to_dict()
    for group, numbers in [*groups, ("population", scenario.population)]:
        for parameter in numbers.declared():
            path = f"{group}.{parameter.name}"
            value = value_at(said, path)
            if value is not None and not isinstance(value, dict):
                yield path, parameter, value


def portrayal(scenario: Scenario) -> Callable[[Organisation], AgentPortrayalStyle]:
    """How Mesa's renderer shows organisations: kind by shape, purpose by colour, members of a cluster with an edge of ink."""
    colours = list(colours_of(scenario.purposes.names).values())
    shapes = [MARKERS[kind][0] for kind in KINDS]

    def portray(agent: Organisation) -> AgentPortrayalStyle:
        o, row = agent.table, agent.row
        clustered = o.cluster_row[row] >= 0
        return AgentPortrayalStyle(
            x=o.x_km[row],
            y=o.y_km[row],
            color=colours[o.purpose[row]],
            marker=shapes[o.kind[row]],
            size=14,
            zorder=2 if clustered else 1,
            edgecolors=INK if clustered else "white",
            linewidths=0.9 if clustered else 0.2,
        )

    return portray


def viewer(scenario: Scenario, seed: int) -> Any:
    """Mesa's viewer of a scenario under a seed, as an element: for a page, or for a notebook."""
    return _Viewer(scenario, seed)


@solara.component
def Page() -> None:  # noqa: N802
    """The page that the server shows: a model of its own for each who opens it."""
    asked = opening()
    scenario = solara.use_memo(lambda: Scenario.load(asked.scenario, dict(asked.changes), on=asked.territory), [])
    _Viewer(scenario, asked.seed)


@solara.component
def _Viewer(scenario: Scenario, seed: int) -> None:  # noqa: N802
    def make() -> tuple[ViewedModel, SpaceRenderer]:
        model = ViewedModel(scenario, rng=seed)
        return model, SpaceRenderer(model, backend="matplotlib").setup_agents(portrayal(scenario)).render()

    model, renderer = solara.use_memo(make, [])
    parameters = solara.use_memo(lambda: model_parameters(scenario, seed), [])
    plots = [make_plot_component(list(what) if isinstance(what, tuple) else what, page=page) for what, page in _PLOTS]
    solara.Style(_LOOK)
    SolaraViz(model, renderer, components=[(_Standing, 0), *plots], model_params=parameters, name=scenario.title, play_interval=200)


def _Standing(model: ViewedModel) -> None:  # noqa: N802
    """What is wrong with the numbers, or in which month we are; Mesa calls it again after each step."""
    if model.mistake:
        solara.Error(f"The scenario is shown as it was. {model.mistake}")
    else:
        solara.Text(f"{model.cluster_scenario.title}: seed {model.simulation.seed}, month {model.simulation.month}")


def _scenario_of(asked: Any) -> Scenario:
    found = getattr(asked, "cluster_scenario", asked)
    return found if isinstance(found, Scenario) else Scenario.load("baseline" if found is None else found)


def _changed(scenario: Scenario, numbers: dict[str, Any]) -> tuple[Scenario, str]:
    """The scenario with the numbers that differ from its own; or as it is, and what is wrong with them."""
    said = scenario.to_dict()
    moved = {path: value for path, value in numbers.items() if value != value_at(said, path)}
    try:
        return (scenario.with_changes(moved), "") if moved else (scenario, "")
    except ScenarioError as error:
        return scenario, str(error)


def _reporter(column: int) -> Any:
    """A function that reads one observable of the month that ended last."""

    def read(model: ClusterModel) -> float:
        series = model.simulation.series()
        return series[-1, column].item() if len(series) else math.nan

    return read


def _input(path: str, parameter: Parameter, value: Any) -> Any:
    """A slider, a list or a box, as Mesa has them. Its sliders show no number, so the label tells the scenario's."""
    group, _, name = path.partition(".")
    unit = "" if parameter.unit == "-" else f" [{parameter.unit}]"
    label = f"{name if group != 'population' else path}{unit}: {value}"
    if isinstance(value, bool):
        return {"type": "Checkbox", "label": label, "value": value}
    if isinstance(value, str):
        return {"type": "Select", "label": label, "value": value, "values": list(parameter.choices)}
    low, high = parameter.within or (min(0.0, 2.0 * value), max(1.0, 2.0 * value))
    whole = isinstance(parameter.default, int)
    if whole:
        return Slider(label, value, int(low), int(high), 1, dtype=int)
    return Slider(label, value, low, high, _step(low, high, value), dtype=float)


def _step(low: float, high: float, value: float) -> float:
    """A round step of a slider on which the scenario's own value lies: the browser would move a value between two steps to one of them."""
    step = 10.0 ** math.floor(math.log10((high - low) / _SPARE))
    while step > 1e-6 and abs((value - low) / step - round((value - low) / step)) > 1e-6:
        step /= 10.0
    return max(step, 1e-6)


def _lowest(values: Any) -> float:
    return float(values.min())


def _highest(values: Any) -> float:
    return float(values.max())
