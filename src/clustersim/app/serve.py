"""The server of the page: Solara behind uvicorn, on this machine alone unless told otherwise, and without the network.

Solara reads its settings from the environment when it is imported, so they are made before. All scripts, fonts and styles come from
the `solara-assets` wheel. Each tab of a browser has a kernel of its own, and so a session of its own.
"""

import errno
import os
import re
import socket
import threading
import webbrowser
from collections.abc import Callable
from typing import Any

from clustersim.app.opening import Opening

__all__ = ["MESA_PAGE", "PAGE", "PORT", "PortError", "known_names_only", "opening", "own_pages_only", "page_of", "prepare", "serve"]

PORT = 8765
PAGE, MESA_PAGE = "clustersim.app.screen:Page", "clustersim.app.solaraviz:Page"
_LOCAL = ("127.0.0.1", "localhost", "::1")
_NAMES = ("127.0.0.1", "localhost", "[::1]")  # as a browser says them
_SETTINGS = {
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",  # on unless switched off
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "clustersim",
    "SOLARA_MODE": "production",
    "SOLARA_SESSION_HTTPS_ONLY": "False",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",  # a closed tab's worlds are kept that long, for a tab that comes back
}
# A connection of which nobody has hung up (a laptop asleep, a cable out) must not hold up the page that comes back over another one:
# what is sent waits until the network takes it, and the network is patient.
_PING = 5.0  # seconds between two questions whether the browser is still there
_UNANSWERED = 10.0  # seconds without an answer after which it is not
_asked = Opening()


class PortError(OSError):
    """The port cannot be used."""


def opening() -> Opening:
    """What new pages of this server open with."""
    return _asked


def prepare(page: str = PAGE) -> None:
    """Tell Solara which page to serve and how to behave; what the user's environment says counts more."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ["SOLARA_APP"] = page


def serve(
    asked: Opening,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
    said: Callable[[str], object] = print,
    page: str = PAGE,
) -> None:
    """Serve the page until Ctrl-C.

    Args:
        asked: What the page opens with.
        host: Where to listen; anything but this machine lets others in, and nothing asks them who they are.
        port: The port, 0 for any that is free; the usual one, or another where that is taken, if none is given.
        browser: Whether to open the page in the browser once it is there.
        said: Told the page's address.
        page: Module and component of the page: the product's own, or `MESA_PAGE`.

    Raises:
        PortError: where the port cannot be used.
    """
    listening = _listen(host, port)
    global _asked
    _asked = asked
    prepare(page)
    server = _server(_application(host))
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}"
    said(address)
    if browser:
        threading.Thread(target=_open_when_ready, args=(server, address), daemon=True).start()
    server.run(sockets=[listening])


def page_of(asked: Opening) -> object:
    """The page as an element, for a notebook."""
    prepare()
    _call_nobody()
    from clustersim.app.screen import Screen

    return Screen(asked)


def _server(application: object) -> Any:
    """What serves an application, and asks the browsers behind its connections whether they are still there."""
    import uvicorn

    return uvicorn.Server(uvicorn.Config(application, log_level="warning", ws_ping_interval=_PING, ws_ping_timeout=_UNANSWERED))


def _call_nobody() -> None:
    """In a notebook Solara tells its makers who uses it, and once has the browser ask their site whether all is well: not for this page.

    Whoever imported Solara before had it read its settings then.
    """
    import solara.checks
    from solara.server import settings

    solara.checks.should_perform_jupyter_check = solara.checks.should_perform_solara_check = lambda: False
    settings.telemetry.mixpanel_enable = os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"].lower() in ("true", "1")


def _application(host: str) -> object:
    """Solara's application; on this machine alone it answers to this machine's names only, and nowhere to pages of others."""
    import solara.server.starlette

    ours = own_pages_only(solara.server.starlette.app)
    return known_names_only(ours) if host in _LOCAL else ours


def known_names_only(application: Callable[..., Any]) -> Callable[..., Any]:
    """An application that answers to this machine's names alone, else any page's owner could call it by a name of his own. Starlette's
    own check takes the first colon for that of the port, and so knows no address such as [::1].
    """

    async def answer(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        from starlette.responses import PlainTextResponse

        said = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        if scope["type"] == "lifespan" or re.sub(r":\d*$", "", said).casefold() in _NAMES:
            await application(scope, receive, send)
        else:
            await PlainTextResponse("Invalid host header", status_code=400)(scope, receive, send)

    return answer


def own_pages_only(application: Callable[..., Any]) -> Callable[..., Any]:
    """An application that speaks to its own pages alone: any page may open a websocket to any address, and says where it is from."""

    async def answer(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        said = dict(scope.get("headers", ()))
        origin = said.get(b"origin", b"").partition(b"://")[2]
        if scope["type"] == "websocket" and origin and origin != said.get(b"host"):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await application(scope, receive, send)

    return answer


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens; where no port was asked for and the usual one is taken, on any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wanted in (PORT, 0) if port is None else (port,):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # where the system can: the server itself only hangs up once all is sent that was to be
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * _UNANSWERED))
        try:
            listening.bind((host, wanted))
        except socket.gaierror as error:
            listening.close()
            raise PortError(f"no address of this machine is called {host} ({error.strerror}); choose another with --host") from error
        except OSError as error:
            listening.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise PortError(f"{host} is no address of this machine; choose another with --host") from error
            found = error
            continue
        listening.listen(128)
        return listening
    wanted = PORT if port is None else port
    raise PortError(f"cannot listen on {host}:{wanted} ({found.strerror}); choose another with --port, or --port 0 for any that is free")


def _open_when_ready(server: object, address: str) -> None:
    wait = threading.Event()
    while not getattr(server, "started", False):
        if wait.wait(0.1) or getattr(server, "should_exit", False):
            return
    webbrowser.open(address)
