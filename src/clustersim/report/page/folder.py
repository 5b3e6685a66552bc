"""A comparison read from its folder: what was asked, its frames, its tables for people, and one seed of each arm to look at."""

import json
import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustersim import durable
from clustersim.report.page import files
from clustersim.report.page.language import Language
from clustersim.results import ResultsError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Arm", "StoredComparison", "read"]

AGAIN = "Run the comparison again to write it anew"
# what the report reads of each table; a table may hold more
COLUMNS = {
    "effects": (
        "arm", "outcome", "n", "control", "treated", "difference", "low", "high", "share_better", "share_equal", "correlation",
        "runs_saved", "spans_zero", "seeds_needed",
    ),
    "emergence": ("arm", "outcome", "chance", "chance_low", "chance_high", "size_given", "size_low", "size_high"),
    "frontier": ("outcome", "arm", "standing", "sure"),
    "groups": ("arm", "division", "group", "outcome", "organisations", "difference", "low", "high", "share_gaining", "share_losing"),
    "levels": ("arm", "outcome", "n", "mean", "low", "high"),
    "money": ("arm", "public_eur", "private_eur", "own_eur", "public_committed_eur", "private_committed_eur", "leverage"),
    "plane": ("arm", "seed", "extra_public_eur"),
    "ranking": ("outcome", "arm", "difference", "low_simultaneous", "high_simultaneous", "probability_best"),
    "regret": ("arm", "outcome", "mean", "p90", "max"),
    "shares": ("arm", "outcome", "measure", "share", "low", "high"),
}  # fmt: skip
NEEDED = ("levels", "effects")  # the others are written where there is something to say
FRAMES = {
    "measures": ("arm", "seed", "measure", "paid_eur", "repaid_eur", "left_eur", "short_calls", "calls"),
    "paths": ("arm", "state", "seed", "month"),
    "runs": ("arm", "seed", "public_eur", "private_eur", "public_committed_eur", "private_committed_eur"),
}
EXAMPLES = ("organisations", "ties", "places")


@dataclass(frozen=True)
class Arm:
    """One scenario of the comparison.

    Attributes:
        name: Its name in tables.
        title: Its title, for people.
        number: 0 for the control, then 1, 2, ... in the order asked for: the same mark in every table and figure.
        resolved: The whole scenario as it ran.
    """

    name: str
    title: str
    number: int
    resolved: dict[str, Any] = field(repr=False)

    @property
    def measures(self) -> dict[str, dict[str, Any]]:
        """Its measures by name, each with its kind, its funder and every number."""
        return self.resolved.get("measures", {})


@dataclass(frozen=True)
class StoredComparison:
    """A comparison on the disk.

    Attributes:
        folder: Where it lies.
        manifest: What `comparison.json` says.
        arms: All arms, the control first.
    """

    folder: Path
    manifest: dict[str, Any]
    arms: tuple[Arm, ...]

    @property
    def control(self) -> Arm:
        """The arm that all others are compared with."""
        return self.arms[0]

    @property
    def treated(self) -> tuple[Arm, ...]:
        """The other arms, in the order asked for."""
        return self.arms[1:]

    @property
    def titles(self) -> dict[str, str]:
        """Title of each arm by its name."""
        return {arm.name: arm.title for arm in self.arms}

    @property
    def headlines(self) -> tuple[str, ...]:
        """The outcomes of the first page."""
        return tuple(self.manifest["headlines"])

    @property
    def seeds(self) -> list[int]:
        """The seeds that all arms share."""
        return self.manifest["seeds"]

    @property
    def months(self) -> int:
        """Months of the scenario."""
        return self.manifest["months"]

    @property
    def example_seed(self) -> int | None:
        """The seed whose end was kept: the first that no arm failed in."""
        failed = {failure["seed"] for failure in self.manifest["failures"] if failure["state"] == 0}
        return next((seed for seed in self.seeds if seed not in failed), None)

    @property
    def states(self) -> int:
        """How many states of the world each seed lives through."""
        return self.manifest["states"]

    @property
    def territory(self) -> str:
        """Where, for people; of the control where arms are not on the same territory."""
        return self.manifest["territory"]["title"]

    @property
    def territory_alike(self) -> bool:
        """Whether all arms are on one territory, as they are unless differences were allowed."""
        return all(arm.resolved.get("territory") == self.control.resolved.get("territory") for arm in self.arms)

    def scale(self, outcome: str) -> float:
        """What an outcome is multiplied by for people: shares are read in percent."""
        units = {said["name"]: said["unit"] for said in self.manifest["outcomes"]}
        return 100.0 if units.get(outcome) == "share" else 1.0

    def spoken(self, language: Language) -> "StoredComparison":
        """The same with titles in that language, as far as they are known in it."""
        territory = self.manifest["territory"]
        manifest = {**self.manifest, "territory": {**territory, "title": language.territory(territory["title"])}}
        titles = {arm.name: language.title(arm.name, arm.title) for arm in self.arms}
        shared = {title for title, count in Counter(titles.values()).items() if count > 1}  # then their names tell them apart
        named = {name: f"{title} ({name})" if title in shared else title for name, title in titles.items()}
        arms = tuple(replace(arm, title=named[arm.name]) for arm in self.arms)
        return StoredComparison(self.folder, manifest, arms)

    @cached_property
    def tables(self) -> dict[str, "pd.DataFrame"]:
        """The tables for people; one that says nothing in this comparison has no rows."""
        folder = self.folder / "tables"
        return {name: files.table(folder / f"{name}.csv", columns, AGAIN, needed=name in NEEDED) for name, columns in COLUMNS.items()}

    def frame(self, name: str) -> "pd.DataFrame":
        """One of `FRAMES`."""
        path = self.folder / f"{name}.parquet"
        frame = files.parquet(path, AGAIN)
        files.check_columns(path, frame, FRAMES[name], AGAIN)
        return frame.assign(arm=frame["arm"].astype(str))

    def example(self, arm: Arm) -> dict[str, "pd.DataFrame"] | None:
        """Organisations, ties and places of the arm's first seed at the end; None where they were not kept."""
        folder = self.folder / "examples" / arm.name
        return {name: files.parquet(folder / f"{name}.parquet", AGAIN) for name in EXAMPLES} if any(folder.glob("*.parquet")) else None


def read(folder: Path) -> StoredComparison:
    """Read the comparison in `folder`; its tables are read when asked for.

    Raises:
        ResultsError: if there is no comparison, or a file is missing, changed or cannot be read.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
        control, written = manifest["control"], manifest["files"]
        titles = {arm["name"]: arm["title"] for arm in manifest["arms"]}
    except FileNotFoundError:
        remedy = "Name the folder that `clustersim compare` wrote"
        raise ResultsError(f"no comparison in {folder} (comparison.json is missing)", remedy) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"comparison.json in {folder} cannot be read ({error!r})", AGAIN) from error
    if control not in titles or len(titles) < 2:
        raise ResultsError(f"the comparison in {folder} has nothing to compare with {control}", AGAIN)
    durable.check_files(folder, written, AGAIN)
    names = [control, *(name for name in titles if name != control)]
    return StoredComparison(folder, manifest, tuple(Arm(name, titles[name], k, _resolved(folder, name)) for k, name in enumerate(names)))


def _resolved(folder: Path, arm: str) -> dict[str, Any]:
    path = folder / "arms" / f"{arm}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} cannot be read ({error})", AGAIN) from error
