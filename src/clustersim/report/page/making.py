"""How a comparison was made: its title and question, what failed, its seeds, versions and date, in words."""

from typing import Any

from clustersim.report.page.folder import StoredComparison
from clustersim.report.page.language import Language

__all__ = ["facts"]

FEW_SEEDS = 30  # under so many, intervals are narrower than they should be
FEW_TITLES = 3  # with more measures the title says how many they are


def facts(stored: StoredComparison, language: Language) -> dict[str, Any]:
    """The parts of the page that the manifest alone fills."""
    said, treated, control = stored.manifest, stored.treated, stored.control.title
    few = len(treated) <= FEW_TITLES
    return {
        "title": language.say("page.title", measures=language.listed([arm.title for arm in treated]), control=control)
        if few
        else language.say("page.title_many", count=language.number(len(treated)), control=control),
        "question": said["question"] if len(treated) == 1 else language.say("page.question"),
        "few_seeds": len(stored.seeds) < FEW_SEEDS,
        "warnings": said["warnings"],
        "failures": [
            language.say("making.failure", arm=stored.titles.get(failed["arm"], failed["arm"]), seed=failed["seed"], error=failed["error"])
            for failed in said["failures"]
        ],
        "equal_budget": _equal_budget(stored, language),
        "territory": language.say(
            "making.territory_fact",
            title=said["territory"]["title"],
            places=language.number(said["territory"]["places"]),
            source=said["territory"]["source"],
        ),
        "seeds": _seeds(stored, language),
        "states": language.say(
            "making.states_fact", count=language.number(stored.states), uncertain=language.listed(list(said["uncertainties"]))
        )
        if stored.states > 1
        else "",
        "date": language.date(said["created"]),
    }


def _seeds(stored: StoredComparison, language: Language) -> list[str]:
    seeds, precision = stored.seeds, stored.manifest["precision"]
    found = [language.say("making.seeds_range", first=seeds[0], last=seeds[-1], count=language.number(len(seeds)))]
    if precision is not None:
        key = "making.precision" if precision["reached"] else "making.precision_missed"
        outcome, arm = language.name_of("outcomes", precision["outcome"]), stored.titles[precision["arm"]]
        width, count = f"{precision['width']:g}", language.number(precision["seeds"])
        found.append(language.say(key, outcome=outcome, arm=arm, width=width, count=count))
    return found


def _equal_budget(stored: StoredComparison, language: Language) -> list[str]:
    """How near each arm came to the same public spending; nothing where budgets are as the scenarios say."""
    equal = stored.manifest["equal_budget"]
    return [
        language.say(
            "making.equal_fact",
            arm=stored.titles[fact["arm"]],
            factor=language.number(fact["factor"], 3),
            spent=language.euros(fact["achieved_eur"]),
            target=language.euros(equal["target_eur"]),
            verdict=language.say("making.equal_met" if fact["met"] else "making.equal_missed"),
        )
        for fact in (equal["arms"] if equal else ())
        if fact["gap"] is not None
    ]
