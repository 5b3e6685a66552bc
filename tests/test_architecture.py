"""The floors of the house: who may import whom, and what every process declares."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import clustersim
from clustersim import measures
from clustersim.parameters import Parameters
from clustersim.simulation import MONTH, Simulation
from clustersim.state import TABLES
from lively import MONTHS, SPIN_UP, lively
from lively import lived as lived_for

ROOT = Path(__file__).parent.parent
PACKAGE = Path(clustersim.__file__).parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LIGHT = next(c for c in CONTRACTS if c["id"] == "light")
NAMES = [module.__name__.rpartition(".")[2] for module in MONTH]
EACH_PROCESS = pytest.mark.parametrize("process", MONTH, ids=NAMES)


def test_every_import_contract_is_kept(capsys):
    from importlinter.cli import lint_imports

    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_every_module_stands_on_a_floor():
    layers = next(c for c in CONTRACTS if c["id"] == "floors")["layers"]
    on_a_floor = {name.removeprefix("clustersim.") for layer in layers for name in re.split(r" [|:] ", layer)}
    modules = {p.stem for p in PACKAGE.glob("*.py") if p.stem != "__init__"} | {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert modules == on_a_floor


def test_the_contracts_of_independence_name_every_sibling():
    named = {c["id"]: {name.rpartition(".")[2] for name in c["modules"]} for c in CONTRACTS if c["type"] == "independence"}
    assert named == {"processes": set(NAMES), "measures": set(measures.KINDS), "observables": _modules_with("observables", "observe")}


def _modules_with(folder: str, function: str) -> set[str]:
    """Modules of a folder that define a function of that name."""
    trees = {path.stem: ast.parse(path.read_text()) for path in (PACKAGE / folder).glob("*.py") if path.stem != "__init__"}
    return {name for name, tree in trees.items() if any(isinstance(n, ast.FunctionDef) and n.name == function for n in tree.body)}


def test_ground_state_and_theory_load_none_of_the_heavy_packages():
    modules = [p for name in LIGHT["source_modules"] for p in _modules_of(name)]
    heavy = [name for name in LIGHT["forbidden_modules"] if name != "scipy"]  # Numba looks for SciPy by itself
    assert _loaded(f"import importlib\nfor m in {modules!r}: importlib.import_module(m)", heavy) == []


def _loaded(code: str, heavy: list[str]) -> list[str]:
    """Which of the heavy packages a fresh Python has loaded after some code."""
    code = f"import sys\n{code}\nprint(*sorted(set(sys.modules) & set({heavy!r})))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def _modules_of(name: str) -> list[str]:
    folder = ROOT / "src" / name.replace(".", "/")
    return [f"{name}.{p.stem}" for p in folder.glob("*.py") if p.stem != "__init__"] if folder.is_dir() else [name]


def test_a_headless_run_loads_neither_mesa_nor_pandas():
    code = "from clustersim import Scenario, run; run(Scenario.load('village'), months=1).state_hash"
    assert _loaded(code, ["mesa", "pandas", "matplotlib"]) == []


def test_the_front_door_and_the_command_line_start_light():
    assert _loaded("import clustersim, clustersim.cli", ["numba", "numpy", "mesa", "pandas", "pydantic", "matplotlib"]) == []


def test_run_at_the_front_door_is_the_function_whoever_imports_the_module_first():
    code = "import clustersim.runs; from clustersim.runs import Run; from clustersim import run; print(callable(run), run.__module__)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said == ["True", "clustersim.runs"]


def test_the_front_door_knows_its_names_and_no_others():
    assert all(getattr(clustersim, name) is not None for name in clustersim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        _ = clustersim.runn


def test_the_printed_month_is_the_month_that_is_lived():
    turns = re.findall(r"self\._turn\((\w+)\)", inspect.getsource(Simulation.step))
    assert turns == NAMES


def test_every_process_module_takes_part_in_the_month():
    assert _modules_with("processes", "advance") == set(NAMES)


@EACH_PROCESS
def test_a_process_declares_itself(process):
    numbers = getattr(process, process.__name__.rpartition(".")[2].capitalize())
    assert issubclass(numbers, Parameters)
    assert numbers.__doc__
    assert list(inspect.signature(process.advance).parameters) == ["state", "luck", "numbers"]
    assert "(1)" in process.__doc__, "equations are numbered"
    assert "Reduces to" in process.__doc__, "the limits in which it is something known"


@EACH_PROCESS
def test_every_number_of_a_process_has_unit_source_and_meaning(process):
    for p in getattr(process, process.__name__.rpartition(".")[2].capitalize()).declared():
        assert p.unit and p.source and p.meaning, p.name
        assert p.problem(p.default) is None, p.name


@EACH_PROCESS
def test_what_a_process_reads_and_writes_exists(process):
    columns = {f"{name}.{column.name}" for name, table in TABLES.items() for column in table.columns()}
    assert set(process.READS) | set(process.WRITES) <= columns


@pytest.fixture(scope="module", params=["village", "lively"])
def lived(request, village):
    """A village with a history of three years; a lively territory while coordinators are in post and animators at work."""
    if request.param == "village":
        simulation = Simulation(village, 1)
        simulation.run_for(36)
        return simulation
    simulation = lived_for(lively(), 1, SPIN_UP + 12)
    state = simulation.state
    while not (state.organisations.coordinated.any() and state.organisation_levers.animated.any() and _shared_project_ended(state)):
        assert simulation.month < MONTHS, "never was there everything in one month"
        simulation.step()
    return simulation


def _shared_project_ended(state) -> bool:
    """Whether one ended this month, from which trust learns in the next."""
    return bool(((state.projects.ended_month == state.month) & (state.projects.size > 1)).any())


def _changed(before, after) -> set[str]:
    """Names of the columns that differ. A new row counts where it holds something else than the empty value."""
    found = set()
    for name in TABLES:
        old, new = getattr(before, name), getattr(after, name)
        old.append(len(new) - len(old))
        for (column, a), (_, b) in zip(old.arrays(), new.arrays(), strict=True):
            if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                found.add(f"{name}.{column}")
    return found


@EACH_PROCESS
def test_a_process_changes_nothing_but_what_it_says_it_writes(process, lived):
    name = process.__name__.rpartition(".")[2]
    state = lived.state.copy()
    state.month += 1
    for earlier in MONTH[: MONTH.index(process)]:
        earlier.advance(state, lived.luck, getattr(lived.scenario.processes, earlier.__name__.rpartition(".")[2]))
    before = state.copy()
    process.advance(state, lived.luck, getattr(lived.scenario.processes, name))
    assert _changed(before, state) <= set(process.WRITES)


class _Watched:
    """A table that notes which of its columns are asked for."""

    def __init__(self, name, table, asked):
        self.__dict__.update(_name=name, _table=table, _asked=asked, _columns={c.name for c in table.columns()})

    def __getattr__(self, name):
        if name in self._columns:
            self._asked.add(f"{self._name}.{name}")
        return getattr(self._table, name)

    def __len__(self):
        return len(self._table)


@EACH_PROCESS
def test_a_process_asks_only_for_what_it_says_it_reads_or_writes(process, lived):
    name = process.__name__.rpartition(".")[2]
    state = lived.state.copy()
    state.month += 1
    state.by_place()  # where everybody sits is known to the state itself
    asked: set[str] = set()
    for table in TABLES:
        setattr(state, table, _Watched(table, getattr(state, table), asked))
    process.advance(state, lived.luck, getattr(lived.scenario.processes, name))
    indexed = {"organisations.uid", "organisations.place_row"} if "organisations.alive" in process.WRITES else set()
    assert asked - indexed <= set(process.READS) | set(process.WRITES)
