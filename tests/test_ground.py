"""The ground floor: tables of columns, parameters, money, and distances."""

import math

import numpy as np
import pytest

from clustersim.columns import Column, Table
from clustersim.kernels.distance import decay, distance, neighbours_within
from clustersim.money import FLOWS, Flow, share_of, to_cents
from clustersim.parameters import Parameter, Parameters, closest, parameter_rows


class Shops(Table):
    """One row a shop."""

    uid = Column(np.int64, "-", "who")
    owner_row = Column(np.int32, "-", "whose; -1 for nobody's", empty=-1)
    sales = Column(np.float64, "EUR", "by ware", width="wares")
    corners = Column(np.float64, "km", "two", width=2)


def test_a_new_row_is_empty_where_nothing_is_said():
    shops = Shops(4, wares=3)
    rows = shops.append(2, uid=[7, 8], sales=[[1, 2, 3], [4, 5, 6]])
    assert rows == slice(0, 2) and len(shops) == 2
    assert shops.uid.tolist() == [7, 8] and shops.owner_row.tolist() == [-1, -1]
    assert shops.sales.shape == (2, 3) and shops.corners.shape == (2, 2)
    assert shops.sales[1].tolist() == [4, 5, 6] and shops.corners.sum() == 0.0


def test_rows_stay_where_they_are_when_the_table_grows():
    shops = Shops(1, wares=1)
    for uid in range(100):
        assert shops.append(1, uid=uid, sales=uid / 2) == slice(uid, uid + 1)
    shops.append(50)
    assert shops.uid[:100].tolist() == list(range(100))
    assert shops.sales[:100, 0].tolist() == [uid / 2 for uid in range(100)]
    assert (shops.owner_row == -1).all() and shops.uid[100:].sum() == 0 and len(shops) == 150


def test_no_rows_can_be_added():
    shops = Shops(wares=1)
    assert shops.append(0, uid=[]) == slice(0, 0)
    assert len(shops) == 0 and shops.uid.size == 0


def test_a_column_that_is_not_declared_is_refused_and_nothing_is_added():
    shops = Shops(wares=1)
    with pytest.raises(ValueError, match="Shops has no column colour, size"):
        shops.append(1, uid=1, size=2, colour=3)
    assert len(shops) == 0


def test_a_change_of_an_array_is_a_change_of_the_table():
    shops = Shops(wares=1)
    shops.append(3)
    shops.uid[1] = 9
    shops.append(1)
    assert shops.uid.tolist() == [0, 9, 0, 0]


def test_a_cleared_table_is_as_new():
    shops = Shops(2, wares=1)
    shops.append(5, uid=3, owner_row=4, sales=1.0)
    shops.clear()
    assert len(shops) == 0 and shops.uid.size == 0
    shops.clear()
    shops.append(6)
    assert (shops.owner_row == -1).all() and shops.uid.sum() == 0 and shops.sales.sum() == 0.0


def test_a_copy_shares_nothing():
    shops = Shops(2, wares=2)
    shops.append(3, uid=[1, 2, 3], sales=[[1, 2]] * 3)
    twin = shops.copy()
    twin.uid[0] = 99
    twin.append(1, sales=5)
    assert shops.uid.tolist() == [1, 2, 3] and len(shops) == 3
    assert twin.uid.tolist() == [99, 2, 3, 0] and twin.sales.tolist() == [[1, 2]] * 3 + [[5, 5]]
    assert len(Shops(wares=1).copy()) == 0


def test_a_table_tells_its_columns():
    shops = Shops(wares=1)
    assert [column.name for column in Shops.columns()] == [name for name, _ in shops.arrays()] == ["uid", "owner_row", "sales", "corners"]
    assert Shops.sales.unit == "EUR" and Shops.sales.meaning == "by ware"
    assert repr(shops) == "<Shops: 0 rows>"
    with pytest.raises(AttributeError, match="column uid of Shops is not set up"):
        _ = Shops.__new__(Shops).uid


class Baking(Parameters):
    """How bread is baked."""

    heat = Parameter(200.0, "degrees", (100.0, 300.0), "Miller 1900", "heat of the oven")
    loaves = Parameter(3, "-", (1, 10), "assumed", "loaves at once")
    salted = Parameter(True, "-", meaning="with salt")
    flour = Parameter("rye", "-", choices=("rye", "wheat"), meaning="which")
    wishes = Parameter(2, "-", meaning="any whole number")


def test_parameters_hold_defaults_and_given_values_in_their_own_type():
    baking = Baking(heat=250, loaves=4.0)
    assert baking.values() == {"heat": 250.0, "loaves": 4, "salted": True, "flour": "rye", "wishes": 2}
    assert isinstance(baking.heat, float) and isinstance(baking.loaves, int)
    assert baking.numbers == (250.0, 4, True, 2) and baking.numbers._fields == ("heat", "loaves", "salted", "wishes")
    assert repr(baking) == "Baking(heat=250.0, loaves=4)"


def test_parameters_are_frozen_and_replaced_by_a_copy():
    baking = Baking()
    with pytest.raises(AttributeError, match=r"Baking is frozen; use Baking.replace\(heat=...\)"):
        baking.heat = 250.0
    hotter = baking.replace(heat=250.0)
    assert (baking.heat, hotter.heat) == (200.0, 250.0)
    assert baking == Baking() != hotter and hash(baking) == hash(Baking())


def test_a_misspelt_name_gets_the_closest():
    with pytest.raises(ValueError, match=r"Baking has no parameter 'loafs'; did you mean 'loaves'\?"):
        Baking(loafs=3)
    assert closest("xyz", ["heat"]) == ""


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ValueError) as caught:
        Baking(heat=99.0, loaves=2.5, salted=1, flour="oat", wishes="many")
    assert str(caught.value).split("; ") == [
        "Baking.heat: found 99, allowed is 100 to 300 degrees",
        "Baking.loaves: found 2.5, allowed is a whole number",
        "Baking.salted: found 1, allowed is true or false",
        "Baking.flour: found 'oat', allowed is one of rye, wheat",
        "Baking.wishes: found 'many', allowed is a number",
    ]


@pytest.mark.parametrize("edge", [100.0, 300.0])
def test_both_ends_of_an_interval_are_allowed(edge):
    assert Baking(heat=edge).heat == edge


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("loaves", math.inf, "found inf, allowed is a whole number"),
        ("loaves", -math.inf, "found -inf, allowed is a whole number"),
        ("wishes", math.nan, "found nan, allowed is a whole number"),
        ("heat", math.nan, "found nan, allowed is 100 to 300 degrees"),
        ("heat", math.inf, "found inf, allowed is 100 to 300 degrees"),
        ("heat", 10**400, "found a number of more than 308 digits, allowed is a smaller one"),
        ("loaves", -(10**400), "found a number of more than 308 digits, allowed is a smaller one"),
        ("wishes", 10**400, "found a number of more than 308 digits, allowed is a smaller one"),
        ("loaves", 10**300, "found 1e+300, allowed is 1 to 10"),
        ("loaves", True, "found True, allowed is a number"),
    ],
)
def test_numbers_that_are_none_are_refused_in_words(name, value, problem):
    with pytest.raises(ValueError) as caught:
        Baking(**{name: value})
    assert str(caught.value) == f"Baking.{name}: {problem}"


def test_declarations_become_rows_of_text():
    heat, _, salted, flour, _ = parameter_rows(Baking)
    assert heat == {
        "name": "heat", "default": "200", "unit": "degrees", "interval": "100 to 300", "source": "Miller 1900",
        "meaning": "heat of the oven",
    }  # fmt: skip
    assert (salted["default"], salted["interval"], flour["interval"]) == ("true", "", "rye, wheat")


def test_parameters_of_a_parent_come_first():
    class Finer(Baking):
        sieve = Parameter(1.0, "mm", (0.1, 2.0))

    assert list(Finer().values()) == ["heat", "loaves", "salted", "flour", "wishes", "sieve"]


def test_euros_become_whole_cents():
    assert [to_cents(euros) for euros in (0.0, 12.34, 0.125, 1e9 + 0.01, -3.999)] == [0, 1234, 12, 100_000_000_001, -400]


def test_a_share_of_cents_is_rounded_down():
    assert [share_of(*pair) for pair in ((100, 0.5), (99, 0.5), (7, 1.0), (7, 0.0), (0, 0.9))] == [50, 49, 7, 0, 0]


def test_every_flow_says_who_pays_whom_in_the_direction_of_its_sign():
    assert set(FLOWS) == set(Flow)
    for fact in FLOWS.values():
        assert fact.sign == (fact.payer == "outside") - (fact.payee == "outside")


def test_distances_and_their_decay():
    assert distance(1.0, 2.0, 4.0, 6.0) == 5.0
    assert decay(0.0, 8.0) == 1.0
    assert decay(8.0, 8.0) == pytest.approx(1 / math.e, rel=1e-15)


@pytest.mark.parametrize(
    ("points", "width", "cutoff"), [(200, 100.0, 12.0), (200, 100.0, 0.5), (60, 1000.0, 0.01), (50, 5.0, 40.0), (1, 1.0, 1.0)]
)
def test_neighbours_are_those_that_brute_force_finds(points, width, cutoff):
    rng = np.random.default_rng(points)
    x, y = rng.uniform(-width, width, points), rng.uniform(0, width / 3, points)
    start, place, apart = neighbours_within(x, y, cutoff)
    gaps = np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    assert start[0] == 0 and start[-1] == place.size == apart.size
    for p in range(points):
        found = slice(start[p], start[p + 1])
        assert place[found].tolist() == np.flatnonzero(gaps[p] <= cutoff).tolist()
        assert (apart[found] == gaps[p, place[found]]).all()


def test_places_on_one_spot_or_one_line_are_neighbours_too():
    start, place, apart = neighbours_within(np.zeros(3), np.array([0.0, 0.0, 5.0]), 5.0)
    assert start.tolist() == [0, 3, 6, 9] and place.tolist() == [0, 1, 2] * 3
    assert apart.tolist() == [0, 0, 5, 0, 0, 5, 5, 5, 0]
