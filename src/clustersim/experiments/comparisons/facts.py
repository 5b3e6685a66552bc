"""The facts of a comparison: what was asked and how it went, as its manifest says them."""

import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clustersim import durable
from clustersim.experiments.comparisons.cautions import noted
from clustersim.experiments.comparisons.equal_budget import TOLERANCE, Intensity
from clustersim.experiments.comparisons.plan import Plan
from clustersim.experiments.comparisons.uncertainty import states_of
from clustersim.experiments.outcomes import HEADLINES, OUTCOMES
from clustersim.results import RESULTS_VERSION
from clustersim.scenario import Scenario

__all__ = ["facts_of"]

_PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow")


def facts_of(
    asked: Plan,
    arms: Mapping[str, Scenario],
    seeds: Sequence[int],
    intensities: Sequence[Intensity],
    precision: dict[str, Any] | None,
    failures: Sequence[dict[str, Any]],
    warnings: Sequence[str],
    command: str | None,
) -> dict[str, Any]:
    """Everything that is needed to read the comparison, and to ask it again."""
    control, territory = asked.control, asked.control.places()
    drawn = states_of(control, asked.uncertainties, asked.states)
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": asked.name,
        "identity": asked.identity(),
        "title": f"{', '.join(arm.title for arm in asked.arms[1:])}: compared with {control.title}",
        "question": asked.arms[1].question,
        "control": control.name,
        "arms": [
            {"name": name, "title": arm.title, "question": arm.question, "identity": arm.identity(), "measures": arm.to_dict()["measures"]}
            for name, arm in arms.items()
        ],
        "seeds": list(seeds),
        "months": control.run.months,
        "spin_up": control.run.spin_up,
        "territory": {
            "title": territory.title, "source": territory.source, "licence": territory.licence, "places": len(territory),
            "hash": territory.data_hash,
        },
        "data": control.data_hashes(),
        "outcomes": [
            {
                "name": o.name, "unit": o.unit, "meaning": o.said(control.run.months), "better": o.better, "costed_in": o.costed_in,
                "per": o.per,
            }
            for o in OUTCOMES
        ],
        "headlines": list(HEADLINES),
        "states": len(drawn),
        "uncertainties": {path: list(interval) for path, interval in asked.uncertainties.items()},
        "draws": [dict(changes) for changes in drawn],
        "equal_budget": _equal(arms, intensities) if intensities else None,
        "decomposed": [arm.name for arm in asked.mixes()],
        "precision": precision,
        "differences_allowed": asked.allow_differences,
        "failures": list(failures),
        **noted(warnings),
        "command": command or _as_python(asked),
        "versions": {
            "results": RESULTS_VERSION,
            "clustersim": durable.version_of("clustersim"),
            "python": platform.python_version(),
            **{package: durable.version_of(package) for package in _PACKAGES},
        },
        "platform": f"{sys.platform} {platform.machine()}",
    }  # fmt: skip


def _equal(arms: Mapping[str, Scenario], intensities: Sequence[Intensity]) -> dict[str, Any]:
    """How equal budgets were made, and how equal they are."""
    target = next(intensity.target_eur for intensity in intensities if intensity.equalised)
    return {
        "target_eur": target,
        "tolerance": TOLERANCE,
        "arms": [
            {
                "arm": name,
                "factor": intensity.scale.factor,
                "higher_factor": intensity.scale.higher,
                "higher_years": list(intensity.scale.years),
                "achieved_eur": intensity.achieved_eur,
                "gap": intensity.gap if intensity.equalised else None,
                "met": intensity.met if intensity.equalised else None,
                "note": intensity.note,
                "notes": [{"kind": note.kind, "values": dict(note.values)} for note in intensity.notes],
            }
            for name, intensity in zip(arms, intensities, strict=True)
        ],
    }


def _as_python(asked: Plan) -> str:
    """How to ask it again, where nobody has said a command; scenarios that were changed in Python are in `arms`."""
    treated = ", ".join(f'"arms/{arm.name}.toml"' for arm in asked.arms[1:])
    first = asked.seeds == tuple(range(1, len(asked.seeds) + 1))
    said = [f"[{treated}]", f'against="arms/{asked.control.name}.toml"', f"seeds={len(asked.seeds) if first else list(asked.seeds)}"]
    if asked.equal_budget is not False:
        said.append(f"equal_budget={asked.equal_budget}")
    if asked.decompose:
        said.append("decompose=True")
    if asked.uncertainties:
        said.append(f"uncertainties={asked.uncertainties}, states={asked.states}")
    if asked.precision is not None:
        p = asked.precision
        said.append(f"until_precise={p.width}, precise_in={(p.outcome, p.arm)}, max_seeds={p.max_seeds}")
    if asked.allow_differences:
        said.append("allow_differences=True")
    return f"clustersim.compare({', '.join(said)})"
