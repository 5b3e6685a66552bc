"""The store: what goes in comes out, whole or not at all."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from clustersim import results
from clustersim.money import Flow
from clustersim.results import ResultsError, read, write
from clustersim.state import State
from clustersim.tables import TABLES, frame
from synthetic import PURPOSES, SyntheticRun, make_state


@pytest.fixture(scope="module")
def finished() -> SyntheticRun:
    return SyntheticRun(make_state(150, 50))


@pytest.fixture
def stored(finished, tmp_path) -> Path:
    return write(finished, tmp_path)


def test_series_and_tables_come_back_as_they_were(finished, stored):
    again = read(stored)
    pd.testing.assert_frame_equal(again.series, finished.series)
    for name in TABLES:
        pd.testing.assert_frame_equal(again.table(name), finished.table(name))
    assert (again.seed, again.months, again.state_hash) == (7, 120, finished.state_hash)
    assert again.scenario.identity() == finished.scenario.identity()
    assert again.scenario.to_toml() == finished.scenario.to_toml()


def test_the_folder_is_named_by_scenario_identity_and_seed(stored, tmp_path):
    assert stored == tmp_path / "synthetic" / "abc123def456-seed7"
    assert {path.name for path in stored.iterdir()} == {
        "manifest.json",
        "scenario.toml",
        "series.parquet",
        *(f"{name}.parquet" for name in TABLES),
    }
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_the_manifest_says_what_was_run_and_how_to_run_it_again(stored):
    manifest = json.loads((stored / "manifest.json").read_text())
    assert manifest["scenario"] == {
        "name": "synthetic",
        "title": "A synthetic territory",
        "question": "Does it show?",
        "identity": "abc123def456",
    }
    assert (manifest["seed"], manifest["months"], manifest["spin_up"]) == (7, 120, 60)
    assert manifest["command"] == "clustersim run scenario.toml --seed 7"
    assert manifest["data"] == {
        "territory": {"title": "Synthetic", "source": "made up", "hash": "feed"},
        "organisations": {"file": "people.csv", "hash": "cafe"},
    }
    assert manifest["seconds_by_process"] == {"needing": 0.1, "serving": 0.2}
    assert set(manifest["versions"]) == {"results", "clustersim", "python", "numpy", "numba", "llvmlite", "pandas", "pyarrow", "mesa"}
    assert manifest["versions"]["numpy"] == np.__version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", manifest["created"])
    assert {file["name"] for file in manifest["files"]} == {path.name for path in stored.iterdir()} - {"manifest.json"}


def test_columns_carry_unit_and_meaning_in_the_file(stored):
    met = pq.read_schema(stored / "series.parquet").field("met_share").metadata
    assert met == {b"unit": b"share", b"meaning": b"share of persons in need who are served this month"}
    for name in TABLES:
        for field in pq.read_schema(stored / f"{name}.parquet"):
            assert field.metadata and field.metadata[b"unit"] and field.metadata[b"meaning"], f"{name}.{field.name}"


def test_results_are_replaced_unless_that_is_refused(finished, stored, tmp_path):
    (stored / "series.parquet").write_bytes(b"old")
    with pytest.raises(ResultsError, match="already"):
        write(finished, tmp_path, overwrite=False)
    assert (stored / "series.parquet").read_bytes() == b"old"
    assert len(read(write(finished, tmp_path)).series) == 120


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_an_interrupted_write_leaves_the_old_results_and_nothing_else(finished, stored, tmp_path, trouble):
    def fail(run, folder):
        (folder / "half").write_text("half")
        raise trouble

    with pytest.raises(trouble):
        write(finished, tmp_path, draw=fail)
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]
    assert read(stored).seed == 7


def test_where_the_new_results_cannot_take_their_place_the_old_come_back(finished, stored, tmp_path, monkeypatch):
    rename = Path.rename

    def refuse(self, target):
        if self.name.endswith(".part"):
            raise PermissionError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ResultsError, match="cannot write"):
        write(finished, tmp_path)
    monkeypatch.undo()
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]
    assert read(stored).seed == 7


def test_a_folder_that_cannot_be_made_is_named_with_a_way_out(finished, tmp_path):
    (tmp_path / "synthetic").write_text("a file, not a folder")
    with pytest.raises(ResultsError) as caught:
        write(finished, tmp_path)
    assert "cannot write" in caught.value.problem
    assert "another folder" in caught.value.remedy


def test_pictures_are_part_of_the_results(finished, tmp_path):
    def draw(run, folder):
        (folder / "figures").mkdir()
        (folder / "figures" / "one.svg").write_text(f"<svg>{run.seed}</svg>")

    folder = write(finished, tmp_path, draw=draw)
    assert (folder / "figures" / "one.svg").read_text() == "<svg>7</svg>"
    assert "figures/one.svg" in {file["name"] for file in read(folder).manifest["files"]}


def test_missing_results_are_refused_in_plain_words(tmp_path):
    with pytest.raises(ResultsError, match=r"manifest\.json is missing.*run the scenario first"):
        read(tmp_path)


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"versions": {}}'])
def test_a_broken_manifest_is_refused_in_plain_words(stored, manifest):
    (stored / "manifest.json").write_text(manifest)
    with pytest.raises(ResultsError, match="manifest"):
        read(stored)


def test_results_of_another_version_are_refused(stored, monkeypatch):
    monkeypatch.setattr(results, "RESULTS_VERSION", "3")
    with pytest.raises(ResultsError, match="version 2, this program reads version 3"):
        read(stored)


@pytest.mark.parametrize("change", ["shorter", "other", "gone"])
def test_a_changed_file_is_refused_unless_one_does_not_ask(stored, change):
    path = stored / "ties.parquet"
    content = path.read_bytes()
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if change == "shorter" else content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(ResultsError, match=r"ties\.parquet is (missing|not as it was written)"):
        read(stored)
    assert len(read(stored, verify=False).series) == 120


def test_a_file_that_is_no_table_is_refused_when_it_is_read(stored):
    (stored / "ties.parquet").write_bytes(b"nonsense")
    with pytest.raises(ResultsError, match=r"ties\.parquet cannot be read"):
        read(stored, verify=False).table("ties")


def test_an_unknown_table_names_those_there_are(finished, stored):
    for run in (finished, read(stored)):
        with pytest.raises(KeyError, match="organisations, places"):
            run.table("organizations")


def test_ties_are_listed_once_with_the_same_facts_as_both_ends_hold(finished):
    state, ties = finished.state, finished.table("ties")
    o, t = state.organisations, state.ties
    assert len(ties) == t.degree.sum() / 2
    assert (ties["uid_1"] < ties["uid_2"]).all()
    assert not ties.duplicated(["uid_1", "uid_2"]).any()
    row_of = {int(uid): i for i, uid in enumerate(o.uid)}
    tie = ties.iloc[17]
    i, j = row_of[tie["uid_1"]], row_of[tie["uid_2"]]
    slot = list(t.partner_row[i, : t.degree[i]]).index(j)
    assert tie["trust"] == t.trust[i, slot]
    assert tie["purpose"] == PURPOSES.names[t.purpose[i, slot]]
    assert tie["born_month"] == t.born_month[i, slot] - 60
    assert tie["length_km"] == pytest.approx(np.hypot(o.x_km[i] - o.x_km[j], o.y_km[i] - o.y_km[j]), abs=1e-12)


def test_numbers_become_words_uids_and_months_of_the_scenario(finished):
    state, table = finished.state, finished.table("organisations")
    o = state.organisations
    assert table["kind"].tolist() == [("social_enterprise", "private_actor", "public_funder")[k] for k in o.kind]
    assert table["place"].tolist() == [f"Place {p}" for p in o.place_row]
    assert (table["founded_month"] == o.founded_month - 60).all()
    assert table["closed_month"].isna().equals(table["alive"])
    assert (table["closed_month"].dropna() == o.closed_month[~o.alive] - 60).all()
    assert table["cluster"].isna().tolist() == (o.cluster_row < 0).tolist()
    assert (table["competence_finance"] == o.competences[:, 2]).all()
    projects = finished.table("projects")
    assert (projects["member_1_uid"] == o.uid[state.projects.team[:, 0]]).all()
    assert projects["member_4_uid"].notna().sum() == (state.projects.size == 4).sum()
    assert set(projects["outcome"].unique()) == {"running", "succeeded", "failed"}
    assert (finished.table("places")["need_housing"] == state.places.need[:, 4]).all()


def test_the_ledger_table_adds_up_to_the_ledger(finished):
    summed = finished.table("ledger").groupby("flow", observed=True)["amount_cents"].sum()
    total = finished.state.ledger.total_cents
    assert summed["support"] == total[Flow.SUPPORT]
    assert summed["services"] == total[Flow.SERVICES] - finished.state.ledger.month_cents[Flow.SERVICES]


def test_an_empty_territory_has_all_tables(finished):
    empty = State(PURPOSES)
    for name in TABLES:
        if name != "places":
            assert len(frame(name, empty, finished.territory)) == 0


def test_places_of_the_same_name_stay_apart(finished):
    territory = type(finished.territory)(**{**vars(finished.territory), "names": ["Saint-Martin"] * 50})
    table = frame("places", finished.state, territory)
    assert table["name"].tolist() == ["Saint-Martin"] * 50
    assert table["code"].is_unique
