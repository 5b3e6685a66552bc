"""A language of the report: its texts from a catalogue, its numbers, money and dates by its locale.

A text is found by the dotted path of its key in `texts/<code>.toml` and filled in with `{name}` placeholders. A key that is
missing is an error, never an empty place on the page.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["LANGUAGES", "Language", "catalogue", "language"]

LANGUAGES = ("en", "fr")
MINUS, NARROW, FIXED = "\u2212", "\u202f", "\u00a0"


@dataclass(frozen=True)
class Language:
    """How the report speaks.

    Attributes:
        code: "en" or "fr"; also the locale of numbers and dates.
        texts: Dotted key to text, or to a tuple of texts.
    """

    code: str
    texts: Mapping[str, str | tuple[str, ...]]

    def say(self, key: str, /, **values: Any) -> str:
        """The text of that key with its placeholders filled in.

        Raises:
            KeyError: for a key that the catalogue lacks, or a placeholder without a value.
        """
        text = self._found(key)
        if not isinstance(text, str):
            raise KeyError(f"{key} is a list of texts in {self.code}.toml")
        return text.format(**values)

    def points(self, key: str) -> tuple[str, ...]:
        """The texts of a list."""
        text = self._found(key)
        if isinstance(text, str):
            raise KeyError(f"{key} is one text in {self.code}.toml")
        return text

    def knows(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return key in self.texts

    def name_of(self, family: str, word: str) -> str:
        """What a word of the model (a kind, a purpose, an outcome) is called; a word of the user's own stands for itself."""
        return self.say(f"{family}.{word}") if self.knows(f"{family}.{word}") else word.replace("_", " ")

    def number(self, value: float, decimals: int = 0, *, signed: bool = False) -> str:
        """A number with that many decimals (negative: rounded to tens, hundreds, ...), with a true minus sign."""
        from babel.numbers import format_decimal

        if not math.isfinite(value):
            return self.say("words.not_defined")
        rounded = round(value, decimals) + 0.0
        pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
        said = format_decimal(abs(rounded), format=pattern, locale=self.code)
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + said

    def share(self, value: float, decimals: int = 0) -> str:
        """A share as a percentage; what is neither none nor all is not rounded to it."""
        from babel.numbers import format_percent

        if not math.isfinite(value):
            return self.say("words.not_defined")
        least = 10.0 ** -(decimals + 2)
        if 0 < value < least / 2 or 1 - least / 2 < value < 1:
            bound = least if value < 0.5 else 1 - least
            return ("<" if value < 0.5 else ">") + (NARROW if self.code == "fr" else "") + self.share(bound, decimals)
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + (f"{NARROW}%" if self.code == "fr" else "%")
        return format_percent(value, format=pattern, locale=self.code)

    def chance(self, value: float) -> str:
        """A chance that was found by drawing again: neither none nor certainty can be found so."""
        return self.share(min(max(value, 1e-9), 1 - 1e-9))

    def singular(self, said: str) -> bool:
        """Whether the noun after a number, as it is said, is singular: in English after 1, in French below 2."""
        if self.code != "fr":
            return said == "1"
        return float(re.sub(r"[^\d,]", "", said).replace(",", ".") or "inf") < 2

    def title(self, name: str, stored: str) -> str:
        """The title of an arm: a scenario that comes with the program, and still bears its title, is called in this language."""
        shipped = language("en")
        key = f"scenarios.{name}"
        return self.say(key) if shipped.knows(key) and shipped.say(key) == stored else stored

    def question(self, name: str, stored: str) -> str:
        """The question of an arm, in the same way."""
        shipped = language("en")
        key = f"questions.{name}"
        return self.say(key) if shipped.knows(key) and shipped.say(key) == stored else stored

    def territory(self, stored: str) -> str:
        """The name of a territory that comes with the program, or was drawn; the user's own stands for itself."""
        drawn = re.fullmatch(r"drawn territory of (\d+) places", stored)
        if drawn:
            return self.say("words.drawn_territory", places=drawn[1])
        return self.say(f"territories.{stored}") if self.knows(f"territories.{stored}") else stored

    def euros(self, value: float) -> str:
        """An amount in whole euro, or in millions where that reads better."""
        from babel.numbers import format_currency

        if not math.isfinite(value):
            return self.say("words.not_defined")
        value = float(value)
        million = abs(value) >= 1e6
        amount = abs(value) / 1e6 if million else float(f"{abs(value):.4g}") if abs(value) >= 1e4 else abs(value)
        pattern = self.say("format.million" if million else "format.euro")
        if not million and amount < 100 and not amount.is_integer():
            pattern = pattern.replace("#,##0", "#,##0.00")
        said = format_currency(amount, "EUR", format=pattern, locale=self.code, currency_digits=False).replace(" ", FIXED)
        return said if value >= 0 or not re.search("[1-9]", said) else MINUS + said

    def date(self, moment: str) -> str:
        """A moment (ISO 8601) as a date."""
        from babel.dates import format_date

        return format_date(datetime.fromisoformat(moment), format="long", locale=self.code)

    def listed(self, words: list[str]) -> str:
        """Words as a list in a sentence."""
        from babel.lists import format_list

        return format_list(words, locale=self.code) if words else ""

    def rank(self, family: str, word: str) -> int:
        """Where the catalogue lists a word in its family, so that tables keep that order; unknown words come last."""
        listed = [key for key in self.texts if key.startswith(f"{family}.")]
        return listed.index(f"{family}.{word}") if f"{family}.{word}" in listed else len(listed)

    def _found(self, key: str) -> str | tuple[str, ...]:
        if key not in self.texts:
            raise KeyError(f"no text {key!r} in {self.code}.toml")
        return self.texts[key]


@cache
def language(code: str) -> Language:
    """One of `LANGUAGES`.

    Raises:
        KeyError: for any other.
    """
    if code not in LANGUAGES:
        raise KeyError(f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    return Language(code, catalogue(code))


def catalogue(code: str, package: str = __package__) -> dict[str, str | tuple[str, ...]]:
    """All texts of a language in a package's `texts`, by their dotted key, set as its typography asks."""
    said = tomllib.loads((files(package) / "texts" / f"{code}.toml").read_text(encoding="utf-8"))
    found: dict[str, str | tuple[str, ...]] = {}
    _flatten(said, "", found, _set_in_french if code == "fr" else str)
    return found


def _flatten(said: Mapping[str, Any], path: str, found: dict[str, str | tuple[str, ...]], typeset: Any) -> None:
    for key, value in said.items():
        if isinstance(value, Mapping):
            _flatten(value, f"{path}{key}.", found, typeset)
        else:
            found[path + key] = tuple(map(typeset, value)) if isinstance(value, list) else typeset(value)


def _set_in_french(text: str) -> str:
    """Narrow spaces that do not break before double punctuation, the percent sign and the euro, and inside quotation marks."""
    spaced = re.sub(r"« ", f"«{NARROW}", re.sub(r" ([;:!?»%€])", rf"{NARROW}\1", text))
    return re.sub(r"(?<=\w)'(?=[\w«{])", "’", spaced)
