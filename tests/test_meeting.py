"""Meeting: rates, distance, introductions, groups; and that small changes disturb little."""

import numpy as np
import pytest

from clustersim.luck import Luck, Stream, hash_of
from clustersim.processes import meeting
from clustersim.processes.meeting import Meeting
from clustersim.state.organisations import members_of
from network_builders import draw, encounters_by_uid, plane, relabelled, territory, tie

LUCK = Luck(11)
ONLY_NEAR = {"closure_chance": 0.0, "far_chance": 0.0}


def couples(state, months, **numbers):
    """All encounters of so many months, as rows; each month forgets the last."""
    one, other = [], []
    for state.month in range(1, months + 1):
        meeting.advance(state, LUCK, Meeting(**numbers))
        one.append(state.encounters.one_row.copy())
        other.append(state.encounters.other_row.copy())
        state.encounters.clear()
    return np.concatenate(one), np.concatenate(other)


def test_encounters_come_at_the_declared_rate():
    state = plane(40, 400, side_km=30.0, kind=0)
    one, _ = couples(state, 50, encounter_rate=0.35)
    assert one.size == pytest.approx(0.35 * 400 * 50, abs=4 * np.sqrt(0.35 * 400 * 50))


def test_shared_spaces_and_measures_bring_more_encounters():
    state = territory([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], np.repeat([0, 1, 2], 100))
    state.places.spaces[1] = 1
    state.place_levers.extra_spaces[2] = 2
    state.organisation_levers.extra_encounters[:10] = 1.0
    one, _ = couples(state, 60, encounter_rate=0.2, space_encounters=0.3, most_encounters=50)
    counts = np.bincount(one, minlength=300)
    for rows, rate in ((slice(0, 10), 1.2), (slice(10, 100), 0.2), (slice(100, 200), 0.5), (slice(200, 300), 0.5)):
        expected = rate * 60 * counts[rows].size
        assert counts[rows].sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_larger_organisations_look_for_more_encounters_by_the_root_of_their_staff():
    state = territory([0.0, 1.0], [0.0, 0.0], np.repeat([0, 1], [500, 100]), staff_fte=np.repeat([6.0, 24.0, 1.5, 0.0, 24.0, 1.5], 100))
    state.organisation_levers.extra_encounters[400:500] = 0.5
    state.places.spaces[1] = 1
    one, _ = couples(state, 60, encounter_rate=0.2, space_encounters=0.3, most_encounters=50)
    # .2 times the root of 1, 4, 1/4 and 0; what measures and spaces bring does not depend on size: .4 + .5 and .1 + .3
    for sort, rate in enumerate((0.2, 0.4, 0.1, 0.0, 0.9, 0.4)):
        expected = rate * 60 * 100
        assert np.count_nonzero(one // 100 == sort) == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_the_plain_rate_is_that_of_the_usual_staff():
    state = territory([0.0], [0.0], np.zeros(200, int), staff_fte=6.0)
    one, _ = couples(state, 50, encounter_rate=0.2, usual_staff=1.5, most_encounters=50)
    assert one.size == pytest.approx(0.4 * 200 * 50, abs=4 * np.sqrt(4000))


def test_nobody_has_more_encounters_than_it_has_time_for():
    state = territory([0.0], [0.0], np.zeros(50, int))
    one, _ = couples(state, 1, encounter_rate=5.0, most_encounters=2)
    assert np.bincount(one).max() == 2


def test_encounters_by_distance_follow_kernel_times_density():
    state = plane(60, 300, side_km=80.0, kind=0)
    one, other = couples(state, 60, encounter_rate=2.0, most_encounters=50, **ONLY_NEAR)
    o, places = state.organisations, state.places
    apart = np.hypot(places.x_km[:, None] - places.x_km, places.y_km[:, None] - places.y_km)
    weight = np.where(apart <= 3 * 20.0, np.exp(-apart / 20.0), 0.0)
    edges = np.array([0.0, 1e-9, 10.0, 16.0, 23.0, 31.0, 42.0, 60.001])
    expected = np.zeros(edges.size - 1)
    population = np.bincount(o.place_row, minlength=60)
    for home, seekers in enumerate(np.bincount(o.place_row[one], minlength=60)):
        chance = weight[home] * (population - (np.arange(60) == home))
        expected += seekers * np.histogram(apart[home], edges, weights=chance)[0] / max(chance.sum(), 1e-300)
    found = np.histogram(apart[o.place_row[one], o.place_row[other]], edges)[0]
    assert expected.min() > 100
    assert np.sum((found - expected) ** 2 / expected) < 22.5  # chi square with 6 degrees of freedom: chance .001


def test_three_decay_lengths_away_nobody_is_met_near_home():
    state = territory([0.0, 59.9, 60.1], [0.0, 0.0, 0.0], np.repeat([0, 1, 2], 20))
    one, other = couples(state, 60, encounter_rate=2.0, most_encounters=50, **ONLY_NEAR)
    from_first, place = one < 20, state.organisations.place_row
    # the kernel is at exp(-2.995) = .05004 there, for each of 20, against 19 at home; none of the third place is in reach
    share = 20 * 0.05004 / (19 + 20 * 0.05004)
    assert np.mean(place[other[from_first]] == 1) == pytest.approx(share, abs=4 * np.sqrt(share / 2400))
    assert set(place[other[from_first]].tolist()) == {0, 1}
    assert set(place[other[one >= 40]].tolist()) == {1, 2}


def test_nobody_meets_itself_or_the_closed_or_a_partner_and_private_actors_do_not_look_for_each_other():
    state = plane(20, 120, side_km=20.0)
    o = state.organisations
    o.alive[::4], o.closed_month[::4] = False, 1
    for i in range(1, 117, 4):
        tie(state, i, i + 1)
    one, other = couples(state, 30, encounter_rate=2.0, most_encounters=50)
    assert one.size > 2000
    assert (one != other).all()
    assert o.alive[one].all() and o.alive[other].all()
    assert not ((o.kind[one] == 1) & (o.kind[other] == 1)).any()
    assert ((o.kind[one] == 1) & (o.kind[other] == 0)).any()
    tied = {(i, i + 1) for i in range(1, 117, 4)}
    assert not tied & set(zip(np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), strict=True))


def test_an_introduction_leads_to_a_partners_partner():
    state = territory([0.0], [0.0], np.zeros(30, int))
    for i, j in ((0, 1), (1, 2), (1, 3), (3, 4)):
        tie(state, i, j)
    one, other = couples(state, 200, encounter_rate=1.0, closure_chance=1.0, far_chance=0.0)
    met = {i: set(other[one == i].tolist()) for i in range(5)}
    assert met[0] == {2, 3}
    assert met[2] == {0, 3}
    assert met[4] == {1}
    # both thirds are met about as often
    assert np.mean(other[one == 0] == 2) == pytest.approx(0.5, abs=0.15)
    # who has no partner, or whose partners know nobody new, meets anybody
    assert len(set(other[one == 10].tolist())) > 20


def test_far_encounters_are_with_the_same_purpose_anywhere():
    state = territory([0.0, 500.0], [0.0, 0.0], np.repeat([0, 1], 60), purpose=np.tile([0, 1, 2], 40))
    one, other = couples(state, 40, encounter_rate=1.0, closure_chance=0.0, far_chance=1.0)
    o = state.organisations
    assert (o.purpose[one] == o.purpose[other]).all()
    # of the 39 others of the same purpose 20 sit at the other place
    assert np.mean(o.place_row[one] != o.place_row[other]) == pytest.approx(20 / 39, abs=0.05)


def test_a_coordinator_brings_members_of_its_pole_together_and_an_animator_those_of_the_cluster():
    state = territory([0.0], [0.0], np.zeros(60, int))
    o, levers = state.organisations, state.organisation_levers
    state.poles.append(2, alive=True, members=20)
    state.clusters.append(1, alive=True, members=20)
    o.pole_row[:40] = np.repeat([0, 1], 20)
    o.coordinated[:20] = True
    o.cluster_row[40:] = 0
    levers.animated[40:45] = True
    one, other = couples(state, 100, encounter_rate=0.0, group_encounters=0.5)
    assert set(one.tolist()) == {*range(20), *range(40, 45)}
    assert set(other[one < 20].tolist()) == set(range(20))
    assert set(other[one >= 40].tolist()) == set(range(40, 60))
    assert one.size == pytest.approx(0.5 * 25 * 100, abs=4 * np.sqrt(1250))


def test_arranged_encounters_are_kept():
    state = plane(10, 50, side_km=20.0)
    state.encounters.append(2, one_row=[3, 4], other_row=[7, 8])
    meeting.advance(state, LUCK, Meeting())
    assert state.encounters.one_row[:2].tolist() == [3, 4] and state.encounters.other_row[:2].tolist() == [7, 8]
    assert len(state.encounters) > 5


def test_an_organisation_out_of_reach_changes_nobodys_encounters():
    x_km, y_km = np.append(draw(5, 20)[:, 0] * 40, 2000.0), np.append(draw(6, 20)[:, 0] * 40, 0.0)
    home = np.arange(100) % 20
    without = territory(x_km, y_km, home)
    with_one = territory(x_km, y_km, np.append(home, 20), purpose=np.append(np.zeros(100, int), 2))
    for state in (without, with_one):
        for i in range(98):
            tie(state, i, i + 1)
        meeting.advance(state, LUCK, Meeting(encounter_rate=2.0))
    assert encounters_by_uid(without) == encounters_by_uid(with_one)
    assert len(without.encounters) > 150


def test_a_newcomer_next_door_disturbs_few_encounters():
    home = np.arange(400) % 20
    x_km, y_km = draw(5, 20)[:, 0] * 40, draw(6, 20)[:, 0] * 40
    met = []
    for newcomer in ([], [3]):
        state = territory(x_km, y_km, np.append(home, newcomer).astype(int))
        meeting.advance(state, LUCK, Meeting(encounter_rate=3.0))
        met.append({c for c in encounters_by_uid(state) if c[0] < 400})
    assert len(met[0]) > 1000
    assert len(met[0] - met[1]) < 0.02 * len(met[0])


def test_someone_is_drawn_evenly_among_the_living():
    row = np.arange(10, dtype=np.int32)
    alive = np.isin(row, (1, 4, 7, 9))
    key = LUCK.key(Stream.ENCOUNTER_SLOT)
    drawn = [meeting.someone(np.uint64(hash_of(key, n)), 4, row, 0, 10, alive) for n in range(6000)]
    counts = np.bincount(drawn, minlength=10)
    assert counts[[1, 7, 9]].sum() == 6000
    assert counts[[1, 7, 9]] == pytest.approx(2000, abs=150)
    assert meeting.someone(key, 4, row, 0, 10, row == 4) == -1


def test_someone_is_found_even_where_nearly_all_have_closed():
    row = np.arange(100_000, dtype=np.int32)
    assert meeting.someone(LUCK.key(Stream.ENCOUNTER_SLOT), 0, row, 0, row.size, row == 77) == 77


def grouped_plane(**options):
    """A plane with ties, a coordinated pole, an animated cluster and some closed."""
    state = plane(30, 200, side_km=60.0, **options)
    o = state.organisations
    for i in range(180):
        tie(state, i, i + 7)
    state.poles.append(1, alive=True, members=30)
    state.clusters.append(1, alive=True, members=30)
    o.pole_row[:30], o.coordinated[:30] = 0, True
    o.cluster_row[50:80] = 0
    state.organisation_levers.animated[50:80] = True
    state.organisation_levers.extra_encounters[100:120] = 0.5
    return state


def test_relabelled_rows_have_the_same_encounters():
    state = grouped_plane()
    twin = relabelled(state, np.argsort(draw(9, 200)[:, 0]))
    for s in (state, twin):
        meeting.advance(s, LUCK, Meeting(encounter_rate=2.0, far_chance=0.2))
    assert encounters_by_uid(state) == encounters_by_uid(twin)
    assert len(state.encounters) > 300


def test_any_number_of_threads_gives_the_same_encounters():
    one, two = grouped_plane(threads=1), grouped_plane(threads=2)
    for s in (one, two):
        meeting.advance(s, LUCK, Meeting(encounter_rate=2.0, far_chance=0.2))
    two.workers.close()
    assert one.hash() == two.hash()


def test_an_empty_territory_has_no_encounters():
    state = territory([0.0], [0.0], [])
    meeting.advance(state, LUCK, Meeting())
    assert len(state.encounters) == 0


def test_members_are_listed_by_group_in_order_of_uid():
    start, row = members_of(np.array([1, -1, 0, 1, 1, -1], np.int32), np.array([4, 5, 3, 2, 1, 0]), 3)
    assert start.tolist() == [0, 1, 4, 4]
    assert row.tolist() == [2, 4, 3, 0]


def test_the_indices_are_kept_until_somebody_settles():
    state = territory([0.0], [0.0], [0, 0, 0], uid=[7, 3, 5], purpose=[2, 0, 2])
    assert state.by_uid() is state.by_uid() and state.by_purpose() is state.by_purpose()
    assert state.by_uid().tolist() == [1, 2, 0]
    assert [a.tolist() for a in state.by_purpose()] == [[0, 1, 1, 3], [1, 2, 0]]
    twin = state.copy()
    state.settle(1, uid=4, purpose=2, alive=True)
    assert state.by_uid().tolist() == [1, 3, 2, 0]
    assert [a.tolist() for a in state.by_purpose()] == [[0, 1, 1, 4], [1, 3, 2, 0]]
    assert twin.by_uid().tolist() == [1, 2, 0]


def test_a_cleared_table_starts_empty_again():
    state = territory([0.0], [0.0], [0, 0])
    levers = state.organisation_levers
    levers.extra_encounters[:] = 3.0
    levers.clear()
    assert len(levers) == 0 and levers.extra_encounters.size == 0
    levers.append(2, animated=True)
    assert levers.extra_encounters.tolist() == [0.0, 0.0] and levers.animated.all()
