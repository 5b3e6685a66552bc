"""A page in a real browser, cut off from every network but this machine, that hears all complaints."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONSOLE = str(Path(sys.executable).with_name("clustersim"))
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
# compiling may come first, on a slow machine
PATIENCE = 300_000


def chromium() -> str:
    """The system's Chromium; a browser test without a browser fails."""
    found = os.environ.get("CLUSTERSIM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return found or pytest.fail("tests of the page need Chromium: install the package chromium, or name one in CLUSTERSIM_CHROMIUM")


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """The address of a `clustersim ui` of its own."""
    command = [CONSOLE, "ui", *arguments, "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            line = server.stdout.readline()
            yield re.search(r"http://127\.0\.0\.1:\d+", line)[0]
        finally:
            server.terminate()


@contextmanager
def serving_file(path: Path) -> Iterator[str]:
    """The address of a `solara run` of a file whose page is called `Page`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "solara", "run", path.name, "--port", str(port), "--no-open", "--production"]
    quiet = {**os.environ, "SOLARA_THEME_SHOW_BANNER": "False"}
    with subprocess.Popen(command, cwd=path.parent, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()


def _wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(600):
        assert server.poll() is None
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


@contextmanager
def browsing() -> Iterator:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A page in a context of its own, and what it complained of."""

    def __init__(self, browser, address: str, *, width: int = 1280, height: int = 760) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        self.page = page = self.context.new_page()
        page.set_default_timeout(150_000)  # a measure that nobody has compiled yet takes its time
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"{request.url}: {request.failure}"))
        page.on("response", lambda response: response.status >= 400 and self.complaints.append(f"{response.status} {response.url}"))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(address)
        self.ready(PATIENCE)

    def ready(self, timeout: int = 150_000) -> None:
        """Wait until the worlds are made."""
        self.page.wait_for_selector("[data-test=play]:not([disabled])", timeout=timeout)

    def said(self, test: str) -> str:
        """The text of a part of the page."""
        return self.page.locator(f"[data-test='{test}']").inner_text()

    def until(self, test: str, text: str) -> None:
        """Wait until a part of the page says this."""
        expected = "([test, text]) => document.querySelector(`[data-test='${test}']`)?.innerText.includes(text)"
        self.page.wait_for_function(expected, arg=[test, text])

    def shows(self, month: int) -> None:
        """Wait until maps and numbers are of this month: the bar is told of it a moment before."""
        self.page.wait_for_function("month => document.querySelector('.cs-stage').__vue__.status.month === month", arg=month)

    def click(self, test: str) -> None:
        self.page.click(f"[data-test='{test}']")

    def month(self) -> int:
        """The month that is shown."""
        found = re.search(r"Month (\d+)", self.said("month"))
        return int(found[1]) if found else 0

    def colours(self, test: str) -> int:
        """How many different colours a canvas shows: one for an empty one."""
        count = """canvas => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
        return self.page.locator(f"[data-test='{test}']").evaluate(count)

    def download(self, what: str) -> tuple[str, bytes]:
        """Name and bytes of an export."""
        self.click("export")
        with self.page.expect_download() as found:
            self.click(f"export-{what}")
        return found.value.suggested_filename, Path(found.value.path()).read_bytes()

    def close(self) -> None:
        """Leave, and say whether there was anything to complain of: before, not while leaving, when what is still drawn has no server."""
        complaints = list(self.complaints)
        self.context.close()
        if complaints:  # asserts are not spelled out here: this is no module of tests
            pytest.fail("the page complained:\n" + "\n".join(complaints))
