"""How a comparison was made: its title and question, what failed, its seeds, versions and date, in words."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from clustersim.report.page.cautions import cautions, reasons, unreached
from clustersim.report.page.folder import StoredComparison
from clustersim.report.page.language import Language
from clustersim.report.page.readings import FEW_SEEDS, Contrast

__all__ = ["facts"]

FEW_TITLES = 3  # with more measures the title says how many they are


def facts(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> dict[str, Any]:
    """The parts of the page that the manifest fills."""
    said, treated, control = stored.manifest, stored.treated, stored.control.title
    few = len(treated) <= FEW_TITLES
    least = min(_histories(stored, contrasts).values())
    return {
        "title": language.say("page.title", measures=language.listed([arm.title for arm in treated]), control=control)
        if few
        else language.say("page.title_many", count=language.number(len(treated)), control=control),
        "question": language.question(treated[0].name, said["question"]) if len(treated) == 1 else language.say("page.question"),
        "few_seeds": language.say("sureness.seeds_few", seeds=language.number(least)) if least < FEW_SEEDS else "",
        "caveats": _caveats(stored, contrasts, language),
        "warnings": cautions(stored, language),
        "failures": [_failure(stored, failed, language) for failed in said["failures"]],
        "equal_budget": _equal_budget(stored, language),
        "territory": language.say(
            "making.territory_fact",
            title=stored.territory,
            places=language.number(said["territory"]["places"]),
            source=said["territory"]["source"],
        ),
        "seeds": _seeds(stored, language),
        "states": language.say(
            "making.states_fact", drawn=language.number(stored.states - 1), uncertain=language.listed(list(said["uncertainties"]))
        )
        if stored.states > 1
        else "",
        "date": language.date(said["created"]),
    }


def _histories(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast]) -> dict[str, int]:
    """How many seeds each arm is compared on: those that ended in both worlds."""
    return {arm.name: max((c.n for (name, _), c in contrasts.items() if name == arm.name), default=0) for arm in stored.treated}


def _caveats(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> list[str]:
    """What a reader must know before the numbers: other differences, scaled budgets, nobody reached, drawn states, failed runs."""
    said, found = stored.manifest, []
    if said["differences_allowed"]:
        found.append(language.say("page.differences"))
    if said["equal_budget"]:
        found += _equal_caveats(stored, said["equal_budget"], language)
    found += unreached(stored, language)
    if stored.states > 1:
        found.append(language.say("page.states", drawn=language.number(stored.states - 1)))
    failed = Counter(failure["arm"] for failure in said["failures"])
    compared = _histories(stored, contrasts)
    for arm in stored.arms:
        if failed[arm.name]:
            key = "page.failed_control" if arm is stored.control else "page.failed"
            runs = language.number(len(stored.seeds) * stored.states)
            n = language.number(compared.get(arm.name, max(compared.values())))
            found.append(language.say(key, arm=arm.title, failed=language.number(failed[arm.name]), runs=runs, n=n))
    return found


def _equal_caveats(stored: StoredComparison, equal: Mapping[str, Any], language: Language) -> list[str]:
    """Which arms were made to spend the same public money, which missed it, and which were left as they are."""
    scaled = [stored.titles[fact["arm"]] for fact in equal["arms"] if fact["gap"] is not None]
    missed = [stored.titles[fact["arm"]] for fact in equal["arms"] if fact["gap"] is not None and not fact["met"]]
    left = [stored.titles[arm] for arm in _left(stored, equal)]
    key = "page.equal_some" if left else "page.equal_budget"
    found = [language.say(key, arms=language.listed(scaled), target=language.euros(equal["target_eur"]))]
    found += [language.say("page.equal_left", arms=language.listed(left))] if left else []
    found += [language.say("page.equal_missed", arms=language.listed(missed))] if missed else []
    return found


def _left(stored: StoredComparison, equal: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The arms that have measures and no public spending that could be made equal, with what is said of them."""
    named = {arm.name: arm for arm in stored.arms}
    return {fact["arm"]: fact for fact in equal["arms"] if fact["gap"] is None and named[fact["arm"]].measures}


def _failure(stored: StoredComparison, failed: Mapping[str, Any], language: Language) -> str:
    key = "making.failure_state" if stored.states > 1 else "making.failure"
    return language.say(
        key, arm=stored.titles.get(failed["arm"], failed["arm"]), seed=failed["seed"], state=failed["state"], error=failed["error"]
    )


def _seeds(stored: StoredComparison, language: Language) -> list[str]:
    seeds, precision = stored.seeds, stored.manifest["precision"]
    found = [language.say("making.seeds_range", first=seeds[0], last=seeds[-1], count=language.number(len(seeds)))]
    if precision is not None:
        key = "making.precision" if precision["reached"] else "making.precision_missed"
        outcome, arm = language.name_of("outcomes", precision["outcome"]), stored.titles[precision["arm"]]
        width, count = f"{precision['width']:g}", language.number(precision["seeds"])
        found.append(language.say(key, outcome=outcome, arm=arm, width=width, count=count))
        found.append(language.say("making.precision_note"))
    return found


def _equal_budget(stored: StoredComparison, language: Language) -> list[str]:
    """How near each arm came to the same public spending, and why; nothing where budgets are as the scenarios say."""
    equal = stored.manifest["equal_budget"]
    if not equal:
        return []
    found = [
        language.say(
            "making.equal_fact_years" if fact.get("higher_years") else "making.equal_fact",
            arm=stored.titles[fact["arm"]],
            **_factors(fact, language),
            spent=language.euros(fact["achieved_eur"]),
            target=language.euros(equal["target_eur"]),
            verdict=language.say("making.equal_met" if fact["met"] else "making.equal_missed") + reasons(fact.get("notes", ()), language),
        )
        for fact in equal["arms"]
        if fact["gap"] is not None
    ]
    return found + [
        language.say("making.equal_left_fact", arm=stored.titles[arm], why=reasons(fact.get("notes", ()), language))
        for arm, fact in _left(stored, equal).items()
    ]


def _factors(fact: Mapping[str, Any], language: Language) -> dict[str, str]:
    """What an arm's budgets were multiplied by, and in which budget years by more; in as many decimals as tell the two apart."""
    low, high, years = fact["factor"], fact.get("higher_factor"), fact.get("higher_years")
    if not years:
        return {"factor": language.number(low, 3)}
    places = next(n for n in range(3, 17) if round(low, n) != round(high, n))
    said = language.listed([language.number(year) for year in years])
    return {"factor": language.number(low, places), "higher": language.number(high, places), "years": said}
