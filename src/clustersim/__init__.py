"""clustersim: how clusters of social innovation emerge, cooperate and innovate, and which support measures help.

    from clustersim import Scenario, run
    result = run("bretagne", seed=1)
    result.series["clusters"].plot()

The front door is a few names: `Scenario`, `run` (and the `Run` it gives), `compare` (and its `Comparison`), `Experiment` and `sweep` (and
the `Results` it gives), and `ClusterModel` for those who come from Mesa.
Behind it are seven floors, each importing only from those below:

1. ground: `columns`, `parameters`, `luck`, `money`, `kernels` know nothing of clusters
2. state: `state` is what exists, and nothing that happens
3. theory: `processes` (one file, one idea), `measures` (one file, one kind of support), `observables` (what is seen)
4. scenario: `problems`, `territory`, `population`, `scenario` are a question, checked
5. model: `populate` makes a territory of it, `simulation` lets it live, `agents` are views of it
6. experiment: `tables`, `results` and `runs` make and keep a run, `experiments` makes many, `model` puts one in Mesa's hands,
   `flat_model` one in those of its `batch_run`
7. presentation: `report`, `describe`, `cli`

The names below are imported when they are first used, so that `import clustersim` and the command line start at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clustersim.experiments.comparisons.comparing import compare
    from clustersim.experiments.comparisons.comparison import Comparison
    from clustersim.experiments.sweeps.experiment import Experiment
    from clustersim.experiments.sweeps.results import Results
    from clustersim.experiments.sweeps.sweeping import sweep
    from clustersim.model import ClusterModel
    from clustersim.runs import Run, run
    from clustersim.scenario import Scenario

__all__ = ["ClusterModel", "Comparison", "Experiment", "Results", "Run", "Scenario", "__version__", "compare", "run", "sweep"]

__version__ = "0.1.0"

_HOMES = {
    "ClusterModel": "clustersim.model",
    "Comparison": "clustersim.experiments.comparisons.comparison",
    "Experiment": "clustersim.experiments.sweeps.experiment",
    "Results": "clustersim.experiments.sweeps.results",
    "Run": "clustersim.runs",
    "Scenario": "clustersim.scenario",
    "compare": "clustersim.experiments.comparisons.comparing",
    "run": "clustersim.runs",
    "sweep": "clustersim.experiments.sweeps.sweeping",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'clustersim' has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
