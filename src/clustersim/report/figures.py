"""The pictures of a run. Each is a function of a run, finished or read from its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim.report.courses import clusters_over_time, money_by_payer, needs_met
from clustersim.report.maps import map_of
from clustersim.report.networks import network_picture
from clustersim.report.style import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "clusters_over_time", "map_of", "money_by_payer", "needs_met", "network_picture", "write"]

FIGURES: dict[str, Callable[[Any], "Figure"]] = {
    "map": map_of,
    "clusters": clusters_over_time,
    "needs": needs_met,
    "network": network_picture,
    "money": money_by_payer,
}


def write(run: Any, folder: Path) -> list[Path]:
    """Draw all pictures into `folder/figures`, each as PNG and SVG, and return their files."""
    figures = Path(folder) / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        save(draw(run), figures / name)
    return [figures / f"{name}.{ending}" for name in FIGURES for ending in ("png", "svg")]
