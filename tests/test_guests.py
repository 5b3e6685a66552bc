"""Agents of a Mesa user's own: found where they say that they are, drawn on the map and in pictures, and no part of the theory."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.legend import Legend
from mesa import Agent
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid
from mesa.experimental.continuous_space import ContinuousSpace, ContinuousSpaceAgent
from PIL import Image

from clustersim import ClusterModel, run
from clustersim.agents import SocialEnterprise
from clustersim.app import exports, packing
from clustersim.app.drawing.words import words
from clustersim.app.guests import guests_among
from clustersim.app.picture import Picture
from clustersim.app.recorder import Recorder
from clustersim.app.settings import Settings
from clustersim.app.world import LivedWorld
from recorded import unpacked


class MobileAdviser(Agent):
    """Goes to see one organisation after the other."""

    def __init__(self, model: ClusterModel) -> None:
        super().__init__(model)
        self.pos = None

    def visit(self) -> None:
        self.pos = self.random.choice(list(self.model.agents_by_type[SocialEnterprise])).pos


class Depot(Agent):
    legend = "depot of tools"

    def __init__(self, model: ClusterModel, x_km: float, y_km: float) -> None:
        super().__init__(model)
        self.x_km, self.y_km = x_km, y_km


class Travelled(ClusterModel):
    def __init__(self, scenario, rng):
        super().__init__(scenario, rng)
        Depot(self, *self.agents[0].pos)
        self.advisers = [MobileAdviser(self), MobileAdviser(self)]

    def step(self):
        super().step()
        for adviser in self.advisers:
            adviser.visit()


@pytest.fixture(scope="module")
def lived():
    """A world with agents of the user's own after three months."""
    world = LivedWorld(Settings("village", territory=None), Travelled)
    while not world.warm_up(60):
        pass
    for _ in range(3):
        world.live()
    yield world
    world.close()


def test_they_are_seen_each_month_where_they_then_are(lived):
    before, *months = lived.memory.until(3)
    assert before.guests.names == ("depot of tools",), "who is nowhere is not drawn"
    for snapshot in months:
        assert snapshot.guests.names == ("depot of tools", "mobile adviser"), "a class keeps its number"
        assert snapshot.guests.kind.tolist().count(1) == 2
    now = lived.memory[3].guests
    seen = np.column_stack([now.x_km, now.y_km])[now.kind == 1]
    assert seen == pytest.approx(np.array([adviser.pos for adviser in lived.model.advisers]))
    with pytest.raises(ValueError, match="read-only"):
        now.x_km[0] = 0.0


def test_they_change_nothing_in_the_world(lived):
    assert lived.state_hash() == run("village", seed=1, months=3).state_hash
    assert len(lived.recorder.everybody) == len(lived.simulation.state.organisations)


def test_nobody_makes_agents_of_organisations_to_find_them(village):
    model = ClusterModel(village, 1)
    Depot(model, 1.0, 2.0)
    assert [type(agent) for agent in model.own_agents] == [Depot]
    assert model._views == {}
    assert len(model.agents) == 1 + int(model.state.organisations.alive.sum())
    assert [type(agent) for agent in model.own_agents] == [Depot]


def test_a_browser_is_told_of_them(lived):
    told = unpacked(packing.pack_frame(lived.memory[3]))["guests"]
    assert told["names"] == ["depot of tools", "mobile adviser"]
    assert told["kind"].tolist() == lived.memory[3].guests.kind.tolist()
    assert told["y_km"] == pytest.approx(lived.memory[3].guests.y_km)


def test_a_picture_shows_and_explains_them(lived):
    world, everybody, snapshot = lived.recorder.world, lived.recorder.everybody, lived.memory[3]
    picture = Picture(world, everybody, words("en"), snapshot.guests.names).show(snapshot)
    said = [text.get_text() for text in picture.figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert {"depot of tools", "mobile adviser"} <= set(said)
    legends = [legend.get_window_extent() for legend in picture.figure.findobj(Legend)]
    numbers = [text.get_window_extent() for text in picture._plate.values]
    assert min(box.y0 for box in legends) >= max(box.y1 for box in numbers), "the numbers of the month stand under the legend"
    drawn = np.concatenate([np.ma.getdata(mark.get_offsets()) for mark in picture._marks if hasattr(mark, "get_offsets")])
    assert len(drawn) == 3
    gif = exports.animation_gif(world, everybody, lived.memory.until(3))
    assert Image.open(io.BytesIO(gif)).n_frames == 4


def _in_space(space, model, at):
    agent = ContinuousSpaceAgent(space, model)
    agent.position = np.array(at)
    return agent


def test_positions_are_found_as_mesas_spaces_keep_them(village):
    model = ClusterModel(village, 1)
    grid = OrthogonalMooreGrid((5, 5), random=model.random)
    on_a_cell = CellAgent(model)
    on_a_cell.cell = grid[(3, 4)]
    space = ContinuousSpace([(0, 10), (0, 10)], random=model.random)
    found = guests_among([on_a_cell, CellAgent(model), _in_space(space, model, (1.5, 2.5))])
    assert found.names == ("cell agent", "continuous space agent")
    assert list(zip(found.x_km.tolist(), found.y_km.tolist(), strict=True)) == [(3.0, 4.0), (1.5, 2.5)]


@pytest.mark.parametrize(
    ("said", "position"),
    [
        ({"x_km": 1, "y_km": 2, "pos": (8, 9)}, (1.0, 2.0)),
        ({"pos": (3.0, 4.0)}, (3.0, 4.0)),
        ({"x": 5, "y": 6}, (5.0, 6.0)),
        ({"pos": 17}, None),
        ({"pos": None, "cell": None}, None),
        ({"pos": "ab"}, None),
        ({"pos": (1.0, 2.0, 3.0)}, None),
        ({"pos": (float("nan"), 1.0)}, None),
        ({}, None),
    ],
)
def test_a_position_is_a_pair_of_numbers_and_all_else_is_nowhere(said, position):
    found = guests_among([SimpleNamespace(**said)])
    assert list(zip(found.x_km.tolist(), found.y_km.tolist(), strict=True)) == ([] if position is None else [position])


def test_a_recorder_of_a_simulation_alone_sees_none(village):
    from clustersim.simulation import Simulation

    assert Recorder(Simulation(village, 1)).look().guests.names == ()
