"""The model in Mesa's hands behaves as Mesa documents, and nobody who looks changes what happens."""

import mesa
import numpy as np
import pytest
from mesa import DataCollector

from clustersim import ClusterModel, Scenario, run
from clustersim.agents import Organisation, PrivateActor, PublicFunder, SocialEnterprise
from clustersim.problems import ScenarioError
from clustersim.simulation import Simulation
from clustersim.state.organisations import Organisations


@pytest.fixture(scope="module")
def model(village):
    made = ClusterModel(village, rng=3)
    made.run_for(6)
    return made


def test_a_step_is_a_month_on_mesas_clock(village):
    model = ClusterModel(village)
    assert isinstance(model, mesa.Model)
    assert (model.time, model.steps, model.simulation.month) == (0.0, 0, 0)
    model.step()
    assert (model.time, model.steps, model.simulation.month) == (1.0, 1, 1)
    model.run_for(3)
    assert (model.time, model.steps, model.simulation.month) == (4.0, 4, 4)


def test_a_model_runs_until_its_horizon_and_may_go_on(village):
    model = ClusterModel(village.with_changes({"run.months": 2}))
    model.run_model()
    assert (model.steps, model.running) == (2, False)
    model.step()
    assert model.simulation.month == 3


def test_a_model_gives_the_same_state_as_a_headless_run(village):
    short = village.with_changes({"run.months": 5})
    model = ClusterModel(short, rng=11)
    model.run_for(5)
    assert model.state.hash() == run(short, 11).state_hash


def test_a_copied_simulation_and_its_original_live_apart_and_alike(village):
    simulation = Simulation(village, 4)
    simulation.run_for(3)
    twin = simulation.copy()
    before, series = simulation.state.hash(), simulation.series().copy()
    twin.run_for(5)
    assert (simulation.state.hash(), len(simulation.series())) == (before, 3)
    assert np.array_equal(simulation.series(), series, equal_nan=True)
    simulation.run_for(5)
    assert simulation.state.hash() == twin.state.hash()
    assert np.array_equal(simulation.series(), twin.series(), equal_nan=True)


def test_looking_at_agents_and_drawing_from_mesas_luck_changes_nothing(village):
    unseen, seen = ClusterModel(village, rng=4), ClusterModel(village, rng=4)
    for _ in range(8):
        unseen.step()
        seen.agents.shuffle_do(lambda agent: (agent.cash_eur, agent.partners.get("uid"), agent.cluster, agent.rng.random()))
        seen.step()
    assert unseen.state.hash() == seen.state.hash()


def test_a_run_that_nobody_looks_at_makes_no_agents(village):
    model = ClusterModel(village)
    model.run_for(2)
    assert len(model._all_agents) == 0
    assert len(model.agents) == int(model.state.organisations.alive.sum())


def test_agents_are_the_living_organisations_month_after_month(village):
    model = ClusterModel(village, rng=5)
    closed_seen = born_seen = 0
    before = {agent.row for agent in model.agents}
    for _ in range(24):
        model.step()
        now = {agent.row for agent in model.agents}
        assert now == set(np.flatnonzero(model.state.organisations.alive).tolist())
        closed_seen += len(before - now)
        born_seen += len(now - before)
        before = now
    assert closed_seen > 0
    assert born_seen > 0


def test_agents_come_by_type(model):
    kinds = model.state.organisations.kind[model.state.organisations.alive]
    by_type = {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    assert by_type == {
        SocialEnterprise: int((kinds == 0).sum()),
        PrivateActor: int((kinds == 1).sum()),
        PublicFunder: int((kinds == 2).sum()),
    }
    assert set(model.agent_types) == {SocialEnterprise, PrivateActor, PublicFunder}
    assert model.agents.groupby("kind").count()["social_enterprise"] == by_type[SocialEnterprise]


def test_agents_show_the_columns_of_their_rows(model):
    o = model.state.organisations
    assert model.agents.get("cash_cents") == o.cash_cents[o.alive].tolist()
    assert model.agents.agg("cash_cents", sum) == int(o.cash_cents[o.alive].sum())
    rich = model.agents.select(lambda a: a.cash_eur > 1000)
    assert len(rich) == int((o.alive & (o.cash_cents > 100_000)).sum())


def test_every_column_is_an_attribute_with_unit_and_meaning(model):
    agent = next(iter(model.agents))
    for column in Organisations.columns():
        assert getattr(agent, column.name) is not None
        assert getattr(Organisation, column.name).__doc__
    assert Organisation.cash_cents.__doc__ == "money at hand; negative while it lives on credit [cents]"


def test_an_agent_names_its_kind_and_purpose(model):
    agent = next(iter(model.agents_by_type[SocialEnterprise]))
    assert agent.kind == "social_enterprise"
    assert agent.purpose == model.cluster_scenario.purposes.names[model.state.organisations.purpose[agent.row]]
    assert agent.cash_eur == agent.cash_cents / 100
    assert agent.pos == (agent.x_km, agent.y_km)
    assert agent.place.population == model.state.places.population[agent.place_row]


def test_partners_are_partners_of_each_other_with_the_same_trust(model):
    tied = model.agents.select(lambda a: len(a.partners) > 0)
    assert len(tied) > 0
    for agent in tied:
        for partner in agent.partners:
            assert agent in partner.partners
            assert agent.trust_in(partner) == partner.trust_in(agent) > 0
        assert agent.trust_in(agent) == 0.0


def test_clusters_and_poles_show_their_members(village):
    model = ClusterModel(village)
    state = model.state
    state.clusters.append(2, purpose=[0, 3], alive=True, members=[1, 3])
    state.poles.append(1, purpose=3, alive=True, members=2, cash_cents=1234)
    one, two, three, four = np.flatnonzero(state.organisations.alive)[:4]
    state.organisations.cluster_row[[one, two, three, four]] = [1, 1, 1, 0]
    state.organisations.pole_row[[one, two, three, four]] = [-1, 0, 0, -1]
    agents = {agent.row: agent for agent in model.agents}
    cluster, pole = agents[one].cluster, agents[two].pole
    assert set(cluster.organisations) == {agents[one], agents[two], agents[three]}
    assert cluster == agents[two].cluster != agents[four].cluster
    assert cluster.purpose == state.purposes.names[3]
    assert cluster.members == 3
    assert set(pole.organisations) == {agents[two], agents[three]}
    assert (pole.purpose, pole.cash_cents) == (state.purposes.names[3], 1234)
    assert agents[one].pole is None
    assert len(model.agents.select(lambda a: a.cluster is not None)) == 4


def test_a_public_funder_shows_its_attention_and_budget(model):
    for agent in model.agents_by_type[PublicFunder]:
        row = model.state.funders.organisation_row.tolist().index(agent.row)
        assert agent.attention == model.state.funders.attention[row]
        assert agent.budget_eur * 100 == agent.budget_cents == model.state.funders.budget_cents[row]
        assert agent.funder.level in ("territory", "region", "district", "locality")


def test_attributes_cannot_be_set(model):
    agent = next(iter(model.agents))
    before = model.state.hash()
    with pytest.raises(AttributeError, match="changed by processes and measures only"):
        agent.cash_cents = 5
    with pytest.raises(ValueError, match="read-only"):
        agent.competences[0] = 1.0
    with pytest.raises(AttributeError, match="Place"):
        agent.place.population = 3
    assert model.state.hash() == before


def test_an_agent_of_a_closed_organisation_goes_on_showing_how_it_ended(village):
    model = ClusterModel(village, rng=5)
    kept = list(model.agents)
    model.run_for(60)
    gone = [agent for agent in kept if agent not in model.agents]
    assert gone
    assert not any(agent.alive for agent in gone)
    assert all(agent.closed_month > 0 for agent in gone)


def test_an_agents_number_does_not_depend_on_when_it_was_looked_at(village):
    early, late = ClusterModel(village, rng=5), ClusterModel(village, rng=5)
    for _ in range(24):
        _ = early.agents
        early.step()
        late.step()
    assert {a.unique_id: a.uid for a in early.agents} == {a.unique_id: a.uid for a in late.agents}


def test_agents_of_ones_own_live_beside_the_organisations(village):
    class Observer(mesa.Agent):
        pass

    model = ClusterModel(village)
    observer = Observer(model)
    assert observer in model.agents
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)
    model.step()
    assert list(model.agents_by_type[Observer]) == [observer]


def test_a_data_collector_gathers_model_and_agents(village):
    model = ClusterModel(village, rng=2)
    collector = DataCollector(
        model_reporters={"alive": lambda m: len(m.agents), "month": "time", "jobs": lambda m: m.observed["social_enterprise_jobs"]},
        agent_reporters={"cash": "cash_cents", "purpose": "purpose"},
    )
    for _ in range(3):
        model.step()
        collector.collect(model)
    table = collector.get_model_vars_dataframe()
    assert table["month"].tolist() == [1.0, 2.0, 3.0]
    assert table["jobs"].iloc[-1] == pytest.approx(model.agents_by_type[SocialEnterprise].agg("staff_fte", sum))
    agents = collector.get_agent_vars_dataframe()
    assert len(agents.loc[3.0]) == len(model.agents)
    assert agents.loc[3.0]["cash"].tolist() == model.agents.get("cash_cents")


def test_what_is_observed_is_the_series_of_the_run(village):
    model = ClusterModel(village.with_changes({"run.months": 2}), rng=2)
    model.run_for(2)
    last = run(village.with_changes({"run.months": 2}), 2).series.iloc[-1].to_dict()
    np.testing.assert_equal(model.observed, last)


@pytest.mark.parametrize(
    ("rng", "seed"),
    [(7, 7), (np.int64(7), 7), (np.random.default_rng(1), int(np.random.default_rng(1).integers(2**63)))],
    ids=["whole number", "numpy number", "generator"],
)
def test_the_seed_comes_from_rng(village, rng, seed):
    assert ClusterModel(village, rng=rng).simulation.seed == seed


def test_without_rng_two_models_differ(village):
    assert ClusterModel(village, rng=None).simulation.seed != ClusterModel(village, rng=None).simulation.seed


def test_a_scenario_may_be_a_name_an_object_or_nothing(village):
    assert ClusterModel("village").cluster_scenario == village
    assert ClusterModel().cluster_scenario == Scenario.load("baseline")
    with pytest.raises(ScenarioError, match="village"):
        ClusterModel("vilage")


def test_mesas_own_scenario_carries_ours_and_rebuilds_the_model(village):
    model = ClusterModel(village, rng=6)
    assert isinstance(model.scenario, mesa.experimental.scenarios.Scenario)
    assert model.scenario.cluster_scenario is model.cluster_scenario
    assert model.scenario.rng == 6
    # this is how Mesa's browser UI makes a new model at Reset
    again = type(model)(scenario=type(model.scenario)(cluster_scenario="village"), rng=6)
    assert again.state.hash() == model.state.hash()
