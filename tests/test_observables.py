"""What is seen of a territory: hand-computed numbers, independent oracles, and no side effects."""

import math
import os
import subprocess
import sys
from pathlib import Path

import igraph
import networkx as nx
import numpy as np
import pytest

from clustersim.money import Flow
from clustersim.observables import declared, needs, networks, observe
from clustersim.state import State
from clustersim.state.places import Neighbourhood
from synthetic import PURPOSES, make_state, purposes_named, tie


def seen(state: State) -> dict[str, float]:
    """All observables by name."""
    names = [observable.name for observable in declared(state.purposes)]
    out = np.full(len(names), -12345.0)
    observe(state, out)
    return dict(zip(names, out.tolist(), strict=True))


def hamlet() -> State:
    """Three places 10 and 30 km from the first, six organisations, month 14 of which 2 were spin-up."""
    state = State(purposes_named("care", "food"), spin_up=2)
    state.month = 14
    state.places.append(
        3,
        uid=[0, 1, 2],
        x_km=[0.0, 10.0, 30.0],
        population=[100, 200, 700],
        district=[0, 0, 1],
        need=[[10, 0], [20, 10], [40, 20]],
        met_share=[[0.5, 0], [0.25, 0.5], [0.1, 0.0]],
    )
    state.catchment = state.vicinity = Neighbourhood.of(state.places, 10.0, 3.0)
    state.settle(
        6,
        uid=[11, 12, 13, 14, 15, 16],
        kind=[0, 0, 0, 1, 2, 0],
        alive=[True, True, True, True, True, False],
        place_row=[0, 0, 1, 1, 2, 2],
        x_km=[0, 0, 10, 10, 30, 30],
        founded_month=[0, 14, 3, 14, -5, 1],
        closed_month=[0, 0, 0, 0, 0, 14],
        purpose=[0, 1, 0, 0, 1, 0],
        staff_fte=[2.5, 1.5, 4.0, 8.0, 10.0, 0.0],
        cash_cents=[-100, 500, 1000, 2000, 3000, 0],
        utilisation=[0.9, 0.3, 0.6, 1.0, 0.0, 0.0],
        hindered=[2, 0, 1, 0, 0, 4],
    )
    return state


def test_the_living_the_founded_and_the_closed_are_counted_by_kind():
    values = seen(hamlet())
    assert [values[f"{kind}s"] for kind in ("social_enterprise", "private_actor", "public_funder")] == [3, 1, 1]
    assert [values[f"{kind}s_founded"] for kind in ("social_enterprise", "private_actor", "public_funder")] == [1, 1, 0]
    assert [values[f"{kind}s_closed"] for kind in ("social_enterprise", "private_actor", "public_funder")] == [1, 0, 0]


def test_jobs_use_distress_and_cash_are_added_up():
    values = seen(hamlet())
    assert values["social_enterprise_jobs"] == 8.0
    assert values["private_actor_jobs"] == 8.0
    assert values["public_funder_jobs"] == 10.0
    assert values["mean_utilisation"] == pytest.approx(0.6, abs=1e-15)
    assert values["distress_share"] == pytest.approx(1 / 3, abs=1e-15)
    assert values["cash_cents"] == 6400


def test_needs_met_weigh_persons_and_not_places():
    values = seen(hamlet())
    # care: 5 + 5 + 4 of 70; food: 0 + 5 + 0 of 30
    assert values["persons_in_need"] == 100
    assert values["met_share"] == pytest.approx(0.19, abs=1e-15)
    assert values["met_share_care"] == pytest.approx(14 / 70, abs=1e-15)
    assert values["met_share_food"] == pytest.approx(5 / 30, abs=1e-15)
    # shares by place are .5, 1/3 and 4/60; only the last is below .095
    assert values["lagging_need_share"] == pytest.approx(0.6, abs=1e-15)
    # half the mean difference between two persons' chances over the mean chance: pairs 10-30, 10-60, 30-60
    differences = 10 * 30 * (1 / 2 - 1 / 3) + 10 * 60 * (1 / 2 - 1 / 15) + 30 * 60 * (1 / 3 - 1 / 15)
    assert values["met_gini"] == pytest.approx(differences / (100 * 100 * 0.19), abs=1e-14)


def test_the_network_of_a_triangle_with_a_tail_is_described_by_hand():
    state = hamlet()
    # triangle 0-1-2, tail 2-3; organisation 4 has no tie, organisation 5 is closed
    for one, other, trust in ((0, 1, 0.2), (1, 2, 0.4), (0, 2, 0.6), (2, 3, 0.8)):
        tie(state, one, other, trust)
    state.ties.refused[1] = 3
    values = seen(state)
    assert values["ties"] == 4
    assert values["mean_degree"] == pytest.approx(8 / 5, abs=1e-15)
    # coefficients 1, 1 and 1/3; the tail's end has one partner and is left out
    assert values["clustering"] == pytest.approx((1 + 1 + 1 / 3) / 3, abs=1e-15)
    assert values["largest_component_share"] == pytest.approx(4 / 5, abs=1e-15)
    assert values["mean_trust"] == pytest.approx(0.5, abs=1e-15)
    assert values["mean_tie_length_km"] == pytest.approx((0 + 10 + 10 + 0) / 4, abs=1e-15)
    assert values["near_tie_share"] == 1.0
    assert values["ties_refused"] == 3


def test_a_tie_longer_than_twenty_kilometres_is_not_near():
    state = hamlet()
    tie(state, 0, 4)
    tie(state, 0, 2)
    assert seen(state)["near_tie_share"] == 0.5
    assert seen(state)["mean_tie_length_km"] == 20.0


@pytest.mark.parametrize("seed", range(6))
def test_clustering_and_components_equal_networkx_and_igraph(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 120))
    graph = nx.gnm_random_graph(n, int(n * rng.uniform(0.3, 3.5)), seed=seed)
    degree = np.zeros(n, np.int16)
    partner = np.full((n, max(2, max(d for _, d in graph.degree))), -1, np.int32)
    for a, b in graph.edges:
        partner[a, degree[a]], partner[b, degree[b]] = b, a
        degree[a] += 1
        degree[b] += 1
    oracle = igraph.Graph(n=n, edges=list(graph.edges))
    several = [i for i in range(n) if degree[i] >= 2]
    pairs = networks.count_closed_pairs(0, n // 3, degree, partner) + networks.count_closed_pairs(n // 3, n, degree, partner)
    mean = networks.mean_clustering(pairs)
    assert mean == pytest.approx(oracle.transitivity_avglocal_undirected(mode="nan"), abs=1e-12, nan_ok=True)
    assert mean == pytest.approx(np.mean(list(nx.clustering(graph, several).values())), abs=1e-12)
    assert pairs[networks.CLOSED].sum() == 2 * sum(nx.triangles(graph).values())
    assert pairs[networks.ROWS, 2:].sum() == len(several)
    assert networks.largest_component(degree, partner) == max(oracle.connected_components().sizes())


def test_clusters_and_poles_are_described_by_hand():
    state = hamlet()
    state.clusters.append(
        3,
        purpose=[0, 1, 1],
        alive=[True, False, True],
        first_month=[14, 3, 5],
        members=[3, 9, 5],
        social_enterprises=[2, 9, 3],
        private_actors=[1, 0, 1],
        public_funders=[0, 0, 1],
    )
    state.organisations.cluster_row[:4] = [0, 0, -1, 0]
    state.poles.append(
        3,
        alive=[True, True, False],
        members=[4, 8, 50],
        coordinator=[True, False, True],
        dues_cents=[100, 200, 9],
        sales_cents=[300, 0, 9],
        support_cents=[200, 100, 9],
        private_support_cents=[100, 0, 9],
    )
    values = seen(state)
    assert (values["clusters"], values["clusters_new"], values["cluster_members"], values["largest_cluster_size"]) == (2, 1, 8, 5)
    assert values["mean_cluster_size"] == 4.0
    assert values["clustered_share"] == pytest.approx(2 / 3, abs=1e-15)
    assert (values["mixed_clusters"], values["cluster_purposes"]) == (1, 2)
    assert (values["poles"], values["pole_members"], values["mean_pole_members"], values["coordinators"]) == (2, 12, 6.0, 1)
    assert values["pole_public_share"] == 0.3


def test_projects_are_counted_and_only_full_ones_that_succeed_are_innovations():
    state = hamlet()
    state.projects.append(
        6,
        size=[2, 1, 3, 4, 2, 2],
        large=[True, True, True, True, False, True],
        start_month=[14, 14, 4, 1, 8, 1],
        ended_month=[0, 0, 14, 3, 14, 2],
        outcome=[0, 0, 1, 1, 1, 1],
        cost_cents=[0, 0, 1000, 500, 800, 0],
        grant_cents=[0, 0, 600, 0, 0, 0],
    )
    values = seen(state)
    assert (values["projects_started"], values["projects_shared"]) == (2, 1)
    assert (values["projects_ended"], values["projects_succeeded"], values["innovations"]) == (2, 2, 1)
    # of the last twelve months (3 to 14): two innovations among three living social enterprises
    assert values["innovation_rate"] == pytest.approx(200 / 3, abs=1e-12)
    assert values["ideas_hindered"] == 7


def test_money_of_the_month_is_split_by_payer():
    state = hamlet()
    state.funders.append(
        3,
        organisation_row=[4, 3, 5],
        public=[True, False, True],
        budget_cents=[0, 900, 0],
        attention=[0.25, 0.9, 0.75],
        paid_cents=[400, 100, 0],
    )
    ledger = state.ledger
    ledger.record_payment(13, Flow.SUPPORT, 0, 15, 11, 999)
    ledger.close_month(13)
    ledger.record(Flow.SERVICES, 5000)
    ledger.record(Flow.WAGES, 700)
    ledger.record_payment(14, Flow.SUPPORT, 0, 15, 11, 30)
    ledger.record_payment(14, Flow.SUPPORT, 1, 14, 12, 7)
    ledger.record_payment(14, Flow.SUPPORT_RUNNING, 0, 15, -1, 5)
    ledger.record_payment(14, Flow.REPAYMENT, 0, 11, 15, 10_000)
    state.projects.append(2, size=[1, 1], cost_cents=[1000, 5000], grant_cents=[600, 0])
    values = seen(state)
    assert (values["services_cents"], values["wages_cents"], values["market_cents"]) == (5000, 700, 0)
    assert (values["public_support_cents"], values["private_support_cents"]) == (35, 7)
    # 100 of private support and 400 of the teams' own beside 400 of public support
    assert values["leverage"] == pytest.approx(500 / 400, abs=1e-15)
    # no public funder has a budget: the mean is over living public funders, the closed one left out
    assert values["attention"] == 0.25
    state.funders.budget_cents[:] = [10, 900, 10]
    state.funders.organisation_row[2] = 4
    assert seen(state)["attention"] == 0.5


def test_what_is_not_defined_is_not_a_number_and_counts_are_zero():
    state = State(purposes_named("care"))
    state.places.append(1, population=10)
    state.catchment = state.vicinity = Neighbourhood.of(state.places, 10.0, 3.0)
    values = seen(state)
    undefined = {name for name, value in values.items() if math.isnan(value)}
    assert undefined == {
        "mean_degree", "clustering", "largest_component_share", "mean_trust", "mean_tie_length_km", "near_tie_share",
        "mean_cluster_size", "clustered_share", "mean_pole_members", "pole_public_share", "innovation_rate", "mean_utilisation",
        "distress_share", "leverage", "attention", "moran", "ellison_glaeser", "met_share", "met_gini", "lagging_need_share",
        "met_share_care",
    }  # fmt: skip
    assert all(value == 0 for name, value in values.items() if name not in undefined)


def test_observables_equal_a_recount_from_the_tables():
    state = make_state(300, 80)
    o, t = state.organisations, state.ties
    values = seen(state)
    social = o.alive & (o.kind == 0)
    used = np.arange(t.partner_row.shape[1]) < t.degree[:, None]
    assert values["social_enterprises"] == social.sum()
    assert values["ties"] == t.degree.sum() / 2
    assert values["mean_trust"] == pytest.approx(t.trust[used].mean(), abs=1e-12)
    assert values["cluster_members"] == (o.cluster_row >= 0).sum()
    assert values["clustered_share"] == pytest.approx((o.cluster_row[social] >= 0).mean(), abs=1e-15)
    assert values["pole_members"] == (o.pole_row >= 0).sum()
    assert values["met_share"] == pytest.approx(np.average(state.places.met_share, weights=state.places.need), abs=1e-12)
    assert values["cash_cents"] == o.cash_cents[o.alive].sum()


def test_each_observable_is_declared_once_in_words():
    observables = declared(PURPOSES)
    names = [observable.name for observable in observables]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalnum() and name == name.lower() for name in names)
    assert all(observable.unit and len(observable.meaning) > 5 and len(observable.rise) > 5 for observable in observables)
    assert [name for name in names if name.startswith("met_share_")] == [f"met_share_{p.replace(' ', '_')}" for p in PURPOSES.names]


def test_every_value_is_filled_and_looking_changes_nothing():
    state = make_state(120, 40)
    before = state.hash()
    values = seen(state)
    assert -12345.0 not in values.values()
    assert state.hash() == before


def relabelled(state: State, order: np.ndarray) -> State:
    """The same territory with its organisations in other rows (row k of the new one was `order[k]`)."""
    twin = state.copy()
    place_of = np.argsort(order)
    for table in (twin.organisations, twin.ties):
        for _, array in table.arrays():
            array[:] = array[order]
    used = np.arange(twin.ties.partner_row.shape[1]) < twin.ties.degree[:, None]
    twin.ties.partner_row[used] = place_of[twin.ties.partner_row[used]]
    twin.funders.organisation_row[:] = place_of[twin.funders.organisation_row]
    twin.projects.team[:] = np.where(twin.projects.team >= 0, place_of[twin.projects.team], -1)
    twin._indices = {}
    return twin


def test_other_rows_for_the_same_organisations_change_no_bit():
    state = make_state(200, 60)
    order = np.random.default_rng(5).permutation(200)
    assert seen(relabelled(state, order)) == seen(state)


def test_values_are_the_same_bits_without_compilation():
    code = (
        "import sys; sys.path.insert(0, 'tests'); import numpy as np; np.seterr(over='ignore');"
        "from synthetic import make_state; from clustersim.observables import declared, observe;"
        "s = make_state(60, 30); out = np.empty(len(declared(s.purposes))); observe(s, out); print(out.tobytes().hex())"
    )
    root = Path(__file__).parent.parent

    def bits(disable: str) -> str:
        environment = {**os.environ, "NUMBA_DISABLE_JIT": disable}
        return subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True).stdout

    assert bits("1") == bits("0")


@pytest.mark.parametrize("seed", range(4))
def test_gini_equals_half_the_relative_mean_difference(seed):
    rng = np.random.default_rng(seed)
    share, weight = rng.random(50), rng.random(50) * 100
    share[:5], weight[7] = 0.25, 0.0
    mean = np.average(share, weights=weight)
    difference = (weight[:, None] * weight * np.abs(share[:, None] - share)).sum() / weight.sum() ** 2
    assert needs.weighted_gini(share, weight) == pytest.approx(difference / (2 * mean), abs=1e-10)


def test_gini_is_zero_when_all_are_served_alike_and_one_half_when_one_of_two_is():
    assert needs.weighted_gini(np.array([0.4, 0.4, 0.4]), np.array([1.0, 5.0, 2.0])) == pytest.approx(0.0, abs=1e-15)
    assert needs.weighted_gini(np.array([1.0, 0.0]), np.array([3.0, 3.0])) == 0.5


def test_shares_are_sorted_as_numpy_sorts_them():
    share = np.random.default_rng(2).random(5000)
    share[:3] = 0.0, 1.0, 0.0
    assert share[needs.order_of_shares(share)].tolist() == np.sort(share).tolist()
