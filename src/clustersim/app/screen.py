"""The page: a bar, a panel of settings, and a stage on which worlds are drawn. Each is a component that shows what it is told and says what
people do; what they do is a matter of the session.
"""

# ruff: noqa: N802 - components are named like the classes that they make

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import solara
import solara.lab

from clustersim.app import serve, showing
from clustersim.app.feeding import Feed
from clustersim.app.inspecting import card
from clustersim.app.opening import Opening
from clustersim.app.refusing import because
from clustersim.app.room import ROOM, NoRoomError, Room
from clustersim.app.session import Session
from clustersim.app.speaking import language
from clustersim.problems import ScenarioError

__all__ = ["Layout", "Page", "Screen"]

_HERE = files(__package__)
_NOTHING: Callable[..., None] | None = None


@solara.component_vue("components/bar.vue")
def Bar(
    texts: dict[str, Any],
    status: dict[str, Any],
    download: dict[str, Any] | None,
    event_play=_NOTHING, event_pause=_NOTHING, event_step=_NOTHING, event_look=_NOTHING, event_again=_NOTHING, event_reset=_NOTHING,
    event_speed=_NOTHING, event_speak=_NOTHING, event_export=_NOTHING, event_panel=_NOTHING,
):  # fmt: skip
    ...


@solara.component_vue("components/panel.vue")
def Panel(
    texts: dict[str, Any],
    lists: dict[str, Any],
    groups: list[dict[str, Any]],
    problem: str,
    event_choose=_NOTHING, event_second=_NOTHING, event_seed=_NOTHING, event_change=_NOTHING, event_undo=_NOTHING, event_world=_NOTHING,
):  # fmt: skip
    ...


@solara.component_vue("components/stage.vue")
def Stage(
    program: str,
    texts: dict[str, Any],
    locale: str,
    worlds: list[dict[str, Any]],
    month: dict[str, Any] | None,
    charts: list[dict[str, Any]],
    measures: list[list[dict[str, Any]]],
    status: dict[str, Any],
    card: dict[str, Any] | None,
    event_drawn=_NOTHING, event_pick=_NOTHING, event_look=_NOTHING, event_switch=_NOTHING,
):  # fmt: skip
    ...


@solara.component
def Page() -> None:
    """The page as the server opens it: a session for each tab."""
    Screen(serve.opening())


@solara.component
def Layout(children: list[Any]) -> None:
    """Nothing around the page."""
    solara.Column(children=children, gap="0px", style={"height": "100vh"})


@solara.component
def Screen(opening: Opening) -> None:
    """The page that opens with what was asked for, or what is wrong with that: a file may have changed since it was asked for."""
    session, problem = solara.use_memo(lambda: _opened(opening, _room()), [])
    if session is None:
        solara.Error(problem)
    else:
        Living(session, opening)


def _opened(opening: Opening, room: Room) -> tuple[Session | None, str]:
    try:
        return Session(opening, room=room), ""
    except NoRoomError:
        return None, language(opening.language).say("stage.no_room", places=room.places)
    except (ScenarioError, ValueError) as error:
        return None, because(error)(language(opening.language))


def _room() -> Room:
    """The places of this server. In a notebook a page that is shown again leaves the one before it behind, so there each is alone."""
    return ROOM if _served() else Room()


def _served() -> bool:
    """Whether a server shows the page in a tab of its own, and not a notebook among its cells."""
    try:
        solara.get_kernel_id(ipython_fallback=False)
    except RuntimeError:
        return False
    return True


@solara.component
def Living(session: Session, opening: Opening) -> None:
    """The page of a session."""
    _, tell = solara.use_state(0)
    feed = solara.use_memo(Feed, [])
    alone = solara.use_memo(_served, [])
    panel, show_panel = solara.use_state(alone)  # a notebook's cell is narrow, and its reader has named the scenario beside it
    world, set_world = solara.use_state(0)
    session.told = lambda: tell(lambda count: count + 1)
    # in a thread and an event loop of its own: those of a connection end with it, and a lost one comes back with others
    solara.lab.use_task(session.drive, dependencies=[], prefer_threaded=True)
    solara.use_effect(lambda: session.close, [])
    speaks, number = session.language, max(0, min(world, len(session.settings) - 1))
    texts = solara.use_memo(lambda: showing.texts(speaks), [speaks.code])
    # what was shown stays until the worlds that are being made can be shown
    drawn = solara.use_ref(((), []))
    if session.last >= 0 and drawn.current[0] != (keys := tuple(made.key for made in session.worlds)):
        drawn.current = (keys, feed.worlds(session))
    keys, worlds = drawn.current
    shown = solara.use_ref(({}, None, []))
    state = (keys, session.month, session.last, speaks.code, feed.asked, session.repeated)
    if session.ready and shown.current[0] != state:
        shown.current = (state, feed.month(session), feed.charts(session, speaks))
    asked = [list(session.settings), dict(session.refused), session.problem, session.refusals.times, speaks.code, number]
    groups = solara.use_memo(lambda: showing.groups(session, number), asked)
    lists = solara.use_memo(lambda: showing.lists(session, number), asked)
    picked = session.looked_at
    looked_at = solara.use_memo(
        lambda: {"world": picked[0], **card(session.worlds[picked[0]], picked[1], session.month, speaks)} if picked else None,
        [picked, keys, session.month, session.last, speaks.code],
    )
    file = solara.use_memo(lambda: showing.download(session.download, session.downloads), [session.downloads])
    status = showing.status(session)

    def asks(does: Callable[[Any], object]) -> Callable[[Any], None]:
        return lambda said=None: session.do(lambda: does(said))

    solara.Title("clustersim")
    solara.Style(_HERE / "components" / "style.css")
    with solara.Div(classes=["cs-page"]):
        Bar(
            texts=texts,
            status={**status, "panel": panel, "alone": alone},
            download=file,
            event_play=asks(lambda _: session.play()),
            event_pause=asks(lambda _: session.pause()),
            event_step=asks(lambda _: session.step()),
            event_look=asks(session.look_at),
            event_again=asks(lambda _: session.start_again()),
            event_reset=asks(lambda _: session.reset()),
            event_speed=asks(session.run_at),
            event_speak=asks(session.speak),
            event_export=asks(lambda said: session.export(said["what"], said["world"])),
            event_panel=asks(lambda _: show_panel(lambda open_: not open_)),
        )
        with solara.Div(classes=["cs-body"]):
            with solara.Div(classes=["cs-side"] if panel else ["cs-side", "cs-hidden"]):
                Panel(
                    texts=texts,
                    lists=lists,
                    groups=groups,
                    problem=lists["problem"],
                    event_choose=asks(lambda said: session.choose(said["world"], said["name"], said["territory"] or None)),
                    event_second=asks(lambda name: session.twin(name or None)),
                    event_seed=asks(session.reseed),
                    event_change=asks(lambda said: session.change(number, said["path"], said["value"])),
                    event_undo=asks(lambda path: session.undo(number, path)),
                    event_world=asks(set_world),
                )
            with solara.Div(classes=["cs-main"]):
                Stage(
                    program=showing.program(),
                    texts=texts,
                    locale=speaks.code,
                    worlds=worlds,
                    month=shown.current[1],
                    charts=shown.current[2],
                    measures=showing.measures(session),
                    status=status,
                    card=looked_at,
                    event_drawn=asks(lambda said: _acknowledged(session, feed, said)),
                    event_pick=asks(lambda said: session.pick(said["world"], said["row"])),
                    event_look=asks(session.look_at),
                    event_switch=asks(lambda said: session.switch(said["world"], said["measure"])),
                )
                if opening.components and session.worlds and session.worlds[0].model is not None and session.ready:
                    for number_of, component in enumerate(opening.components):
                        Own(component, session.worlds[0].model, session.month, session.worlds[0].key).key(f"own-{number_of}")


@solara.component
def Own(component: Callable[[Any], Any], model: Any, month: int, key: str) -> None:
    """A component of a Mesa user's own, drawn anew for each month and not in between, when the model may be changing.

    A fault in it is shown in its place, and the page lives. In another month it begins anew.
    """
    from mesa.visualization.utils import update_counter

    solara.use_memo(lambda: update_counter.set(update_counter.peek() + 1), [month, key])
    begun = solara.use_ref(0)  # how often; another number is another component, which knows of no fault
    failed: Any = solara.use_ref(None)
    if failed.current not in (None, (month, key)):
        begun.current, failed.current = begun.current + 1, None

    def fails() -> None:
        failed.current = (month, key)

    with solara.Div(classes=["cs-own"]):
        Guarded(component, model, month, key, fails).key(f"begun-{begun.current}")


@solara.component
def Guarded(component: Callable[[Any], Any], model: Any, month: int, key: str, fails: Callable[[], None]) -> None:
    """The component, or its fault. No element stands around both: it would remember the fault and be drawn again for ever."""
    fault, _ = solara.use_exception()
    if fault is not None:
        fails()
        solara.Error(f"{getattr(component, '__name__', 'component')}: {type(fault).__name__}: {fault}")
    else:
        Called(component, model, month, key)


@solara.component
def Called(component: Callable[[Any], Any], model: Any, month: int, key: str) -> None:
    """What the user's component makes of the model; month and key are there so that it is called again."""
    component(model)


def _acknowledged(session: Session, feed: Feed, said: dict[str, Any]) -> None:
    if feed.acknowledge(said):
        session.told()
    session.drawn()
