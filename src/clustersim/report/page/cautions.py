"""Cautions on the page: what a comparison warns of, in the page's language.

A folder keeps of each caution its sentence in English, and what it says: its kind with values. Where it keeps the sentence alone,
as older folders do, this is shown as it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from clustersim.report.page.folder import StoredComparison
from clustersim.report.page.language import Language
from clustersim.report.page.readings import digits_of

__all__ = ["Said", "cautions", "reasons", "unreached"]

UNREACHED = ("nobody_reached", "nothing_promised", "no_call")


@dataclass(frozen=True)
class Said:
    """A caution in words; `foreign` where the page has it in English alone."""

    text: str
    foreign: bool


def cautions(stored: StoredComparison, language: Language) -> list[Said]:
    """All of them, in the order in which they were given."""
    manifest = stored.manifest
    found = []
    for sentence, known in zip_longest(manifest["warnings"], manifest.get("cautions", ())):
        key = f"cautions.{known['kind']}" if known else ""
        if language.knows(key):
            found.append(Said(language.say(key, **_spoken(known["values"], stored, language)), foreign=False))
        else:
            found.append(Said(sentence, foreign=language.code != "en"))
    return found


def unreached(stored: StoredComparison, language: Language) -> list[str]:
    """Which measures reach nobody, so that no effect of theirs can be seen."""
    known = stored.manifest.get("cautions", ())
    said = cautions(stored, language)
    return [caution.text for caution, found in zip(said, known, strict=False) if found["kind"] in UNREACHED]


def reasons(notes: Iterable[Mapping[str, Any]], language: Language) -> str:
    """Why an arm's spending is as it is, behind a sentence that says what it is; empty where nothing is to be said."""
    said = [
        language.say(f"notes.{note['kind']}", **{name: _in_words(names, language) for name, names in note["values"].items()})
        for note in notes
        if language.knows(f"notes.{note['kind']}")
    ]
    return language.say("notes.because", reasons="; ".join(said)) if said else ""


def _spoken(values: Mapping[str, Any], stored: StoredComparison, language: Language) -> dict[str, str]:
    """The values of a caution as a reader knows them: scenarios by their titles, amounts in euro."""
    said = {}
    for name, value in values.items():
        if name == "arm":
            said[name] = stored.titles.get(value, value)
        elif name == "measure":
            said[name] = _measure(value, values["arm"], stored, language)
        elif name == "outcome":
            said[name] = language.name_of("outcomes", value)
        elif name == "notes":
            said["why"] = reasons(value, language)
        elif name.endswith("_eur"):
            said[name] = language.euros(value)
        elif name.endswith("_share"):
            said[name] = language.share(value)
        elif isinstance(value, str):
            said[name] = value.replace("_", " ")
        else:
            said[name] = language.number(value, min(digits_of(value), 3))
    return said


def _measure(name: str, arm: str, stored: StoredComparison, language: Language) -> str:
    """A measure by its kind, and by its own name where that is another."""
    measures = next((known.measures for known in stored.arms if known.name == arm), {})
    called = name.replace("_", " ")
    kind = language.name_of("kinds", measures[name]["kind"]) if name in measures else called
    return kind if kind == called else f"{kind} ({called})"


def _in_words(names: Iterable[str], language: Language) -> str:
    return language.listed([name.replace("_", " ") for name in names])
