"""What replays and exported pictures say in words: the texts of the report, of the page, and their own."""

from functools import cache

from clustersim.report.page.language import LANGUAGES, Language, catalogue

__all__ = ["LANGUAGES", "own_keys", "words"]


@cache
def words(code: str) -> Language:
    """One of `LANGUAGES`.

    Raises:
        KeyError: for any other.
    """
    if code not in LANGUAGES:
        raise KeyError(f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    return Language(code, {**catalogue(code), **catalogue(code, "clustersim.app"), **catalogue(code, __package__)})


@cache
def own_keys() -> tuple[str, ...]:
    """Keys of the texts of replays and pictures themselves, the same in every language."""
    return tuple(catalogue(LANGUAGES[0], __package__))
