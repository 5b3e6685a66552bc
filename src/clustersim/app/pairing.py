"""The settings with which a page opens, of one world or of two, and what a second world shares with the first."""

from dataclasses import replace

from clustersim.app.choices import has_territory
from clustersim.app.opening import Opening
from clustersim.app.settings import Settings

__all__ = ["beside", "opened"]


def opened(opening: Opening) -> list[Settings]:
    """The settings with which a page opens, of one world or two.

    Raises:
        ScenarioError: naming every mistake.
    """
    first = Settings(opening.scenario, opening.territory, opening.seed, dict(opening.changes)).checked()
    return [first] if opening.other is None else [first, beside(Settings(opening.other), first, opening)]


def beside(second: Settings, first: Settings, opening: Opening) -> Settings:
    """The second world's settings on the territory, the seed and the numbers of the first; a scenario that says itself where it is
    stays there, and shares the seed and the theory.

    Raises:
        ScenarioError: naming every mistake.
    """
    if second.name == first.name:
        return second.shared_with(first)
    place = first.territory or (first.name if has_territory(first.name, opening.named) else None)
    if not has_territory(second.name, opening.named):
        return second.shared_with(replace(first, territory=place))
    return second.shared_with(replace(first, territory=None)) if second.name == place else second.elsewhere(first)
