"""Where the numbers of the theory are declared: the one place that finds the parameter classes.

The modules are imported when a scenario is first checked, not when the program starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from clustersim.parameters import Parameters

__all__ = ["PROCESSES", "Theory", "whole_theory"]

# name, module, class; in the order of the month
PROCESSES: tuple[tuple[str, str, str], ...] = (
    ("needing", "clustersim.processes.needing", "Needing"),
    ("serving", "clustersim.processes.serving", "Serving"),
    ("meeting", "clustersim.processes.meeting", "Meeting"),
    ("partnering", "clustersim.processes.partnering", "Partnering"),
    ("trusting", "clustersim.processes.trusting", "Trusting"),
    ("converging", "clustersim.processes.converging", "Converging"),
    ("learning", "clustersim.processes.learning", "Learning"),
    ("innovating", "clustersim.processes.innovating", "Innovating"),
    ("federating", "clustersim.processes.federating", "Federating"),
    ("mobilising", "clustersim.processes.mobilising", "Mobilising"),
    ("founding", "clustersim.processes.founding", "Founding"),
    ("closing", "clustersim.processes.closing", "Closing"),
    ("observing", "clustersim.processes.observing", "Observing"),
)


@dataclass(frozen=True)
class Theory:
    """The parameter classes of a theory.

    Attributes:
        processes: By the name of the process, in the order of the month.
        measures: By the kind of the measure.
    """

    processes: Mapping[str, type[Parameters]]
    measures: Mapping[str, type[Parameters]]


@cache
def whole_theory() -> Theory:
    """The theory as the program runs it."""
    kinds = import_module("clustersim.measures").KINDS
    return Theory(
        processes={name: getattr(import_module(module), group) for name, module, group in PROCESSES},
        measures={kind: getattr(module, _camel_case(kind)) for kind, module in kinds.items()},
    )


def _camel_case(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_"))
