"""`clustersim ui`: the model in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from clustersim.cli.asking import MISTAKE, Changes, On, change_of, check_seed, complain, load, say_problems
from clustersim.cli.reporting import Language


def ui(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO...]",
            help="Path of a scenario file, or the name of a shipped scenario: the first world's; a second world's beside it, on the "
            "same territory unless it says itself where it is; further ones are offered in the lists.",
        ),
    ] = None,
    on: On = None,
    seed: Annotated[int, typer.Option(help="The replication of all worlds.")] = 1,
    changes: Changes = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the page; 0 for any that is free.", show_default="8765, or any free one")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Where to listen. Anything but this machine lets others use the page: there is no password.")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Whether to open the page in the browser.")] = True,
    lang: Annotated[Language, typer.Option(help="Language of the page when it opens.")] = Language.ENGLISH,
    solaraviz: Annotated[bool, typer.Option("--solaraviz", help="Show the first world in Mesa's own viewer instead.")] = False,
) -> None:
    """See the model live in the browser: map, series, two worlds side by side, settings, exports."""
    named = scenarios or []
    first = named[0] if named else "no_support"
    # the world without support is put on a real territory, unless the user says what to see
    territory = on or (None if named else "bretagne")
    said = changes or []
    load(first, said, territory)
    for name in named[2:]:  # which stay where they say they are, unless someone puts them elsewhere
        load(name, [])
    check_seed(seed)
    from clustersim.app.pairing import opened
    from clustersim.app.serve import MESA_PAGE, PAGE, Opening, PortError, serve
    from clustersim.problems import ScenarioError

    asked = Opening(
        scenario=first,
        other=named[1] if len(named) > 1 else None,
        territory=territory,
        seed=seed,
        language=lang.value,
        files=tuple(named),
        changes=tuple(change_of(text) for text in said),
    )
    try:
        opened(asked)  # what cannot be side by side is refused before a page opens
    except ScenarioError as error:
        say_problems(error)
        raise typer.Exit(MISTAKE) from None
    try:
        serve(asked, host=host, port=port, browser=browser, said=_say, page=MESA_PAGE if solaraviz else PAGE)
    except PortError as error:
        complain(str(error), MISTAKE)


def _say(address: str) -> None:
    typer.echo(f"clustersim is at {address} (Ctrl-C ends it)")
