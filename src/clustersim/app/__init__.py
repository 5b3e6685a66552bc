"""The browser UI, on Mesa's own stack (Solara): it draws immutable snapshots of simulations, and knows nothing that they do not say.

    from clustersim.app import page
    page("animation", on="bretagne")                        in a notebook: the page, as its cell's last line
    page("village", model=MyModel, components=[my_plot])    with a `ClusterModel` of your own, and components of Mesa's under the map
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["page"]


def page(
    scenario: str = "no_support",
    beside: str | None = None,
    *,
    on: str | None = None,
    seed: int = 1,
    language: str = "en",
    changes: Mapping[str, Any] | None = None,
    model: Callable[..., Any] | None = None,
    components: Sequence[Callable[[Any], Any] | tuple[Callable[[Any], Any], int]] = (),
) -> Any:
    """The page as a Solara element, which a notebook shows and `solara run` serves.

    Args:
        scenario: Name or file of the scenario.
        beside: That of a second world on the same territory, seed and clock.
        on: Another scenario, by name or file, whose territory takes the place of the scenario's.
        seed: The replication.
        language: "en" or "fr".
        changes: Dotted paths with values that count instead of the scenario's.
        model: Called with a scenario and a seed, gives a `ClusterModel`: a class derived from it, with agents or a data collector of
            its own. `ClusterModel` itself if there are components and none is given.
        components: Solara components that take a model, such as Mesa's `make_plot_component` makes; drawn anew each month.

    Raises:
        ScenarioError: naming every mistake in the scenarios, and a language that the page does not speak.
        ValueError: for a seed that is no luck.
    """
    from clustersim.app.opening import Opening
    from clustersim.app.pairing import opened
    from clustersim.app.serve import page_of
    from clustersim.app.speaking import LANGUAGES
    from clustersim.problems import Problem, ScenarioError, did_you_mean, in_words

    if components and model is None:
        from clustersim.model import ClusterModel

        model = ClusterModel
    said = tuple((changes or {}).items())
    own = tuple(name for name in (scenario, beside) if name is not None)
    # Mesa's makers of components give some with the number of a page of its own viewer
    shown = tuple(component[0] if isinstance(component, tuple) else component for component in components)
    asked = Opening(scenario, beside, on, seed, language, own, said, model, shown)
    problems = []
    if language not in LANGUAGES:
        problems.append(Problem("page", "language", in_words(language), " or ".join(LANGUAGES), did_you_mean(language, LANGUAGES)))
    try:
        opened(asked)
    except ScenarioError as error:
        problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return page_of(asked)
