"""The first page: four numbers, and the measures side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from clustersim.report.page.folder import Arm, StoredComparison
from clustersim.report.page.language import Language
from clustersim.report.page.readings import Contrast, Effect, decimals, effect_of, leading

__all__ = ["Cell", "Headline", "Row", "compared", "headlines", "rows"]

YEAR = 12


@dataclass(frozen=True)
class Headline:
    """One of the large numbers.

    Attributes:
        outcome: What was measured.
        arm: The arm whose effect is best supported.
        effect: The number with its interval.
        sentence: What it means, in one sentence.
        often: In which share of the simulated worlds the arm did better, in one sentence; empty where no effect can be told.
    """

    outcome: str
    arm: Arm
    effect: Effect
    sentence: str
    often: str


@dataclass(frozen=True)
class Cell:
    """What one arm does to one headline outcome: the effect, in how many seeds it is better, and its chance of being best."""

    effect: Effect | None
    better: str
    best: str


@dataclass(frozen=True)
class Row:
    """One arm in the table of measures. The control's cells hold its level as the value of an effect."""

    arm: Arm
    kinds: str
    public: str
    private: str
    cells: tuple[Cell, ...]


def compared(stored: StoredComparison, language: Language) -> str:
    """What was compared, where and how often, in one sentence."""
    months = stored.months
    span = language.say("format.years", count=language.number(months // YEAR)) if months % YEAR == 0 and months > YEAR else ""
    return language.say(
        "page.compared_one" if len(stored.treated) == 1 else "page.compared_many",
        count=language.number(len(stored.treated)),
        measure=stored.treated[0].title,
        control=stored.control.title,
        territory=stored.territory,
        span=span or language.say("format.months", count=language.number(months)),
        seeds=language.number(len(stored.seeds)),
    )


def headlines(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> list[Headline]:
    """For each headline outcome the arm whose difference lies farthest from zero, measured by its interval."""
    found = []
    for contrast in leading(stored, contrasts):
        outcome = contrast.outcome
        effect = effect_of(contrast, language)
        sentence = language.say(
            f"{effect.verdict}.{outcome}" if effect.verdict in ("more", "fewer") else f"words.{effect.verdict}",
            measure=contrast.arm.title,
            control=stored.control.title,
            size=effect.size,
            treated=effect.treated,
            base=effect.control,
        )
        told = effect.verdict in ("more", "fewer")
        often = language.say("page.often", share=language.share(contrast.share_better)) if told else ""
        found.append(Headline(outcome, contrast.arm, effect, sentence, often))
    return found


def rows(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> list[Row]:
    """The table of measures, the control first."""
    spent = stored.frame("runs").groupby("arm")[["public_eur", "private_eur"]].mean()
    found = []
    for arm in stored.arms:
        kinds = dict.fromkeys(language.name_of("kinds", measure["kind"]) for measure in arm.measures.values())
        public, private = (
            language.euros(spent.loc[arm.name, payer]) if arm.name in spent.index else language.say("words.not_defined")
            for payer in ("public_eur", "private_eur")
        )
        cells = tuple(
            _level(stored, contrasts, outcome, language) if arm is stored.control else _cell(contrasts.get((arm.name, outcome)), language)
            for outcome in stored.headlines
        )
        found.append(Row(arm, language.listed(list(kinds)) or language.say("words.no_measure"), public, private, cells))
    return found


def _level(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], outcome: str, language: Language) -> Cell:
    """The level of the control, as precise as the effects beside it; and its chance of being best, as doing nothing more may be."""
    levels, ranking = stored.tables["levels"], stored.tables["ranking"]
    mean = levels.loc[(levels["arm"] == stored.control.name) & (levels["outcome"] == outcome), "mean"]
    best = ranking.loc[(ranking["arm"] == stored.control.name) & (ranking["outcome"] == outcome), "probability_best"]
    places = [decimals(c.low, c.high, c.difference, c.scale) for (_, name), c in contrasts.items() if name == outcome]
    level = stored.scale(outcome) * float(mean.iloc[0]) if len(mean) else float("nan")
    value = language.number(level, max(places, default=1))
    return Cell(Effect(value, "", value, "level", value, value), "", language.share(best.iloc[0]) if len(best) else "")


def _cell(contrast: Contrast | None, language: Language) -> Cell:
    if contrast is None:
        return Cell(None, "", "")
    return Cell(effect_of(contrast, language), language.share(contrast.share_better), language.share(contrast.best))
