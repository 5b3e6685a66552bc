import math

import numpy as np
import pytest

from clustersim.problems import ScenarioError
from clustersim.scenario import Scenario
from clustersim.territory import Drawn, TerritorySettings, load_organisations, load_territory, shipped_territories
from clustersim.territory.projection import EARTH_RADIUS_KM, project


def shipped(name):
    return load_territory(Scenario.from_dict({"territory": {"kind": "real", "places": name}}).territory)


def own(tmp_path, text, name="places.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return TerritorySettings(None, str(path), path)


def mistakes(settings):
    with pytest.raises(ScenarioError) as refused:
        load_territory(settings)
    return [str(problem).removeprefix(f"{settings.path}: ") for problem in refused.value.problems]


def haversine_km(lat1, lon1, lat2, lon2):
    lat1, lon1, lat2, lon2 = map(np.radians, (lat1, lon1, lat2, lon2))
    h = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))


# ---- projection


def test_haversine_itself_gives_the_known_distance_from_paris_to_marseille():
    assert haversine_km(48.8566, 2.3522, 43.2965, 5.3698) == pytest.approx(660.5, abs=0.5)


@pytest.mark.parametrize("name", sorted(shipped_territories()))
def test_distances_on_the_plane_are_within_one_percent_of_those_on_the_globe(name):
    t = shipped(name)
    main_part = np.hypot(t.x_km, t.y_km) < 1_500
    rows = np.flatnonzero(main_part)
    random = np.random.default_rng(1)
    one, other = random.choice(rows, 20_000), random.choice(rows, 20_000)
    globe = haversine_km(t.lat[one], t.lon[one], t.lat[other], t.lon[other])
    plane = np.hypot(t.x_km[one] - t.x_km[other], t.y_km[one] - t.y_km[other])
    far = globe > 1
    assert far.sum() > 10_000
    assert np.abs(plane[far] / globe[far] - 1).max() < 0.003


def test_overseas_departments_keep_their_own_distances_and_stay_far_from_the_mainland():
    t = shipped("france")
    reunion = np.flatnonzero(t.district == t.area("district", "La Réunion"))
    one, other = reunion[0], reunion[-1]
    globe = haversine_km(t.lat[one], t.lon[one], t.lat[other], t.lon[other])
    assert np.hypot(t.x_km[one] - t.x_km[other], t.y_km[one] - t.y_km[other]) == pytest.approx(globe, rel=0.003)
    brest = t.place("29019")
    assert np.hypot(t.x_km[reunion] - t.x_km[brest], t.y_km[reunion] - t.y_km[brest]).min() > 5_000


def test_north_is_up_and_east_is_right():
    x, y = project(np.array([45.0, 46.0, 45.0]), np.array([3.0, 3.0, 4.0]))
    assert y[1] - y[0] == pytest.approx(EARTH_RADIUS_KM * math.radians(1), rel=1e-3)
    assert x[2] - x[0] == pytest.approx(EARTH_RADIUS_KM * math.radians(1) * math.cos(math.radians(45)), rel=1e-3)


# ---- shipped territories


def test_shipped_territories_have_the_published_numbers_of_places_and_people():
    facts = {name: (len(shipped(name)), int(shipped(name).population.sum())) for name in shipped_territories()}
    assert facts == {
        "bretagne": (1_202, 3_318_904),
        "hauts_de_france": (3_781, 6_003_283),
        "france": (34_849, 66_501_649),
        "emilia_romagna": (328, 4_424_548),
    }


def test_places_are_sorted_by_code_and_their_uid_is_the_rank():
    t = shipped("bretagne")
    assert list(t.codes) == sorted(t.codes)
    assert t.uid.tolist() == list(range(1_202))
    assert t.uid.dtype == np.int64
    assert t.names[t.place("35238")] == "Rennes"
    assert t.population[t.place("Rennes")] == 216_815


def test_areas_have_names_and_codes():
    t = shipped("bretagne")
    assert t.region_labels == ("Bretagne",)
    assert t.district_labels == ("Côtes-d'Armor", "Finistère", "Ille-et-Vilaine", "Morbihan")
    assert t.area("district", "finistère") == t.area("district", "29") == 1
    assert t.district[t.place("29019")] == 1
    assert shipped("emilia_romagna").district_labels[0] == "Bologna"


def test_a_commune_outside_every_inter_communal_body_is_a_locality_of_its_own():
    t = shipped("bretagne")
    ouessant = t.place("Ouessant")
    assert np.count_nonzero(t.locality == t.locality[ouessant]) == 1


def test_communes_without_inhabitants_are_kept():
    assert np.count_nonzero(shipped("france").population == 0) == 6


def test_every_territory_says_its_source_and_licence():
    for name in shipped_territories():
        assert shipped(name).source
        assert "CC BY" in shipped(name).licence or "Licence Ouverte" in shipped(name).licence


def test_arrays_of_a_territory_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        shipped("bretagne").population[0] = 1


# ---- drawn territories


def drawn(**numbers):
    return load_territory(TerritorySettings(Drawn(**numbers)))


def test_sizes_of_drawn_towns_follow_zipfs_law():
    t = drawn(places=5, largest_population=1_000, zipf_exponent=1.0)
    assert t.population.tolist() == [1_000, 500, 333, 250, 200]
    assert drawn(places=3, largest_population=900, zipf_exponent=0.0).population.tolist() == [900, 900, 900]
    assert drawn(places=3, largest_population=2, zipf_exponent=3.0).population.tolist() == [2, 1, 1]


def test_drawn_towns_lie_inside_and_spread_over_the_whole_territory():
    t = drawn(places=4_000, width_km=120.0, height_km=90.0)
    assert 0 <= t.x_km.min() < 1 and 119 < t.x_km.max() <= 120
    assert 0 <= t.y_km.min() < 1 and 89 < t.y_km.max() <= 90
    # a uniform mean has standard deviation width / sqrt(12 n) = .55 km
    assert t.x_km.mean() == pytest.approx(60, abs=2.2)
    assert abs(np.corrcoef(t.x_km, t.y_km)[0, 1]) < 4 / math.sqrt(4_000)


def test_the_seed_of_the_drawing_moves_towns_and_nothing_else_does():
    assert np.array_equal(drawn(places=50).x_km, drawn(places=50, largest_population=9).x_km)
    assert not np.array_equal(drawn(places=50).x_km, drawn(places=50, draw_seed=2).x_km)
    assert np.array_equal(drawn(places=50).x_km, drawn(places=80).x_km[:50])


def test_four_districts_of_one_region_are_quadrants():
    t = drawn(places=400, regions=1, districts=4)
    for district in range(4):
        inside = t.district == district
        assert (t.x_km[inside] < 60).all() or (t.x_km[inside] > 60).all()
        assert (t.y_km[inside] < 45).all() or (t.y_km[inside] > 45).all()
    assert set(t.district.tolist()) == {0, 1, 2, 3}


def test_drawn_areas_nest_and_cover_equal_surfaces():
    t = drawn(places=12_000, regions=3, districts=7)
    for inner, outer in ((t.district, t.region), (t.locality, t.district)):
        for area in range(int(inner.max()) + 1):
            assert len(set(outer[inner == area].tolist())) <= 1
    assert len(t.region_labels) == 3 and len(t.district_labels) == 7
    assert np.bincount(t.region).tolist() == pytest.approx([4_000] * 3, rel=0.06)
    assert np.bincount(t.district, minlength=7)[3:].tolist() == pytest.approx([2_000] * 4, rel=0.1)
    assert len(t.locality_labels) == pytest.approx(12_000 / 20, rel=0.02)


# ---- the user's own list

GOOD = "code,name,population,lat,lon\nB,Bourg,100,48.0,-2.0\nA,Abbaye,0,48.1,-2.1\n"


def test_an_own_list_is_read_in_the_order_of_its_codes(tmp_path):
    t = load_territory(own(tmp_path, GOOD))
    assert t.codes == ("A", "B") and t.names == ("Abbaye", "Bourg")
    assert t.population.tolist() == [0, 100]
    assert t.region.tolist() == [0, 0] and t.region_labels == ("",)
    apart = np.hypot(*np.diff([t.x_km, t.y_km]).ravel())
    assert apart == pytest.approx(haversine_km(48.0, -2.0, 48.1, -2.1), rel=1e-3)


def test_an_own_list_may_give_positions_on_a_plane_and_areas(tmp_path):
    t = load_territory(own(tmp_path, "code,name,population,x_km,y_km,region,district\n1,a,5,10,20,North,N1\n2,b,6,30.5,0,South,S1\n"))
    assert t.x_km.tolist() == [10, 30.5] and t.y_km.tolist() == [20, 0]
    assert np.isnan(t.lat).all()
    assert t.region_labels == ("North", "South") and t.area("district", "s1") == 1


def test_a_list_from_a_french_spreadsheet_may_use_semicolons_and_decimal_commas(tmp_path):
    t = load_territory(own(tmp_path, "\ufeffcode;name;population;x_km;y_km\r\n1;a;5;10,5;2\r\n"))
    assert t.x_km.tolist() == [10.5]


def test_all_mistakes_of_a_list_are_told_at_once(tmp_path):
    text = "code,name,population,lat,lon\nA,a,-5,48,2\nA,b,10,91,2\nC,c,nan,48,200\nD,d,1.5,,2\n,e,3,48,2\nF,f,some,48,2\n"
    assert mistakes(own(tmp_path, text)) == [
        "line 6, column code: found an empty cell; allowed is the official code of the place",
        'line 3, column code: found "A", which line 2 has already; allowed is each code once',
        'line 2, column population: found "-5"; allowed is a whole number from 0 to 100000000',
        'line 4, column population: found "nan"; allowed is a whole number from 0 to 100000000',
        'line 5, column population: found "1.5"; allowed is a whole number from 0 to 100000000',
        'line 7, column population: found "some"; allowed is a whole number from 0 to 100000000',
        'line 3, column lat: found "91"; allowed is a number from -90 to 90',
        "line 5, column lat: found an empty cell; allowed is a number from -90 to 90",
        'line 4, column lon: found "200"; allowed is a number from -180 to 180',
    ]


def test_missing_and_misspelt_columns_are_told(tmp_path):
    told = mistakes(own(tmp_path, "code,nom,popultion,lat,lon,regoin\nA,a,1,48,2,x\n"))
    assert told[0].startswith('header: found no column "name"')
    assert told[1] == 'header: found no column "population"; allowed is the columns code, name, population (did you call it "popultion"?)'
    assert told[2].endswith('(did you mean "region"?)')
    assert len(told) == 3


def test_half_a_position_is_refused(tmp_path):
    told = mistakes(own(tmp_path, "code,name,population,lat,x_km\nA,a,1,48,2\n"))
    assert told == ["header: found no complete position; allowed is the columns lat and lon [degrees], or x_km and y_km [km]"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,name,population,lat,lon\n", "found no row below the header; allowed is at least one row"),
        ("code,name,population,lat,lon\nA,a,1,48\n", "line 2: found 4 cells; allowed is 5 cells, as in the header"),
        ("code,name,population,lat,lon\nA,a,0,48,2\n", "column population: found nobody in any place; allowed is at least one inhabitant"),
        ("code,name,population,lat,lat,lon\nA,a,1,48,48,2\n", 'header: found the column "lat" 2 times; allowed is each column once'),
    ],
)
def test_a_list_that_makes_no_territory_is_refused(tmp_path, text, told):
    assert told in mistakes(own(tmp_path, text))


def test_a_list_in_another_coding_is_refused_with_a_way_out(tmp_path):
    told = mistakes(own(tmp_path, GOOD.replace("Abbaye", "Abbécourt"), encoding="latin-1"))
    assert len(told) == 1 and "CSV UTF-8" in told[0]


def test_a_missing_list_and_a_damaged_one_are_refused(tmp_path):
    assert "no such file" in mistakes(TerritorySettings(None, "x.csv", tmp_path / "x.csv"))[0]
    broken = tmp_path / "b.csv.gz"
    broken.write_bytes(b"\x1f\x8b garbage")
    assert "damaged compressed file" in mistakes(TerritorySettings(None, str(broken), broken))[0]


def test_a_mistake_on_every_line_is_told_twenty_times_and_counted(tmp_path):
    lines = "".join(f"{i},n,-1,48,2\n" for i in range(1_000))
    told = mistakes(own(tmp_path, "code,name,population,lat,lon\n" + lines))
    assert len(told) == 21 and "980 more lines" in told[-1]


def test_an_edited_list_is_read_again(tmp_path):
    settings = own(tmp_path, GOOD)
    before = load_territory(settings)
    settings.path.write_text(GOOD.replace("Bourg,100", "Bourg,1000"))
    after = load_territory(settings)
    assert after.population.tolist() == [0, 1_000] and after.data_hash != before.data_hash


# ---- the user's own organisations


def given(tmp_path, text):
    path = tmp_path / "organisations.csv"
    path.write_text(text)
    scenario = Scenario.from_dict({})
    return load_organisations(path, load_territory(own(tmp_path, GOOD)), scenario.purposes)


def test_own_organisations_are_read_and_open_cells_stay_open(tmp_path):
    text = "name,kind,place,purpose,staff_fte,age_years\nCo-op,social_enterprise,B,housing,6.5,\nTown hall,public_funder,A,,,30\n"
    o = given(tmp_path, text)
    assert o.name == ("Co-op", "Town hall")
    assert o.kind.tolist() == [0, 2] and o.place_row.tolist() == [1, 0]
    assert o.purpose.tolist() == [4, -1]
    assert o.staff_fte[0] == 6.5 and np.isnan(o.staff_fte[1])
    assert np.isnan(o.age_years[0]) and o.age_years[1] == 30
    assert np.isnan(o.cash_eur).all()


def test_mistakes_in_own_organisations_are_told_at_once(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        given(tmp_path, "name,kind,place,purpose,staff_fte\na,social_entreprise,B,housing,1\nb,private_actor,Z,huosing,-1\n")
    told = [str(problem).partition(": ")[2] for problem in refused.value.problems]
    assert len(told) == 4
    assert told[0].startswith('line 2, column kind: found "social_entreprise"') and told[0].endswith('(did you mean "social_enterprise"?)')
    assert told[1] == 'line 3, column place: found "Z"; allowed is the code of a place of the territory'
    assert told[2].endswith('(did you mean "housing"?)')
    assert told[3] == 'line 3, column staff_fte: found "-1"; allowed is a number from 0.1 to 100000'
