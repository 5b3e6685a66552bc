"""The figures of a comparison, each with its title, what it shows in words, and the table that holds its numbers."""

from collections.abc import Iterator, Mapping, Sequence

from clustersim.report.bands import bands
from clustersim.report.forest import forest
from clustersim.report.gains import gains, group_name
from clustersim.report.page import courses
from clustersim.report.page.folder import Arm, StoredComparison
from clustersim.report.page.language import Language
from clustersim.report.page.readings import Contrast, effect_of, leading
from clustersim.report.picture import Picture, picture
from clustersim.report.plane import plane
from clustersim.report.side_by_side import side_by_side

__all__ = ["pictures"]

MOST_PATHS, MOST_MAPS, MOST_GAINS = 12, 5, 8  # arms in a figure, so that it fits on a sheet of paper
SAID_OTHERWISE = ("survivors",)  # survival is the same as a share
FATES = {"clustered": 100.0, "survived": 100.0}  # what is drawn of winners and losers, in percent; the table has more


def pictures(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> list[Picture]:
    """Every figure for which there is something to show, in the order of the page."""
    return [
        *_effects(stored, contrasts, language),
        *_plane(stored, language),
        *_paths(stored, language),
        *_maps(stored, contrasts, language),
        *_gains(stored, language),
    ]


def _sheets(arms: Sequence[Arm], most: int) -> Iterator[tuple[str, str, tuple[Arm, ...]]]:
    """The arms in parts that fit on a sheet of paper: ending of the figure's name, ending of its caption's key, arms."""
    for start in range(0, len(arms), most):
        again = start > 0
        yield (f"-{start // most + 1}" if again else "", "_again" if again else "", tuple(arms[start : start + most]))


def _effects(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> Iterator[Picture]:
    headlines = stored.headlines
    others = [name for name in dict.fromkeys(outcome for _, outcome in contrasts) if name not in headlines and name not in SAID_OTHERWISE]
    for name, outcomes, columns in (("effects", headlines, len(headlines)), ("other_effects", others, 3)):
        if outcomes:
            effects = [(c, effect_of(c, language)) for c in contrasts.values() if c.outcome in outcomes]
            said = [
                language.say(
                    "figures.effect", arm=c.arm.title, outcome=language.name_of("outcomes", c.outcome), value=e.value, interval=e.interval
                )
                for c, e in effects
            ]
            figure = forest(contrasts, stored.treated, outcomes, columns, language, stored.months)
            yield picture(name, "effects", figure, "tables/effects.csv", " ".join(said), language)


def _plane(stored: StoredComparison, language: Language) -> Iterator[Picture]:
    points = stored.tables["plane"]
    outcomes = [name.removeprefix("extra_") for name in points.columns if name.startswith("extra_") and not name.endswith("_eur")]
    if points.empty or not outcomes:
        return
    means = points.groupby("arm")["extra_public_eur"].mean()
    said = [
        language.say("figures.extra_money", arm=arm.title, amount=language.euros(means[arm.name]))
        for arm in stored.treated
        if arm.name in means
    ]
    figure = plane(points, stored.treated, outcomes, language, stored.months)
    yield picture("plane", "money", figure, "tables/plane.csv", " ".join(said), language)


def _paths(stored: StoredComparison, language: Language) -> Iterator[Picture]:
    for number, (series, factor, course) in enumerate(courses.drawn(stored)):
        what = language.name_of("courses", series)
        last = course[course["month"] == course["month"].max()].groupby("arm")[series].mean() * factor
        for ending, _, arms in _sheets(stored.treated, MOST_PATHS):
            shown = (stored.control, *arms)
            ends = [language.say("figures.end", arm=arm.title, value=language.number(last.get(arm.name, float("nan")), 1)) for arm in shown]
            figure = bands(course, shown, series, factor, language)
            key = "path" if number == 0 and not ending else "path_again"
            yield picture(f"path_{series}{ending}", "paths", figure, "tables/paths.csv", " ".join([what, *ends]), language, key, what=what)


def _maps(stored: StoredComparison, contrasts: Mapping[tuple[str, str], Contrast], language: Language) -> Iterator[Picture]:
    """The control and all arms, or where these are too many for one sheet those that lead in a headline."""
    seed, control = str(stored.example_seed), stored.example(stored.control)
    if control is None:
        return
    key, arms = "maps", list(stored.treated)
    if len(arms) > MOST_MAPS:
        leaders = {contrast.arm.name for contrast in leading(stored, contrasts)}
        key, arms = "maps_leading", [arm for arm in arms if arm.name in leaders]
    examples = [(stored.control, control), *((arm, tables) for arm in arms if (tables := stored.example(arm)) is not None)]
    said = language.say(f"titles.{key}", seed=seed)
    yield picture("maps", "maps", side_by_side(examples, language), "", said, language, key, seed=seed)


def _gains(stored: StoredComparison, language: Language) -> Iterator[Picture]:
    table = stored.tables["groups"]
    for outcome, factor in FATES.items():
        ours = table[table["outcome"] == outcome]
        if ours.empty:
            continue
        largest = ours.loc[[ours["difference"].abs().idxmax()]] if ours["difference"].notna().any() else ours.iloc[:0]
        said = [
            language.say(
                "figures.largest_gain",
                arm=stored.titles[row.arm],
                group=group_name(row.division, row.group, language),
                value=language.number(factor * row.difference, 1, signed=True),
            )
            for row in largest.itertuples()
        ]
        what = language.name_of("fates", outcome)
        for ending, again, arms in _sheets(stored.treated, MOST_GAINS):
            figure = gains(ours, arms, factor, language.say("figures.points"), language)
            said_of = " ".join([what, *said])
            yield picture(f"gains_{outcome}{ending}", "gains", figure, "tables/groups.csv", said_of, language, f"gains{again}", what=what)
