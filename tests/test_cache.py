"""Compiled code on disk is thrown away when any source that others inline has changed."""

import ast
from pathlib import Path

import pytest

import clustersim
from clustersim import kernels

PACKAGE = Path(clustersim.__file__).parent
COVERED = set(kernels._shared_sources())


def sources(folder: Path) -> dict[str, ast.Module]:
    """Module name to syntax tree of everything in the package."""
    trees = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        trees[".".join((folder.name, *parts)).removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return trees


def is_kernel(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(isinstance(d, ast.Name) and d.id == "kernel" for d in node.decorator_list)


def imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, in full: `a.b` for a module, `a.b.name` for what is in one."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
    return known


def names_in(kernel: ast.FunctionDef, known: dict[str, str]) -> set[str]:
    """What a kernel mentions of other files, in full."""
    found = set()
    for node in ast.walk(ast.Module(kernel.body, [])):
        if isinstance(node, ast.Name) and node.id in known:
            found.add(known[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            found.add(f"{known[node.value.id]}.{node.attr}")
    return found


def inlined_modules(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Modules from which a kernel of another file takes a function or a number, with the kernels that do."""
    used: dict[str, set[str]] = {}
    known = {name: imported(tree) for name, tree in trees.items()}

    def origin(full: str) -> str:
        """Where a name that is only passed on comes from."""
        module, _, inner = full.rpartition(".")
        return origin(known[module][inner]) if inner in known.get(module, ()) else full

    for name, tree in trees.items():
        for kernel in filter(is_kernel, ast.walk(tree)):
            for full in map(origin, names_in(kernel, known[name])):
                module, _, inner = full.rpartition(".")
                if module in trees and module != name and inner and full not in trees:
                    used.setdefault(module, set()).add(f"{name}.{kernel.name}")
    return used


USED = inlined_modules(sources(PACKAGE))


def test_the_search_finds_what_is_known_to_be_inlined():
    assert {"clustersim.luck", "clustersim.kernels.exact", "clustersim.processes.teams", "clustersim.processes.founding"} <= set(USED)
    assert "clustersim.populate.draw_population" in USED["clustersim.processes.founding"]


@pytest.mark.parametrize("module", sorted(USED))
def test_every_file_that_kernels_of_others_take_from_is_in_the_name_of_the_cache(module):
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
    assert file in COVERED, f"{file.name} is inlined by {', '.join(sorted(USED[module]))}: name it in kernels._shared_sources"


def test_names_of_imports_are_followed_however_they_are_written():
    trees = {
        "p.low": ast.parse("@kernel\ndef f(x):\n    return x\nONE = 1"),
        "p.middle": ast.parse("from p.low import f as passed_on"),
        "p.high": ast.parse(
            "from p import low\nfrom p.low import f as g, ONE\nfrom p.middle import passed_on\nimport p.low as l\n"
            "@kernel\ndef a(x):\n    return low.f(x)\n@kernel\ndef b(x):\n    return g(x)\n@kernel\ndef c(x):\n    return x + ONE\n"
            "@kernel\ndef d(x):\n    return l.f(x)\n@kernel\ndef e(x):\n    return passed_on(x)\ndef plain(x):\n    return g(x)\n"
        ),
    }
    assert inlined_modules(trees) == {"p.low": {"p.high.a", "p.high.b", "p.high.c", "p.high.d", "p.high.e"}}


def test_the_cache_gets_another_name_when_an_inlined_source_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    source = tmp_path / "inlined.py"
    monkeypatch.setattr(kernels, "_shared_sources", lambda: [source])
    source.write_text("one")
    before = kernels._cache_folder()
    assert kernels._cache_folder() == before
    source.write_text("two")
    assert kernels._cache_folder() != before
