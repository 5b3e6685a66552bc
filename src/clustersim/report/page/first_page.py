"""The first page: what was compared and what limits it, four numbers, and the measures side by side."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from clustersim.report.page.evidence import Graded
from clustersim.report.page.folder import Arm, StoredComparison
from clustersim.report.page.language import Language
from clustersim.report.page.readings import FEW_SEEDS, Contrast, Effect, decimals, effect_of, leading
from clustersim.report.page.sheets import rests

__all__ = ["Cell", "Headline", "Row", "compared", "headlines", "may_be_ranked", "rows"]

YEAR = 12
LEAST_PERCENT = 0.01  # a smaller part of a level is told as less than that


@dataclass(frozen=True)
class Headline:
    """One of the large numbers.

    Attributes:
        outcome: What was measured.
        effect: The number with its interval, of the arm that leads.
        sentence: What it means, in one sentence.
        often: In which share of the simulated worlds the arm did better, in one sentence; empty where no effect can be told.
        relative: The effect as a part of the level without the measure; empty where there is none to compare it with.
        spent: What that measure spent, in one sentence; empty where no arm is told of.
    """

    outcome: str
    effect: Effect
    sentence: str
    often: str
    relative: str = ""
    spent: str = ""


@dataclass(frozen=True)
class Cell:
    """What one arm does to one headline outcome: the effect, how often it is better, its chance of being best, its histories.

    The chance is empty where it would say more than is known, the histories where they are those of the whole comparison.
    """

    effect: Effect | None
    better: str
    best: str
    histories: str = ""


@dataclass(frozen=True)
class Row:
    """One arm in the table of measures. The control's cells hold its level as the value of an effect.

    What is promised and still to be paid at the end stands under what is spent; it is empty where that is nothing. `rests` says which
    assumed numbers its effect rests on.
    """

    arm: Arm
    kinds: str
    rests: str
    public: str
    private: str
    public_committed: str
    private_committed: str
    cells: tuple[Cell, ...]


def compared(stored: StoredComparison, language: Language) -> str:
    """What was compared, where and how often, in one sentence."""
    months = stored.months
    span = language.say("format.years", count=language.number(months // YEAR)) if months % YEAR == 0 and months > YEAR else ""
    alike = stored.territory_alike
    return language.say(
        "page.compared_one" if len(stored.treated) == 1 else "page.compared_many",
        count=language.number(len(stored.treated)),
        measure=stored.treated[0].title,
        control=stored.control.title,
        place=language.say("page.one_territory", territory=stored.territory) if alike else language.say("page.territories"),
        span=span or language.say("format.one_month" if months == 1 else "format.months", count=language.number(months)),
        seeds=language.number(len(stored.seeds)),
    )


def headlines(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> list[Headline]:
    """For each headline outcome the arm that leads."""
    found = []
    for contrast in leading(stored, contrasts):
        effect = effect_of(contrast, language)
        all_same = len(stored.treated) > 1 and all(contrasts[arm.name, contrast.outcome].verdict == "same" for arm in stored.treated)
        sentence = language.say(
            "words.none_differs" if all_same else _sentence(contrast, effect, language),
            measure=contrast.arm.title,
            control=stored.control.title,
            size=effect.size,
            treated=effect.treated,
            base=effect.control,
            n=language.number(contrast.n),
        )
        often = language.say("page.often", better=_better(contrast, language)) if contrast.sure else ""
        of_arm = ("", "") if all_same else (_relative(contrast, stored.control.title, language), _spent(stored, contrast.arm, language))
        found.append(Headline(contrast.outcome, effect, sentence, often, *of_arm))
    return found


def _relative(contrast: Contrast, control: str, language: Language) -> str:
    """The effect in percent of the level of the control; nothing of what is in percent itself, or where that level is zero."""
    if contrast.scale != 1 or not contrast.control > 0 or not math.isfinite(contrast.difference) or contrast.verdict == "same":
        return ""
    percent = 100 * contrast.difference / contrast.control
    if abs(percent) < LEAST_PERCENT / 2:
        return language.say("page.relative_tiny", least=language.number(LEAST_PERCENT, 2), control=control)
    places = 0 if abs(percent) >= 9.5 else 1 if abs(percent) >= 0.095 else 2
    return language.say("page.relative", change=language.number(percent, places, signed=True), control=control)


def _spent(stored: StoredComparison, arm: Arm, language: Language) -> str:
    """What an arm spends on average, public money and private if there is any."""
    table = stored.tables["money"]
    ours = table[table["arm"] == arm.name]
    if ours.empty:
        return ""
    public, private = float(ours["public_eur"].iloc[0]), float(ours["private_eur"].iloc[0])
    key = "page.spent_both" if private else "page.spent"
    return language.say(key, measure=arm.title, public=language.euros(public), private=language.euros(private))


def may_be_ranked(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], outcome: str) -> bool:
    """Whether a chance of being best means anything: some arm surely changes the outcome, on seeds enough, and who is most probably
    best is no arm that cannot be told from none. So the card, which shows the best of those that can, and the chances agree.
    """
    ours = [contrasts[arm.name, outcome] for arm in stored.treated if (arm.name, outcome) in contrasts]
    if not any(contrast.sure for contrast in ours) or min(contrast.n for contrast in ours) < FEW_SEEDS:
        return False
    first = max(ours, key=lambda contrast: contrast.chance)
    control = 1 - sum(contrast.chance for contrast in ours)
    return first.sure or control > first.chance


def rows(
    stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], numbers: list[Graded], language: Language
) -> list[Row]:
    """The table of measures, the control first; `numbers` are those that the comparison rests on."""
    runs = stored.frame("runs").groupby("arm")
    spent = runs[["public_eur", "private_eur"]].mean()
    committed = runs[["public_committed_eur", "private_committed_eur"]].mean()
    ranked = {outcome for outcome in stored.headlines if may_be_ranked(stored, contrasts, outcome)}
    found = []
    for arm in stored.arms:
        kinds = dict.fromkeys(language.name_of("kinds", measure["kind"]) for measure in arm.measures.values())
        public, private = (
            language.euros(spent.loc[arm.name, payer]) if arm.name in spent.index else language.say("words.not_defined")
            for payer in ("public_eur", "private_eur")
        )
        cells = tuple(
            _level(stored, contrasts, outcome, outcome in ranked, language)
            if arm is stored.control
            else _cell(contrasts.get((arm.name, outcome)), outcome in ranked, len(stored.seeds), language)
            for outcome in stored.headlines
        )
        owed = (
            language.say("table.committed", amount=language.euros(committed.loc[arm.name, f"{payer}_committed_eur"]))
            if arm.name in committed.index and committed.loc[arm.name, f"{payer}_committed_eur"] > 0
            else ""
            for payer in ("public", "private")
        )
        said = language.listed(list(kinds)) or language.say("words.no_measure")
        weak = rests(dict.fromkeys(measure["kind"] for measure in arm.measures.values()), numbers, language)
        found.append(Row(arm, said, weak, public, private, *owed, cells))
    return found


def _sentence(contrast: Contrast, effect: Effect, language: Language) -> str:
    """Key of the sentence that tells the effect; the noun is singular where the language asks for it."""
    families = {"more": ("more", "more_one"), "fewer": ("fewer", "fewer_one")}
    if not contrast.sure:
        return f"words.{effect.verdict}"
    one = language.singular(effect.size)
    return f"{families[effect.verdict][one]}.{contrast.outcome}"


def _better(contrast: Contrast, language: Language) -> str:
    """In which share of the histories the arm does better, and in which nothing differs where there are such."""
    better = language.say("table.better", share=language.share(contrast.share_better))
    if contrast.share_equal > 0:
        better += language.say("table.equal", share=language.share(contrast.share_equal))
    return better


def _level(
    stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], outcome: str, ranked: bool, language: Language
) -> Cell:
    """The level of the control, as precise as the effects beside it; and its chance of being best, as doing nothing more may be."""
    levels, ranking = stored.tables["levels"], stored.tables["ranking"]
    mean = levels.loc[(levels["arm"] == stored.control.name) & (levels["outcome"] == outcome), "mean"]
    best = ranking.loc[(ranking["arm"] == stored.control.name) & (ranking["outcome"] == outcome), "probability_best"]
    scale, level = stored.scale(outcome), float(mean.iloc[0]) if len(mean) else float("nan")
    places = [decimals(c.low, c.high, c.difference, scale) for (_, name), c in contrasts.items() if name == outcome and c.difference != 0]
    value = language.number(scale * level, max(places, default=decimals(float("nan"), float("nan"), level, scale)))
    return Cell(Effect(value, "", value, "level", value, value), "", language.chance(best.iloc[0]) if ranked and len(best) else "")


def _cell(contrast: Contrast | None, ranked: bool, seeds: int, language: Language) -> Cell:
    if contrast is None:
        return Cell(None, "", "")
    return Cell(
        effect_of(contrast, language),
        _better(contrast, language) if contrast.verdict in ("more", "fewer", "unclear") else "",
        language.chance(contrast.best) if ranked else "",
        language.say("table.histories", n=language.number(contrast.n)) if contrast.n != seeds else "",
    )
