"""What README promises works, and is what is checked on every change."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import clustersim
from clustersim import Experiment, Scenario, describe
from clustersim.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CHECKED = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_first_two_commands_run_the_model_and_the_tests():
    assert COMMANDS[:2] == ["pip install uv && uv run clustersim run scenarios/bretagne.toml", "uv run --group test pytest"]


def test_what_is_checked_on_every_change_is_what_readme_says():
    assert "\nuv run --group test pytest\n" in CHECKED
    assert "pip install uv\n" in CHECKED
    assert "\nuv run clustersim validate scenarios/*.toml\n" in CHECKED


@pytest.mark.parametrize("command", [c.rpartition("uv run clustersim ")[2] for c in COMMANDS if "uv run clustersim " in c])
def test_every_command_of_readme_names_existing_things(command):
    words = shlex.split(command)
    assert words[0] in [command.name or command.callback.__name__ for command in app.registered_commands]
    if words[0] == "report":  # on what the line before it writes
        compared = shlex.split(next(c for c in COMMANDS if " compare " in c))
        against = compared.index("--against")
        arms = "-".join(compared[compared.index("compare") + 1 : against])
        assert words[1] == f"results/{arms}-against-{compared[against + 1]}"
        return
    if words[0] == "replay":  # on what the first command writes
        assert words[1].startswith("results/bretagne/")
        return
    if words[0] in ("sweep", "sensitivity"):
        assert Experiment.load(ROOT / words[1]).runs > 0
        return
    named = words[1 : words.index("--against")] if words[0] == "compare" else words[1:2]
    on = words[words.index("--on") + 1] if "--on" in words else None
    changes = [w.partition("=") for w in words if "=" in w]
    for name in named:
        scenario = Scenario.load(ROOT / name if "/" in name else name, on=on)
        assert scenario.with_changes({path: value for path, _, value in changes}).title


def test_the_programs_in_readme_run():
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_readme_gives_a_reason_for_each_dependency():
    table = re.findall(r"^\| ([\w, -]+) \| .{10,} \|$", README, re.MULTILINE)
    explained = {name.strip() for row in table for name in row.split(",")}
    assert explained == {re.match(r"[\w-]+", requirement)[0] for requirement in PROJECT["project"]["dependencies"]}


def test_the_layers_in_contributing_are_those_that_are_checked():
    said = re.findall(r"^    (\S.*)$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    (floors,) = [c["layers"] for c in PROJECT["tool"]["importlinter"]["contracts"] if c["id"] == "floors"]
    assert said == [layer.replace("clustersim.", "") for layer in floors]


def test_links_lead_to_files():
    for document in ("README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text(encoding="utf-8")):
            assert (ROOT / document).parent.joinpath(target).exists(), f"{document}: {target}"


def test_versions_agree():
    assert PROJECT["project"]["version"] == clustersim.__version__
    assert f"\nversion: {clustersim.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {clustersim.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_requirement_is_held_to_one_version():
    held = dict(pin.split("==") for pin in PROJECT["tool"]["uv"]["constraint-dependencies"])
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"]
    assert {re.match(r"[\w-]+", requirement)[0] for requirement in wanted} <= set(held)


def test_no_package_index_is_named():
    assert not {"index", "index-url", "extra-index-url", "sources", "find-links"} & set(PROJECT["tool"]["uv"])
    assert "http" not in CHECKED


def test_the_tables_of_the_odd_document_are_those_of_the_code():
    document = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- generated: (\w+) -->", document)) == set(describe.GENERATED)
    assert describe.refreshed(document) == document, "run `python -m clustersim.describe docs/model.md`"
