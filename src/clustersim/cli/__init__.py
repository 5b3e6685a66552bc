"""The command line: run a scenario, compare measures, sweep, say what decides, report, check scenario files, describe and judge the theory.

Only Typer is imported here; each command imports what it needs, so that `clustersim --help` answers at once. Exit codes:
0 done, 1 done but for some runs, 2 a mistake in what was asked, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import codecs
import sys

import typer

from clustersim.cli import checking, comparing, deciding, judging, replaying, reporting, running, showing, storing, sweeping

__all__ = ["app", "main"]

app = typer.Typer(
    name="clustersim",
    help="Simulates how clusters of social innovation emerge, cooperate and innovate, and which support measures help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)

for command in (
    running.run, comparing.compare, sweeping.sweep, sweeping.resume, sweeping.retry, storing.status, storing.export, storing.merge,
    storing.verify, deciding.sensitivity, reporting.report, replaying.replay, checking.validate, checking.describe, judging.patterns,
    showing.ui,
):  # fmt: skip
    app.command()(command)


def main() -> None:
    """Entry point of the console script."""
    codecs.register_error(_AS_IT_IS, _as_it_is)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a daemon may have closed it
            stream.reconfigure(errors=_AS_IT_IS)
    app()


_AS_IT_IS = "clustersim-as-it-is"


def _as_it_is(error: UnicodeError) -> tuple[str | bytes, int]:
    """What the terminal cannot show is written out, but for names of files that are in no encoding: these are their own bytes."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)
