"""`clustersim compare`: measures on the same seeds, what they change, and how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clustersim.cli.asking import MISTAKE, STOPPED, On, complain, print_table, progress, say_problems

if TYPE_CHECKING:
    from clustersim.experiments.comparisons.comparison import Comparison
    from clustersim.experiments.comparisons.plan import Plan


_NOISE = 1e-9  # no outcome has a unit so small


def compare(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files, or names of shipped scenarios.")],
    against: Annotated[str, typer.Option(help="The scenario that all others are compared with.")],
    seeds: Annotated[int, typer.Option(min=2, help="Replications; 30 or more for intervals to be trusted.")] = 30,
    on: On = None,
    months: Annotated[int | None, typer.Option(help="Months to simulate after the spin-up, instead of the scenarios' own.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results; each comparison gets a folder of its own in it.")] = Path("results"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the results of the same comparison.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Runs at a time; all cores unless said.")] = None,
    equal_budget: Annotated[
        bool,
        typer.Option("--equal-budget", help="Scale public budgets until all spend as much public money as the arm that spends least."),
    ] = False,
    equal_budget_at: Annotated[
        float | None, typer.Option(metavar="EUR", help="Scale public budgets until all spend this much public money over the horizon.")
    ] = None,
    decompose: Annotated[bool, typer.Option("--decompose", help="Tell how much each measure of a mix contributes.")] = False,
    uncertain: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH[=LOW:HIGH]", help="Draw this parameter anew in each state of the world; repeatable."),
    ] = None,
    states: Annotated[int, typer.Option(min=1, help="States of the world, where there are uncertain parameters.")] = 20,
    until_precise: Annotated[
        float | None,
        typer.Option(metavar="WIDTH", help="Add seeds until the interval of the main contrast is narrower than this."),
    ] = None,
    precise_in: Annotated[
        str | None,
        typer.Option(metavar="OUTCOME[:SCENARIO]", help="The main contrast; clusters and the first scenario unless said."),
    ] = None,
    max_seeds: Annotated[int, typer.Option(help="When to stop adding seeds.")] = 1_000,
    allow_differences: Annotated[
        bool, typer.Option("--allow-differences", help="Compare scenarios that differ in more than their measures.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the path of the results.")] = False,
) -> None:
    """Compare support measures on the same seeds: what they change, what they cost, and how sure that is."""
    from clustersim.durable import check_writable
    from clustersim.experiments.comparisons import storing
    from clustersim.experiments.comparisons.comparing import ComparisonError
    from clustersim.experiments.execution.crew import ExecutionError
    from clustersim.results import ResultsError
    from clustersim.scenario import ScenarioError

    equal = _equal_budget(scenarios, equal_budget, equal_budget_at)
    try:
        asked = _plan(
            scenarios, against, seeds=seeds, on=on, months=months, equal_budget=equal, decompose=decompose,
            uncertainties=dict(map(_interval, uncertain or ())), states=states, until_precise=until_precise,
            precise_in=_contrast(precise_in), max_seeds=max_seeds, allow_differences=allow_differences,
        )  # fmt: skip
        if not overwrite:
            storing.refuse_if_there(storing.place_of(out, {"name": asked.name, "identity": asked.identity()}))
        check_writable(out)
        command = _command(
            scenarios, against=against, seeds=seeds, on=on, months=months, equal_budget=equal is True,
            equal_budget_at=equal_budget_at, decompose=decompose,
            uncertain=uncertain or [], states=states if uncertain else None, until_precise=until_precise, precise_in=precise_in,
            max_seeds=max_seeds if until_precise is not None else None, allow_differences=allow_differences,
        )  # fmt: skip
        comparison = _answer(asked, workers, command, show=not (quiet or as_json))
        path = comparison.write(out, overwrite=overwrite)
    except KeyboardInterrupt:
        complain("Stopped by Ctrl-C; nothing was written.", STOPPED)
    except ScenarioError as error:
        say_problems(error)
        raise typer.Exit(MISTAKE) from None
    except (ComparisonError, ExecutionError, ResultsError) as error:
        complain(str(error), MISTAKE)
    _report(comparison, path, as_json=as_json, quiet=quiet)


def _plan(scenarios: list[str], against: str, **asked: Any) -> Plan:
    from clustersim.experiments.comparisons.plan import plan

    return plan(scenarios, against=against, **asked)


def _equal_budget(scenarios: list[str], asked: bool, at: float | None) -> bool | float:
    """Whether budgets are made equal, or at which amount; one that was written behind `--equal-budget` is no scenario."""
    amount = next((text for text in scenarios if _is_amount(text)), None)
    if asked and amount is not None and len(scenarios) > 1:
        complain(f"--equal-budget takes no amount, and no scenario is called {amount}: write --equal-budget-at {amount}", MISTAKE)
    return asked if at is None else at


def _is_amount(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def _interval(text: str) -> tuple[str, tuple[float, float] | None]:
    """`PATH` or `PATH=LOW:HIGH`."""
    path, equals, interval = text.partition("=")
    if not equals:
        return path.strip(), None
    low, _, high = interval.partition(":")
    try:
        return path.strip(), (_number(low), _number(high))
    except ValueError:
        complain(f"--uncertain {text}: write it as PATH or PATH=LOW:HIGH, e.g. processes.meeting.decay_km=10:40", MISTAKE)


def _number(text: str) -> float:
    """A whole number as such, so that it can stand for one."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def _contrast(text: str | None) -> tuple[str, str] | None:
    """`OUTCOME` or `OUTCOME:SCENARIO`; without a scenario it is the first that is not the control."""
    if text is None:
        return None
    outcome, _, arm = text.partition(":")
    return outcome.strip(), arm.strip()


def _command(scenarios: list[str], **options: Any) -> str:
    """The command that asks the same again."""
    import shlex

    words = ["clustersim", "compare", *scenarios]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif isinstance(value, list):
            words += [word for text in value for word in (flag, text)]
        elif value is not None and value is not False:
            words += [flag, f"{value:.15g}" if isinstance(value, float) else str(value)]
    return shlex.join(words)


def _answer(asked: Plan, workers: int | None, command: str, *, show: bool) -> Comparison:
    from clustersim.experiments.comparisons.comparing import answer

    with progress("{task.description}: run {task.completed:.0f} of {task.total:.0f}", show=show) as bar:
        task = bar.add_task(f"{len(asked.arms)} scenarios", total=len(asked.arms) * len(asked.seeds))
        return answer(asked, workers=workers, command=command, progress=lambda done, total: bar.update(task, completed=done, total=total))


def _report(comparison: Comparison, path: Path, *, as_json: bool, quiet: bool) -> None:
    if quiet:
        typer.echo(path)
    elif as_json:
        import json

        rows = json.loads(comparison.headlines().to_json(orient="records"))  # what is no number becomes null
        money = json.loads(comparison.money().to_json(orient="records"))
        said = {name: comparison.facts[name] for name in ("control", "seeds", "failures", "warnings", "equal_budget", "precision")}
        typer.echo(json.dumps({"path": str(path), **said, "effects": rows, "money": money}))
    else:
        _print(comparison, path)


def _print(comparison: Comparison, path: Path) -> None:
    """The answer in tables, what must be known before it is believed, and where the rest is."""
    import shlex

    _print_changes(comparison)
    spent = ("public_eur", "private_eur", "own_eur")
    money = comparison.money().to_dict("records")
    owed = [_grouped(row["public_committed_eur"] + row["private_committed_eur"]) for row in money]
    rows = [
        {"scenario": row["arm"], **{name.removesuffix("_eur"): _grouped(row[name]) for name in spent}, "still to be paid": later}
        for row, later in zip(money, owed, strict=True)
    ]
    print_table("Money spent over the horizon, net of repayments (EUR)", rows)
    if (precision := comparison.facts["precision"]) is not None and precision["reached"]:
        typer.echo(f"{precision['seeds']} seeds made the interval of {precision['outcome']} ({precision['arm']}) as narrow as asked for.")
    if precision is not None and precision["note"]:
        typer.echo(f"Note: {precision['note']}.")
    if (equal := comparison.facts["equal_budget"]) is not None:
        factors = ", ".join(f"{said['arm']} {_factors(said)}" for said in equal["arms"] if said["gap"] is not None)
        typer.echo(f"Public budgets were scaled to {_grouped(equal['target_eur'])} EUR of public money spent: {factors}.")
        left = [said["arm"] for said in equal["arms"] if said["gap"] is None and said["note"]]
        if left:
            typer.echo(f"Not made equal, and left as they are: {', '.join(left)}.")
    for warning in comparison.warnings:
        typer.echo(f"Warning: {warning}")
    for failure in comparison.failures:
        state = f", state {failure['state']}" if comparison.facts["states"] > 1 else ""
        typer.echo(f"Failed: {failure['arm']}{state}, seed {failure['seed']}: {failure['error']}")
    typer.echo(f"\nWritten to {path}\nTo read it as a page: clustersim report {shlex.quote(str(path))}")


def _factors(said: dict[str, Any]) -> str:
    """What an arm's budgets were multiplied by, and in which budget years by more."""
    low, high, years = said["factor"], said["higher_factor"], said["higher_years"]
    if not years:
        return f"x {low:.3g}"
    digits = next(n for n in range(3, 18) if f"{low:.{n}g}" != f"{high:.{n}g}")  # the two are often near each other
    return f"x {low:.{digits}g} (x {high:.{digits}g} in budget year{'s' if len(years) > 1 else ''} {', '.join(map(str, years))})"


def _print_changes(comparison: Comparison) -> None:
    """What changes, and how much the common seeds have helped to see it."""
    from clustersim.experiments.comparisons.pairing import seeds_needed
    from clustersim.experiments.outcomes import outcome

    several = len(comparison.arms) > 2
    low, high = ("low_simultaneous", "high_simultaneous") if several else ("low", "high")
    changes, seeds, unsure = [], [], False
    for found in comparison.headlines().to_dict("records"):
        name, least, most = found["outcome"].replace("_", " "), found[low], found[high]
        never, known = found["share_equal"] == 1, least <= most
        holds_zero = known and not never and least <= 0 <= most
        unsure |= holds_zero
        interval = "none in any seed" if never else f"{_signed(least)} to {_signed(most)}" if known else "unknown"
        changes.append(
            {
                "scenario": found["arm"],
                "outcome": f"{name} ({outcome(found['outcome']).unit})",
                "change": f"{_signed(found['difference'])}{' ?' if holds_zero else ''}",
                "95 % interval": interval,
                "better / same": f"{100 * found['share_better']:.0f} / {100 * found['share_equal']:.0f} %" if found["n"] else "unknown",
            }
        )
        needed = seeds_needed(found["n"], found["difference"], least, most) if holds_zero else float("nan")
        seeds.append(
            {
                "scenario": found["arm"],
                "outcome": name,
                "seeds": f"{found['n']}",
                "correlation": _plain(found["correlation"], "+.2f"),
                "runs saved": "" if never else _plain(float(f"{found['runs_saved']:.2g}"), "z,.0f"),
                "seeds needed": _plain(needed, "z,.0f") if holds_zero else "",
            }
        )
    together = "; intervals hold together for all scenarios" if several else ""
    print_table(f"Change against {comparison.control}, mean over seeds{together}", changes)
    if unsure:
        typer.echo("? the interval holds zero: on these seeds the change cannot be told from none.")
    print_table("What the common seeds do", seeds)
    typer.echo("Runs saved: how many more runs independent seeds would take.")
    if unsure:
        typer.echo("Seeds needed: to tell the change from none, if it is as measured.")


def _signed(value: float) -> str:
    """Three figures, and what is only rounding noise as none."""
    if value != value:
        return "unknown"
    if abs(value) < _NOISE:
        return "0"
    return f"{value:+,.0f}" if abs(value) >= 1_000 else f"{value:+.3g}"


def _grouped(value: float) -> str:
    return _plain(value, "z,.0f")


def _plain(value: float, form: str) -> str:
    return "unknown" if value != value else f"{value:{form}}"
