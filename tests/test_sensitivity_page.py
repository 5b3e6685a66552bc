"""The page of a sensitivity analysis and its figures: true to the tables, complete in both languages, in need of nothing else."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from clustersim.cli import app
from clustersim.experiments.sensitivity.analysing import analyse
from clustersim.experiments.sensitivity.exported import Exported
from clustersim.experiments.sweeps.exporting import export
from clustersim.experiments.sweeps.results import Results
from clustersim.report.page.language import LANGUAGES, language
from clustersim.report.sensitivity import figures, folder, page
from clustersim.report.sensitivity.readings import readings
from clustersim.report.sensitivity.rows import MOST
from clustersim.report.sensitivity.words import answer, size_of, undecided
from clustersim.results import ResultsError
from pages import Tree, foreign
from sweeping import asked, ishigami, swept
from synthetic_sensitivity import SyntheticSensitivity

EACH_LANGUAGE = pytest.mark.parametrize("code", LANGUAGES)
KINDS = ("morris", "saltelli", "latin_hypercube")
METHODS = dict(zip(KINDS, ("morris", "indices", "correlations"), strict=True))
PAGES = (("morris", "en"), ("morris", "fr"), ("saltelli", "fr"), ("latin_hypercube", "en"))
EACH_PAGE = pytest.mark.parametrize(("kind", "code"), PAGES)
EACH_KIND = pytest.mark.parametrize("kind", KINDS)
FAILURES = ({"point": 3, "seed": 2, "error": "ValueError: <odd> & more"},)


def synthetic(kind: str, **changes) -> SyntheticSensitivity:
    """One outcome and its chance of emergence."""
    said = {"outcomes": ("clusters",), "seeds": 6, "luck": kind != "latin_hypercube", "second_order": kind == "saltelli"}
    return SyntheticSensitivity(kind, **{**said, **changes})


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    """Each kind of analysis in its folder; that of two scenarios for rank correlations."""
    base = tmp_path_factory.mktemp("analyses")
    two = ("no_support", "animation")
    made = {kind: synthetic(kind, **({"combinations": two} if kind == "latin_hypercube" else {})) for kind in KINDS}
    return {kind: each.analysed().write(base / kind) for kind, each in made.items()}


@pytest.fixture(scope="module")
def pages(written) -> dict[tuple[str, str], str]:
    return {(kind, code): page.build(written[kind], code).read_text(encoding="utf-8") for kind, code in PAGES}


def flat(text: str) -> str:
    """With spaces that a test can write."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


# ---- the page


@EACH_PAGE
def test_the_page_is_well_formed_and_needs_nothing_but_itself(kind, code, pages, written):
    tree = Tree(pages[kind, code])
    assert (tree.wrong, tree.open) == ([], [])
    assert len(tree.ids) == len(set(tree.ids))
    for link in tree.links:
        assert link[1:] in tree.ids if link.startswith("#") else (written[kind] / link).exists(), link
    assert foreign(pages[kind, code]) == []


def test_the_page_is_the_same_to_the_byte_each_time(pages, written):
    assert page.build(written["morris"], "fr").read_text(encoding="utf-8") == pages["morris", "fr"]


@EACH_PAGE
def test_everything_that_was_asked_for_is_on_the_page(kind, code, pages):
    tree, speaking = Tree(pages[kind, code]), language(code)
    for part in ("answers", "reading", "figures", "tables", "varied", "limits", "making"):
        assert speaking.say(f"parts.{part}") in tree.text
    method, ending = METHODS[kind], "-2" if kind == "latin_hypercube" else ""
    assert {f"{method}_clusters{ending}", f"{method}_clusters_chance{ending}", f"chance{ending}"} <= set(tree.ids)
    assert {f"grid-{method}", "grid-factors"} <= set(tree.ids) and ("grid-pairs" in tree.ids) == (kind == "saltelli")
    for said in (*speaking.points("sensitivity.limits"), *speaking.points(f"how_to_read.{method}"), "clustersim sweep"):
        assert said in tree.text
    assert "meeting: decay_km" in tree.text and "salib 1.6.0" in tree.text
    drawn = len(re.findall("<svg", pages[kind, code]))
    assert drawn == (6 if kind == "latin_hypercube" else 3)
    assert len(re.findall(r'role="img" aria-label="[^"]{10,}"', pages[kind, code])) == drawn


@EACH_PAGE
def test_the_answers_are_those_of_the_tables(kind, code, pages, written):
    speaking, stored = language(code), folder.read(written[kind])
    table = pd.read_csv(written[kind] / "tables" / f"{METHODS[kind]}.csv")
    said = flat(Tree(pages[kind, code]).text)
    column = {"morris": "mu_star", "saltelli": "total", "latin_hypercube": "correlation"}[kind]
    for reading in readings(stored):
        key = (reading.combination, reading.outcome, reading.statistic)
        ours = table[(table["combination"] == key[0]) & (table["outcome"] == key[1]) & (table["statistic"] == key[2])]
        told = ours[ours["told_apart"].astype(str) == "True"]
        assert [factor.path for factor in reading.told] == told["factor"].tolist()
        first = reading.factors[0]
        assert first.size == ours.iloc[0][column] and ours.iloc[0]["rank"] == 1
        lines = answer(reading, speaking)
        assert flat(size_of(reading, first, speaking)) in flat(lines[0])
        assert all(flat(line) in said for line in lines)
        assert undecided(reading, speaking) in said
        assert flat(speaking.share(reading.run.share)) in said


def test_what_failed_and_what_was_left_out_is_told(tmp_path):
    failures = (*FAILURES, *({"point": 9, "seed": seed, "error": "gone"} for seed in range(1, 7)))
    path = synthetic("morris", failures=failures, size=12).analysed().write(tmp_path / "analysis")
    said = Tree(page.build(path).read_text(encoding="utf-8")).text
    assert "7 of 576 runs are missing." in said
    assert "Up to 1 trajectories with a point without a number were left out" in said
    assert "point 3, seed 2: ValueError: <odd> & more" in said
    assert "rest on a part of their seeds" in said
    assert "Each point rests on 6 histories only" in said


def test_what_does_not_vary_and_what_nothing_decides_is_said(tmp_path):
    idle = dict.fromkeys(("processes.meeting.decay_km", "processes.trusting.decay_rate"), 0.0)
    made = synthetic("morris", outcomes=("cooperation", "met_share"), constant=("met_share",), weights=idle)
    said = Tree(page.build(made.analysed().write(tmp_path / "analysis")).read_text(encoding="utf-8")).text
    assert "No factor can be told apart from chance." in said and "Nearest to it:" in said
    assert "It does not vary: 34 at every point." in said


def test_without_luck_in_the_design_nothing_is_claimed(tmp_path):
    path = synthetic("saltelli", luck=False, size=32).analysed().write(tmp_path / "analysis")
    said = Tree(page.build(path).read_text(encoding="utf-8")).text
    assert "The design has no factor of luck" in said and "not known" in said


def test_titles_with_special_characters_do_not_become_markup(tmp_path):
    odd = "<script>alert(1)</script> & “quotes” $x^2$"
    path = synthetic("morris", title=odd, size=4).analysed().write(tmp_path / "analysis")
    text = page.build(path).read_text(encoding="utf-8")
    assert "<script" not in text and odd in Tree(text).text


# ---- figures


def test_figures_are_files_too_and_part_of_what_is_checked(tmp_path):
    path = SyntheticSensitivity(outcomes=("cooperation",), size=4, seeds=3).write(tmp_path)
    names = {"morris_cooperation.png", "morris_cooperation.svg", "chance.png", "chance.svg"}
    assert {figure.name for figure in (path / "figures").iterdir()} == names
    listed = {file["name"] for file in json.loads((path / "manifest.json").read_text(encoding="utf-8"))["files"]}
    assert {f"figures/{name}" for name in names} <= listed
    (path / "figures" / "chance.svg").write_text("nonsense")
    with pytest.raises(ResultsError, match=r"chance\.svg is not as it was written"):
        page.build(path)


def test_a_figure_of_many_factors_shows_the_first_and_says_so(tmp_path):
    weights = {f"processes.meeting.number_{k}": float(k) for k in range(MOST + 5)}
    path = synthetic("latin_hypercube", weights=weights, outcomes=("cooperation",)).analysed().write(tmp_path / "analysis")
    speaking = language("en")
    stored = folder.read(path)
    (picture, _) = figures.pictures(stored, readings(stored), speaking)
    assert picture.title == f"Cooperation: what it rises and falls with, the first {MOST} of {MOST + 5} factors"
    assert picture.svg.count("meeting: number_") == MOST


@EACH_KIND
def test_names_stand_clear_of_the_edges(kind, written):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Annotation

    stored = folder.read(written[kind])
    reading = readings(stored)[0]
    long = replace(reading.factors[0], name="federating: a_name_that_is_far_longer_than_any_other_name")
    drawn = figures._figure(replace(reading, factors=(long, *reading.factors[1:])), 120, language("fr"), 0.8)
    renderer = FigureCanvasAgg(drawn).get_renderer()
    drawn.draw(renderer)
    labels = [label for axes in drawn.axes for label in (axes.xaxis.label, axes.yaxis.label, axes.title)]
    for text in [*labels, *drawn.findobj(Annotation)]:
        box = text.get_window_extent(renderer) if text.get_text() else drawn.bbox
        assert box.x0 >= 0 and box.x1 <= drawn.bbox.x1 and box.y0 >= 0 and box.y1 <= drawn.bbox.y1, text.get_text()


# ---- the folder


def test_a_folder_without_an_analysis_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(ResultsError, match=r"no sensitivity analysis in .*Run `clustersim sensitivity` on the sweep first"):
        page.build(tmp_path)
    (tmp_path / "manifest.json").write_text('{"kind": "sweep", "files": []}')
    with pytest.raises(ResultsError, match="holds no sensitivity analysis"):
        page.build(tmp_path)


# ---- the commands

SAID = {
    "scenarios": ["village"], "months": 1, "seeds": 2, "outcomes": ["cooperation", "clusters"],
    "uncertainties": {f"processes.meeting.{name}": [0.0, 1.0] for name in ("far_chance", "closure_chance", "space_encounters")},
    "design": {"kind": "saltelli", "base": 32},
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    """A swept experiment, its store and its tables; Ishigami's function stands for the model."""
    import tomli_w

    base = tmp_path_factory.mktemp("swept")
    (base / "trial.toml").write_text(tomli_w.dumps(SAID), encoding="utf-8")
    results, _ = swept(asked(**SAID), base / "results" / "runs.store", ishigami)
    return export(results, base / "results")


def said(*words: str, code: int = 0) -> str:
    found = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert found.exit_code == code, (found.exit_code, found.output, found.exception)
    return found.output


@pytest.fixture(scope="module")
def printed(tables) -> tuple[str, dict]:
    """What the command says of the experiment file, and what it writes into the manifest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tables.parents[2])
        text = said("sensitivity", "trial.toml", "--outcome", "cooperation")
    return text, json.loads((tables / "sensitivity" / "manifest.json").read_text(encoding="utf-8"))


def test_the_command_says_what_decides_and_writes_it_beside_the_tables(printed):
    text, found = printed
    assert "What decides cooperation: shares of the variance between points" in text
    assert re.search(r"meeting: closure_chance .*yes", text) and "Share of chance in the variance" in text
    assert "Warning: " in text and "clustersim report" in text
    assert found["commands"] == ["clustersim sweep trial.toml", "clustersim sensitivity trial.toml --outcome cooperation"]
    assert found["design"]["factors"] == 3 and found["runs"] == {"asked": 384, "missing": 0}


def test_the_folder_of_the_tables_gives_the_same_as_the_store(tables):
    results = Results(asked(**SAID), tables.parents[1] / "runs.store")
    one, other = (analyse(each, ["cooperation"]).tables() for each in (results, Exported(tables)))
    for name, table in one.items():
        pd.testing.assert_frame_equal(other[name], table)


def test_json_is_one_object(tables, printed):
    found = json.loads(said("sensitivity", str(tables), "--outcome", "cooperation", "--json"))
    assert {row["outcome"] for row in found["tables"]["indices"]} == {"cooperation"}
    assert found["path"] == str(tables / "sensitivity") and found["warnings"]
    facts = json.loads((tables / "sensitivity" / "manifest.json").read_text(encoding="utf-8"))
    assert facts["commands"] == ["clustersim sweep trial.toml", f"clustersim sensitivity {tables} --outcome cooperation"]


@EACH_LANGUAGE
def test_the_report_of_a_sweep_is_what_decides_it(code, tables, printed):
    path = Path(said("report", str(tables.parent), "--lang", code).strip())
    assert path == tables / "sensitivity" / ("report.html" if code == "en" else "report.fr.html")
    assert language(code).say("parts.answers") in path.read_text(encoding="utf-8")
    assert said("report", str(tables), "--lang", code) == said("report", str(tables / "sensitivity"), "--lang", code) == f"{path}\n"


def test_mistakes_end_in_plain_words(tables, tmp_path, monkeypatch):
    monkeypatch.chdir(tables.parents[2])
    assert "--outcome poles: the sweep has cooperation, clusters" in said(
        "sensitivity", str(tables), "--outcome", "poles", code=2
    )
    assert "manifest.json is missing" in said("sensitivity", str(tmp_path), code=2)
    assert "Begin with: clustersim sweep trial.toml" in said("sensitivity", "trial.toml", "--store", str(tmp_path / "no.store"), code=2)
    Path("grid.toml").write_text('scenarios = ["village"]\n[levers]\nprocesses.meeting.decay_km = { values = [10, 20] }\n')
    assert "a design of kind grid does not tell what decides" in said("sensitivity", "grid.toml", code=2)
    damaged = tmp_path / "damaged"
    shutil.copytree(tables, damaged)
    (damaged / "runs.parquet").write_bytes(b"nonsense")
    assert "runs.parquet is not as it was written. Write the tables anew" in said("sensitivity", str(damaged), code=2)
