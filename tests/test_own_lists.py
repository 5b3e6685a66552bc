"""The user's own lists of places and organisations, and what the user puts beside results."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clustersim import results, run
from clustersim.cli import app
from clustersim.scenario import Scenario, ScenarioError
from clustersim.simulation import Simulation
from clustersim.state.organisations import SOCIAL_ENTERPRISE

PLACES = "code,name,population,x_km,y_km\na,Aville,3000,0,0\nb,Bourg,900,6,0\nc,Camp,400,0,9\n"
ORGANISATIONS = (
    "name,kind,place,purpose,staff_fte,cash_eur,age_years\n"
    "La Fabrique,social_enterprise,a,housing,200,,5\n"
    "Le Panier,social_enterprise,b,food_and_agriculture,4,1234.56,\n"
    "Garage Martin,private_actor,a,,3,,\n"
    "Commune d'Aville,public_funder,a,,,,\n"
)


@pytest.fixture
def own(tmp_path: Path) -> Scenario:
    (tmp_path / "places.csv").write_text(PLACES)
    (tmp_path / "organisations.csv").write_text(ORGANISATIONS)
    (tmp_path / "own.toml").write_text(
        'title = "Ours"\nquestion = "What becomes of us?"\nextends = "baseline"\n'
        '[territory]\nkind = "real"\nplaces = "places.csv"\n[population]\norganisations_file = "organisations.csv"\n'
        "[run]\nmonths = 12\nspin_up = 0\n"
    )
    return Scenario.load(tmp_path / "own.toml")


def test_listed_organisations_keep_what_the_list_says(own: Scenario) -> None:
    state = Simulation(own, 1).state
    o = state.organisations
    state.check()
    assert o.staff_fte[:3].tolist() == [200.0, 4.0, 3.0]
    assert o.cash_cents[1] == 123_456
    assert o.founded_month[0] == -60
    assert state.purposes.names[o.purpose[0]] == "housing"


def test_drawn_cash_follows_the_listed_staff(own: Scenario) -> None:
    months = Simulation(own, 1).state.organisations.cash_cents[0] / (200 * own.processes.serving.wage_cents)
    mean = own.population.starting_cash_months
    assert 0.5 * mean <= months <= 1.5 * mean


def test_needs_are_scaled_to_the_listed_staff(own: Scenario) -> None:
    state = Simulation(own, 1).state
    o = state.organisations
    capacity = o.staff_fte[o.kind == SOCIAL_ENTERPRISE].sum() * own.processes.serving.productivity
    # local factors have mean one, but three places are few
    assert capacity / state.places.need.sum() == pytest.approx(own.population.initial_coverage, rel=0.35)


def test_the_names_are_found_again_in_the_table(own: Scenario) -> None:
    table = run(own, seed=1).table("organisations")
    assert table["name"].tolist()[:4] == ["La Fabrique", "Le Panier", "Garage Martin", "Commune d'Aville"]
    assert (table["name"].iloc[4:] == "").all()


def test_the_sizes_of_each_kind_are_those_declared() -> None:
    scenario = Scenario.load("baseline", {"population.organisations": 4_000, "territory.places": 200})
    o = Simulation(scenario, 1).state.organisations
    population = scenario.population
    for kind, median in enumerate((population.staff_median, population.private_staff_median, population.public_staff_median)):
        assert np.median(o.staff_fte[o.kind == kind]) == pytest.approx(median, rel=0.2)


def test_a_crowd_at_one_place_is_refused() -> None:
    scenario = Scenario.load("baseline", {"population.organisations": 300_000, "territory.places": 1})
    with pytest.raises(ScenarioError, match=r"population\.organisations: found 300000 on 1 places"):
        Simulation(scenario, 1)


def test_notes_beside_results_survive_a_rerun(tmp_path: Path) -> None:
    finished = run(Scenario.load("village", {"run.months": 1}), seed=1)
    folder = results.write(finished, tmp_path)
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("what I think of it")
    (folder / "series.parquet").write_text("broken")
    assert results.write(finished, tmp_path) == folder
    assert (folder / "notes" / "mine.txt").read_text() == "what I think of it"
    assert len(results.read(folder).series) == 1


def test_changes_that_contradict_each_other_are_refused() -> None:
    for changes in (["--months", "3", "--set", "run=3"], ["--months", "3", "--set", "run.months=abc"]):
        answer = CliRunner().invoke(app, ["run", "village", *changes])
        assert answer.exit_code == 2
        assert "set the same value" in answer.output


def test_a_measure_that_ends_before_it_starts_is_refused() -> None:
    council = {"public": True, "level": "territory", "budget_eur_per_year": 1000}
    seeds = {"kind": "seed_grant", "funder": "council", "start_month": 20, "end_month": 10}
    with pytest.raises(ScenarioError, match=r"measures\.seeds\.end_month: found 10; allowed is 20"):
        Scenario.load("village", {"funders.council": council, "measures.seeds": seeds})
