"""Spatial indices: closed forms, brute force, and what they expect of random placement (Moran 1950; Ellison & Glaeser 1997)."""

import math

import numpy as np
import pytest
from scipy.spatial import cKDTree

from clustersim.kernels import kernel
from clustersim.luck import Luck, Stream, hash_with, uniform
from clustersim.observables import space
from clustersim.state.places import Neighbourhood, Places


@kernel
def draw_keyed(key, luck):
    """Fill (n, k) with keyed uniforms."""
    for i in range(luck.shape[0]):
        for k in range(luck.shape[1]):
            luck[i, k] = uniform(hash_with(key, i, k))


def luck_of(seed: int, draw: int, shape: tuple[int, int]) -> np.ndarray:
    luck = np.empty(shape)
    draw_keyed(Luck(seed).key(Stream.HOME, draw), luck)
    return luck


def places_at(x: np.ndarray, y: np.ndarray) -> Places:
    """Places of which only the position matters."""
    places = Places(len(x), purposes=1)
    places.append(len(x), x_km=x, y_km=y)
    return places


def ring(n: int, reach: int) -> np.ndarray:
    """Neighbours on a ring, `reach` on each side."""
    steps = [s for s in range(-reach, reach + 1) if s]
    return np.array([[(p + s) % n for s in steps] for p in range(n)], np.int32)


def test_moran_of_a_chain_of_four_by_hand():
    neighbours = np.array([[1, -1], [0, 2], [1, 3], [2, -1]], np.int32)
    # ends 1 x 1, middles 1 x 0: 2 of 4
    assert space.moran(np.array([1.0, 1.0, -1.0, -1.0]), neighbours) == 0.5
    assert space.moran(np.array([1.0, -1.0, 1.0, -1.0]), neighbours) == -1.0


def test_moran_is_not_defined_for_equal_places_or_without_neighbours():
    assert math.isnan(space.moran(np.zeros(4), ring(4, 1)))
    assert math.isnan(space.moran(np.array([1.0, -1.0]), np.full((2, 8), -1, np.int32)))


def test_moran_equals_its_matrix_formula_and_leaves_out_places_without_neighbours():
    rng = np.random.default_rng(1)
    n = 40
    neighbours = np.full((n, 8), -1, np.int32)
    weights = np.zeros((n, n))
    for p in range(n - 2):
        chosen = rng.choice(np.delete(np.arange(n), p), rng.integers(1, 9), replace=False)
        neighbours[p, : chosen.size] = chosen
        weights[p, chosen] = 1 / chosen.size
    z = rng.normal(size=n)
    z -= z.mean()
    assert space.moran(z, neighbours) == pytest.approx(n / weights.sum() * (z @ weights @ z) / (z @ z), abs=1e-12)


def placed_at_random(population: np.ndarray, enterprises: int, draws: int, neighbours: np.ndarray) -> np.ndarray:
    """Moran's I of enterprises that each choose their place by population alone, by keyed luck."""
    cumulative = np.cumsum(population) / population.sum()
    kind, alive = np.zeros(enterprises, np.int8), np.ones(enterprises, np.bool_)
    values = np.empty(draws)
    for draw in range(draws):
        home = np.searchsorted(cumulative, luck_of(4, draw, (enterprises, 1))[:, 0], side="right").astype(np.int32)
        values[draw] = space.moran(space.excess(kind, alive, home, population), neighbours)
    return values


@pytest.mark.parametrize("equal", [True, False])
def test_random_placement_gives_minus_one_over_n_minus_one(equal):
    n = 20
    population = np.full(n, 500, np.int64) if equal else (4000 / np.arange(1, n + 1)).astype(np.int64)
    values = placed_at_random(np.random.default_rng(3).permutation(population), 40, 5000, ring(n, 2))
    assert abs(values.mean() + 1 / (n - 1)) < 3 * values.std(ddof=1) / math.sqrt(values.size)


def test_a_city_as_rich_in_enterprises_as_in_people_stands_out_no_more_than_a_hamlet():
    population = np.array([1000, 10, 30], np.int64)
    home = np.repeat([0, 1, 2], [100, 1, 3]).astype(np.int32)
    assert np.abs(space.excess(np.zeros(104, np.int8), np.ones(104, np.bool_), home, population)).max() < 1e-12


def test_gathered_enterprises_give_a_high_moran_and_the_closed_and_others_do_not_count():
    n, population = 30, np.full(30, 100, np.int64)
    home = np.concatenate([np.repeat([4, 5, 6], 4), np.full(50, 20)]).astype(np.int32)
    kind = np.concatenate([np.zeros(12), np.ones(25), np.zeros(25)]).astype(np.int8)
    alive = np.concatenate([np.ones(37), np.zeros(25)]).astype(np.bool_)
    assert space.moran(space.excess(kind, alive, home, population), ring(n, 1)) > 0.5


def test_nearest_places_are_those_of_a_search_tree():
    rng = np.random.default_rng(7)
    x, y = rng.uniform(0, 100, (2, 300))
    found = space.nearest(Neighbourhood.of(places_at(x, y), 10.0, 4.0))
    _, expected = cKDTree(np.column_stack([x, y])).query(np.column_stack([x, y]), k=9)
    assert (found == expected[:, 1:]).all()


def test_where_fewer_places_are_within_the_catchment_the_rest_is_empty_and_the_answer_is_kept():
    neighbourhood = Neighbourhood.of(places_at(np.array([0.0, 1.0, 3.0, 500.0]), np.zeros(4)), 10.0, 3.0)
    found = space.nearest(neighbourhood)
    assert found[:, :3].tolist() == [[1, 2, -1], [0, 2, -1], [1, 0, -1], [-1, -1, -1]]
    assert space.nearest(neighbourhood) is found


def ellison_glaeser_of(
    home: np.ndarray, staff: np.ndarray, population: np.ndarray, purpose: np.ndarray | None = None, purposes: int = 1
) -> float:
    """The index of enterprises in districts of one place each."""
    n = len(home)
    return space.mean_ellison_glaeser(
        np.arange(n, dtype=np.int32),
        np.zeros(n, np.int8),
        home.astype(np.int32),
        np.zeros(n, np.int8) if purpose is None else purpose.astype(np.int8),
        staff,
        purposes,
        np.arange(len(population), dtype=np.int32),
        population,
    )


def test_ellison_glaeser_by_hand():
    # two districts of half the people each, three enterprises of 2, 1 and 1 FTE, the first two in the first district:
    # s = 3/4, 1/4; G = 1/8; X = 1/2; H = 1/4 + 1/16 + 1/16 = 3/8; gamma = (1/8 - 3/16) / (1/2 x 5/8) = -1/5
    assert ellison_glaeser_of(np.array([0, 0, 1]), np.array([2.0, 1.0, 1.0]), np.array([50, 50])) == pytest.approx(-0.2, abs=1e-15)
    # all in one district: G = 1/2, gamma = (1/2 - 3/16) / (5/16) = 1
    assert ellison_glaeser_of(np.array([0, 0, 0]), np.array([2.0, 1.0, 1.0]), np.array([50, 50])) == pytest.approx(1.0, abs=1e-15)


def test_ellison_glaeser_is_a_mean_over_purposes_with_two_enterprises_or_more():
    home, staff = np.array([0, 0, 1, 0, 0, 0, 1]), np.array([2.0, 1.0, 1.0, 2.0, 1.0, 1.0, 9.0])
    purpose = np.array([0, 0, 0, 1, 1, 1, 2])
    assert ellison_glaeser_of(home, staff, np.array([50, 50]), purpose, 4) == pytest.approx((-0.2 + 1.0) / 2, abs=1e-15)


def test_ellison_glaeser_is_not_defined_in_a_single_district():
    assert math.isnan(ellison_glaeser_of(np.array([0, 0]), np.ones(2), np.array([100])))


@pytest.mark.parametrize("gamma", [0.0, 0.02, 0.05, 0.2])
def test_ellison_glaeser_estimates_the_true_strength_of_spillovers(gamma):
    """Each enterprise goes with probability sqrt(gamma) where all such go, else by population: pairs correlate by gamma."""
    population = np.array([500, 300, 250, 120, 80, 60, 40, 30, 20, 10], np.int64)
    cumulative = np.cumsum(population) / population.sum()
    enterprises, draws = 40, 20_000
    staff = 1.0 + np.arange(enterprises) % 7
    values = np.empty(draws)
    for draw in range(draws):
        luck = luck_of(11, draw, (enterprises + 1, 2))
        follows, common = luck[:-1, 0] < math.sqrt(gamma), luck[-1, 1]
        home = np.searchsorted(cumulative, np.where(follows, common, luck[:-1, 1]), side="right")
        values[draw] = ellison_glaeser_of(home, staff, population)
    assert abs(values.mean() - gamma) < 3 * values.std(ddof=1) / math.sqrt(draws)
