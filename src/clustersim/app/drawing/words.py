"""What replays and exported pictures say in words: what the page says too in the page's words, and a little of their own."""

from functools import cache

from clustersim.report.page.language import LANGUAGES, Language, catalogue

__all__ = ["LANGUAGES", "own_keys", "told_keys", "words"]

# texts of the page that the script of a replay says too
_SHARED = (
    "bar.pause", "bar.play", "bar.start", "bar.year",
    "stage.came_back", "stage.month_axis", "stage.no_measure",
    "legend.cluster", "legend.kinds", "legend.need", "legend.network_cut", "legend.only", "legend.pole", "legend.purposes", "legend.tie",
    "legend.ties_cut",
    "drawing.members", "drawing.no_cluster", "drawing.no_tie",
    "charts.attention", "charts.clusters", "charts.innovations", "charts.mean_degree", "charts.mean_trust", "charts.met_share",
    "charts.poles",
    "chart_meanings.attention", "chart_meanings.innovations", "chart_meanings.mean_degree", "chart_meanings.mean_trust",
    "chart_meanings.met_share",
    "card.before", "card.close", "card.closed", "card.cluster", "card.members", "card.none", "card.not_yet", "card.partners",
    "card.partners_title", "card.pole", "card.since", "card.staff", "card.subtitle", "card.support", "card.title_private_actor",
    "card.title_public_funder", "card.title_social_enterprise",
    "unit.FTE", "words.not_defined",
)  # fmt: skip


@cache
def words(code: str) -> Language:
    """One of `LANGUAGES`.

    Raises:
        KeyError: for any other.
    """
    if code not in LANGUAGES:
        raise KeyError(f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    return Language(code, {**catalogue(code), **catalogue(code, "clustersim.app"), **catalogue(code, __package__)})


@cache
def own_keys() -> tuple[str, ...]:
    """Keys of the texts of replays and pictures themselves, the same in every language."""
    return tuple(catalogue(LANGUAGES[0], __package__))


@cache
def told_keys() -> tuple[str, ...]:
    """Keys of the texts that the script of a replay is given."""
    return (*(key for key in own_keys() if key.startswith(("replay.", "legend."))), *_SHARED)
