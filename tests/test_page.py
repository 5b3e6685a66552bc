"""The page of a comparison: complete in both languages, true to its tables, the same each time, and in need of nothing else."""

import json
import re
import shutil
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Formatter
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from clustersim import Scenario, measures
from clustersim.experiments.comparisons import cautions, equal_budget, worth
from clustersim.population import Population
from clustersim.problems import Caution
from clustersim.report.page import build, evidence, folder, grids, readings, sheets
from clustersim.report.page import first_page as first_page_module
from clustersim.report.page.evidence import GRADES, WORKINGS, grade, graded
from clustersim.report.page.language import LANGUAGES, Language, catalogue, language
from clustersim.report.page.sheets import value_of
from clustersim.results import ResultsError
from clustersim.scenario.loading import shipped_scenarios
from clustersim.scenario.theory import whole_theory
from clustersim.territory import shipped_territories
from pages import Tree, foreign
from synthetic_comparison import SyntheticComparison

PAGE = Path(str(files("clustersim.report.page")))
IDLE = ("late_call", "ends_first", "late_start", "penniless_funder", "small_budget", "small_claim")  # of measures that cannot act
EACH_LANGUAGE = pytest.mark.parametrize("code", LANGUAGES)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """Three arms, one of them a mix, on forty seeds."""
    return SyntheticComparison().write(tmp_path_factory.mktemp("comparison"))


@pytest.fixture(scope="module")
def pages(written) -> dict[str, str]:
    return {code: build.build(written, code).read_text(encoding="utf-8") for code in LANGUAGES}


@pytest.fixture
def in_words(monkeypatch) -> None:
    """Pages without pictures, for tests of what is said: most of the time goes into drawing."""
    monkeypatch.setattr(build, "pictures", lambda *_: [])


def small(**changes) -> SyntheticComparison:
    """One arm, few seeds and months."""
    titles = {"no_support": "No support", "animation": "Animation"}
    return SyntheticComparison(**{"titles": titles, "seeds": 6, "months": 12, "organisations": 40, **changes})


# ---- the catalogues


def test_both_catalogues_have_the_same_keys_with_the_same_placeholders():
    one, other = (catalogue(code) for code in LANGUAGES)
    assert set(one) == set(other)
    for key, text in one.items():
        assert type(text) is type(other[key]), key
        assert _placeholders(text) == _placeholders(other[key]), key
        assert isinstance(text, str) or len(text) == len(other[key]), key


def _placeholders(text) -> set[str]:
    texts = (text,) if isinstance(text, str) else text
    return {name for part in texts for _, name, _, _ in Formatter().parse(part) if name is not None}


def test_every_key_that_templates_and_code_name_is_in_the_catalogue():
    known = set(catalogue("en"))
    asked = {key for path in _sources() for key in re.findall(r"""(?:say|points)\(\s*["']([\w.]+)["']\s*[,)]""", path.read_text())}
    assert len(asked) > 80
    assert asked <= known


def _sources() -> list[Path]:
    return [*PAGE.glob("templates/*.j2"), *PAGE.parent.rglob("*.py")]


def test_no_text_of_the_catalogue_is_without_use():
    """A family is used where code or templates name it as a word, or put a key together from it."""
    sources = "\n".join(path.read_text() for path in _sources())
    for key in catalogue("en"):
        family = key.partition(".")[0]
        named = key in sources or f'"{family}.' in sources or f'"{family}"' in sources
        assert named, key


def test_every_kind_of_measure_is_told_in_both_languages():
    for code in LANGUAGES:
        speaking = language(code)
        for kind, group in whole_theory().measures.items():
            assert kind in measures.KINDS
            assert all(speaking.knows(f"{family}.{kind}") for family in ("kinds", "what", "evidence")), kind
            for parameter in group.declared():
                assert speaking.knows(f"parameters.{parameter.name}") and speaking.knows(f"meanings.{parameter.name}"), parameter.name


def test_every_unit_of_the_theory_has_words():
    theory = whole_theory()
    declared = [p for group in (*theory.processes.values(), *theory.measures.values()) for p in group.declared()]
    for code in LANGUAGES:
        for parameter in declared:
            assert value_of(parameter, parameter.default, language(code))
            if parameter.unit not in ("-", "share", "EUR", "cents") and not parameter.unit.startswith(("EUR/", "cents/")):
                assert language(code).knows(f"units.{parameter.unit}"), parameter.unit


def test_a_key_that_is_missing_is_an_error_and_not_an_empty_place():
    with pytest.raises(KeyError, match=r"no text 'page\.nothing' in en\.toml"):
        language("en").say("page.nothing")
    with pytest.raises(KeyError, match="no language 'de'"):
        language("de")


# ---- numbers and dates by locale


def test_numbers_money_shares_and_dates_follow_the_language():
    en, fr = language("en"), language("fr")
    assert (en.number(-1234.56, 1), fr.number(-1234.56, 1)) == ("−1,234.6", "−1\u202f234,6")
    assert (en.number(0.04, 1, signed=True), en.number(3.0, signed=True), en.number(15_149, -2)) == ("0.0", "+3", "15,100")
    assert (en.euros(1_460_000), fr.euros(1_460_000)) == ("EUR\u00a01.46\u00a0million", "1,46\u00a0M€")
    assert (en.euros(40_000), fr.euros(40_000), en.euros(12.5), en.euros(-3.0)) == (
        "EUR\u00a040,000", "40\u202f000\u00a0€", "EUR\u00a012.50", "−EUR\u00a03",
    )  # fmt: skip
    assert (en.share(0.844), fr.share(0.844), en.share(0.999), en.share(1.0), en.share(0.001), en.share(0.0)) == (
        "84%", "84\u202f%", ">99%", "100%", "<1%", "0%",
    )  # fmt: skip
    assert (en.date("2026-11-23T02:37:00+00:00"), fr.date("2026-11-23T02:37:00+00:00")) == ("November 23, 2026", "23 novembre 2026")
    assert en.number(np.nan) == en.euros(np.inf) == en.share(np.nan) == "not defined"


def test_french_typography_is_set_when_the_catalogue_is_read():
    assert catalogue("fr")["page.title"].startswith("{measures}\u202f: comparaison avec «\u202f{control}\u202f»")
    assert catalogue("fr")["format.million"] == "#,##0.00 M¤"
    assert not any("'" in text for text in catalogue("fr").values() if isinstance(text, str))


@pytest.mark.parametrize(
    ("low", "high", "value", "places"),
    [
        (4.94, 5.91, 5.42, 1),
        (0.312, 0.364, 0.338, 3),
        (13_700, 16_500, 15_100, -2),
        (-30.0, 90.0, 20.0, -1),
        (np.nan, np.nan, 0.0214, 3),
        (30.0, 1_400.0, 700.0, -1),  # to hundreds the lower end would be 0, of a number that is surely more
        (-0.9, -0.0004, -0.45, 4),
        (0, 0, 0, 0),
    ],
)
def test_a_number_is_rounded_to_what_its_interval_can_carry(low, high, value, places):
    assert readings.decimals(low, high, value) == places


def test_a_value_that_changes_over_time_is_told_with_its_months():
    amount = next(p for p in measures.PARAMETERS["seed_grant"].declared() if p.name == "amount_eur")
    assert value_of(amount, {"24": 30_000.0, "0": 20_000.0}, language("en")) == "EUR\u00a020,000; from month 24: EUR\u00a030,000"


# ---- the page


@EACH_LANGUAGE
def test_the_page_is_well_formed_and_its_links_lead_somewhere(code, pages, written):
    tree = Tree(pages[code])
    assert (tree.wrong, tree.open) == ([], [])
    assert len(tree.ids) == len(set(tree.ids))
    for link in tree.links:
        assert link[1:] in tree.ids if link.startswith("#") else (written / link).exists(), link


@EACH_LANGUAGE
def test_the_page_needs_nothing_but_itself(code, pages):
    assert foreign(pages[code]) == []


@EACH_LANGUAGE
def test_the_page_is_the_same_to_the_byte_each_time(code, pages, written):
    assert build.build(written, code).read_text(encoding="utf-8") == pages[code]


@EACH_LANGUAGE
def test_the_headline_numbers_are_those_of_the_tables(code, pages, written):
    speaking, stored = language(code), folder.read(written)
    ranking = pd.read_csv(written / "tables" / "ranking.csv").set_index(["arm", "outcome"])
    cards = re.findall(r'<article class="card.*?</article>', pages[code], re.DOTALL)
    table = re.search(r'<table class="main">.*?</table>', pages[code], re.DOTALL)[0]
    assert len(cards) == len(stored.headlines) == 4
    for card, outcome in zip(cards, stored.headlines, strict=True):
        ours = [ranking.loc[arm.name, outcome] for arm in stored.treated]
        row = max(ours, key=lambda r: abs(r.difference) / (r.high_simultaneous - r.low_simultaneous))
        places = readings.decimals(row.low_simultaneous, row.high_simultaneous, row.difference)
        value, low, high = (speaking.number(n, places, signed=True) for n in (row.difference, row.low_simultaneous, row.high_simultaneous))
        interval = speaking.say("format.interval", low=low, high=high)
        assert speaking.name_of("outcomes", outcome) in Tree(card).text
        for part in (card, table):
            assert f'<span class="value">{value}</span>' in part
            assert f">{interval}</" in part


@pytest.mark.usefixtures("in_words")
def test_an_effect_whose_interval_holds_zero_is_said_to_be_no_different_from_none(tmp_path):
    page = build.build(small(strength={"animation": 0.0}, noise=2.0).write(tmp_path)).read_text(encoding="utf-8")
    cards = re.findall(r'<article class="card (\w+)">(.*?)</article>', page, re.DOTALL)
    assert "unclear" in {verdict for verdict, _ in cards}
    for verdict, card in cards:
        assert ("cannot be told apart from no effect" in card) == (verdict == "unclear")


@EACH_LANGUAGE
def test_everything_that_was_asked_for_is_on_the_page(code, pages):
    tree, speaking = Tree(pages[code]), language(code)
    headings = [key for key in catalogue(code) if key.startswith("sections.")]
    assert all(speaking.say(key) in tree.text for key in headings)
    figures = {"effects", "other_effects", "plane", "path_clusters", "path_mean_degree", "path_innovations", "path_met_share", "maps"}
    assert figures | {"gains_clustered", "gains_survived"} <= set(tree.ids)
    assert {f"grid-{name}" for name in ("money", "costs", "emergence", "ranking", "precision", "shares", "calls")} <= set(tree.ids)
    assert "grid-regret" not in tree.ids
    assert all(point in tree.text for point in speaking.points("limits.points"))
    assert len(re.findall(r'role="img" aria-label="[^"]{10,}"', pages[code])) == len(re.findall("<svg", pages[code])) == 10


@pytest.mark.usefixtures("in_words")
def test_regret_states_equal_budgets_failures_and_warnings_are_told_where_there_are_any(tmp_path):
    asked = small(
        states=2,
        failures=({"arm": "animation", "state": 0, "seed": 2, "error": "ValueError: <odd>", "traceback": ""},),
        warnings=("animation: its budget is never used",),
        equal_budget={
            "target_eur": 5e5,
            "tolerance": 0.02,
            "arms": [
                {"arm": "no_support", "factor": 1.0, "achieved_eur": 0.0, "gap": None, "met": True, "note": ""},
                {"arm": "animation", "factor": 0.513, "achieved_eur": 503_000.0, "gap": 0.006, "met": True, "note": ""},
            ],
        },
        precision={"width": 0.5, "outcome": "clusters", "arm": "animation", "reached": False, "seeds": 6},
    )
    page = build.build(asked.write(tmp_path)).read_text(encoding="utf-8")
    text = Tree(page).text
    assert "grid-regret" in page
    assert "Animation, seed 2, state 0: ValueError: <odd>" in text
    assert "“Animation”: 1 of 12 runs failed; it is compared on 5 histories." in text
    assert "animation: its budget is never used" in text
    assert "Animation: public budgets times 0.513, public spending EUR\u00a0503,000 (aim EUR\u00a0500,000): within the tolerance" in text
    assert "with 6 seeds it is still wider" in text
    assert "processes.meeting.decay_km" in text
    assert "Only 5 histories could be compared" in text


EQUAL = {
    "target_eur": 5e5,
    "tolerance": 0.02,
    "arms": [
        {"arm": "no_support", "factor": 1.0, "higher_factor": None, "higher_years": [], "achieved_eur": 0.0, "gap": None, "met": True},
        {
            "arm": "animation", "factor": 0.4997, "higher_factor": 0.5001, "higher_years": [3, 6, 9], "achieved_eur": 503_000.0,
            "gap": 0.006, "met": True,
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "times 0.4997, and times 0.5001 in these budget years (the first is 1): 3, 6, and 9; public spending EUR\u00a0503,000"),
        ("fr", "multipliés par 0,4997, et par 0,5001 dans ces années budgétaires (la première est 1)\u202f: 3, 6 et 9"),
    ],
)
@pytest.mark.usefixtures("in_words")
def test_budgets_that_are_higher_in_some_years_are_told_with_both_factors_and_the_years(tmp_path, code, said):
    page = build.build(small(equal_budget=EQUAL).write(tmp_path), code).read_text(encoding="utf-8")
    assert said in Tree(page).text


LEFT = {
    **EQUAL,
    "arms": [
        *EQUAL["arms"],
        {
            "arm": "recognition", "factor": 1.0, "higher_factor": None, "higher_years": [], "achieved_eur": 0.0, "gap": None, "met": None,
            "note": "left", "notes": [{"kind": "no_public_budget", "values": {}}],
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said", "why", "never"),
    [
        ("en", "Not made equal, for want of public spending", "A badge: not made equal (none of its", "every measure spends"),
        ("fr", "Sans égalisation, faute de dépense publique", "A badge\u202f: sans égalisation (aucune de ses", "chaque mesure dépense"),
    ],
)
@pytest.mark.usefixtures("in_words")
def test_an_arm_without_public_spending_is_never_said_to_spend_as_much_as_the_others(tmp_path, code, said, why, never):
    titles = {"no_support": "Brittany: no support", "animation": "Animation", "recognition": "A badge"}
    measures = {arm: {arm: {"kind": arm, "funder": "region_council"}} for arm in ("animation", "recognition")}
    asked = small(titles=titles, strength={"animation": 1.0}, measures=measures, equal_budget=LEFT)
    text = Tree(build.build(asked.write(tmp_path), code).read_text(encoding="utf-8")).text
    assert said in text and why in text
    assert never not in text


def test_every_caution_and_every_note_has_its_words_in_both_languages():
    said = {**cautions._SAID, **dict.fromkeys(("differences", *IDLE), "")}
    for code in LANGUAGES:
        texts = catalogue(code)
        assert {key.removeprefix("cautions.") for key in texts if key.startswith("cautions.")} == set(said)
        assert {key.removeprefix("notes.") for key in texts if key.startswith("notes.")} == {*equal_budget._NOTES, "because"}
        for kind, sentence in said.items():
            if sentence:
                assert _placeholders(texts[f"cautions.{kind}"]) <= _placeholders(sentence) | {"why"}, kind


NAMED = {"animation": "animators"}
REACHED = pd.DataFrame(
    [
        {
            "arm": arm, "state": 0, "seed": seed, "measure": NAMED.get(arm, arm), "awards": awards, "calls": calls, "short_calls": short,
            "left_eur": left,
        }
        for seed in (1, 2)
        for arm, awards, calls, short, left in (
            ("animation", 0, 4, 4, 1e5), ("late", 0, 0, 0, 0.0), ("poor", 0, 4, 0, 0.0), ("some", 3, 4, 1, 250.0), ("all", 9, 4, 0, 0.0),
        )
    ]
)


@pytest.mark.usefixtures("in_words")
def test_a_measure_that_reaches_nobody_is_told_on_the_first_page_in_its_language(tmp_path):
    found = cautions.said_of_reach(REACHED)
    assert [(caution.kind, caution.values["arm"]) for caution in found] == [
        ("nobody_reached", "animation"), ("no_call", "late"), ("nothing_promised", "poor"), ("too_few_eligible", "some"),
    ]  # fmt: skip
    assert "animators reaches nobody in any run, so it changes nothing; of 4 calls 4 had money and nobody" in found[0]
    assert "100,000 EUR was left over" in found[0]
    folder = small(warnings=tuple(found)).write(tmp_path)
    assert "“Animation”: animation (animators) reaches nobody in any history" in first_page(build.build(folder).read_text(encoding="utf-8"))
    french = build.build(folder, "fr").read_text(encoding="utf-8")
    assert "animation (animators) n’atteint personne dans aucune histoire" in first_page(french)
    assert "sur 4 appels de some, 1 avaient encore de l’argent et plus personne qui pût candidater" in Tree(french).text


@pytest.mark.usefixtures("in_words")
def test_a_french_page_speaks_no_english_but_for_cautions_of_folders_that_keep_nothing_else(tmp_path):
    few = Caution("few_seeds", "6 seeds are few", {"seeds": 6, "enough": 30})
    page = build.build(small(warnings=(few,)).write(tmp_path / "new"), "fr").read_text(encoding="utf-8")
    assert 'lang="en"' not in page
    assert "6 histoires sont peu" in Tree(page).text
    assert "distance sur laquelle l’usage d’un service tombe à 37\u202f%" in Tree(page).text
    asked = small(warnings=("6 seeds are few",)).write(tmp_path / "old")
    old = build.build(asked, "fr").read_text(encoding="utf-8")
    assert '<li lang="en">6 seeds are few</li>' in old


def test_every_number_of_the_theory_is_named_and_told_in_french():
    speaking, theory = language("fr"), whole_theory()
    for group, numbers in {**theory.processes, "population": Population}.items():
        for parameter in numbers.declared():
            name, meaning = sheets._of_theory(parameter, group, speaking)
            assert name != parameter.name.replace("_", " ") and meaning != parameter.meaning, (group, parameter.name)


@pytest.mark.parametrize(
    ("code", "named", "why"),
    [
        ("en", "rests on what is assumed: Ideas with money in hand", "Much of its effect follows from what is assumed"),
        ("fr", "repose sur ce qui est supposé\u202f: Idées avec financement", "Une grande part de son effet découle de ce qui est supposé"),
    ],
)
@pytest.mark.usefixtures("in_words")
def test_a_measure_whose_effect_rests_on_an_assumed_number_says_so_beside_it(tmp_path, code, named, why):
    titles = {"no_support": "No support", "vouchers": "Money for ideas", "animation": "Animation"}
    measures = {"vouchers": {"v": {"kind": "voucher", "funder": "council"}}, "animation": {"a": {"kind": "animation", "funder": "council"}}}
    asked = small(titles=titles, strength={"vouchers": 1.0}, measures=measures)
    page = build.build(asked.write(tmp_path), code).read_text(encoding="utf-8")
    assert first_page(page).count(named) == 1, "animation rests on no number of its own that is assumed"
    assert Tree(page).text.count(why) == 1
    assert "--uncertain processes.innovating.granted_idea_rate" in Tree(page).text


def test_an_effect_rests_only_on_numbers_that_there_are():
    theory = whole_theory()
    for kind, numbers in evidence.ACTS_BY.items():
        assert kind in measures.KINDS
        for group, name in numbers:
            assert name in {parameter.name for parameter in theory.processes[group].declared()}


@EACH_LANGUAGE
def test_the_cards_say_what_a_measure_spends_and_how_large_its_effect_is(pages, written, code):
    speaking, said = language(code), first_page(pages[code])
    money = pd.read_csv(written / "tables" / "money.csv").set_index("arm")
    both = {payer: speaking.euros(money.at["policy_mix", f"{payer}_eur"]) for payer in ("public", "private")}
    assert speaking.say("page.spent_both", measure="A mix of three measures", **both) in said
    assert first_page_module._relative(contrast(difference=-6.0, control=200.0), "C", speaking) == speaking.say(
        "page.relative", change="\u2212" + speaking.number(3, 1), control="C"
    )
    least = speaking.number(0.01, 2)
    tiny = first_page_module._relative(contrast(difference=0.001, control=1e6), "C", speaking)
    assert tiny == speaking.say("page.relative_tiny", least=least, control="C")
    assert first_page_module._relative(contrast(difference=1.0, control=0.0), "C", speaking) == "", "of nothing there is no part"
    assert first_page_module._relative(contrast(difference=0.1, control=0.5, scale=100.0), "C", speaking) == ""


@EACH_LANGUAGE
def test_what_is_promised_and_still_to_be_paid_stands_under_what_is_spent(pages, written, code):
    speaking = language(code)
    owed = pd.read_csv(written / "tables" / "money.csv").set_index("arm")["public_committed_eur"]
    said = speaking.say("table.committed", amount=speaking.euros(owed["policy_mix"]))
    assert owed["policy_mix"] > 0 == owed["animation"]
    assert first_page(pages[code]).count(speaking.say("table.committed", amount="").strip()) == 1, "nothing is said where nothing is owed"
    assert said in first_page(pages[code])
    assert speaking.euros(owed["policy_mix"]) in Tree(pages[code][pages[code].index('id="grid-money"') :]).text


@pytest.mark.parametrize(("code", "name"), [("en", "Months of the calls"), ("fr", "Mois des appels")])
@pytest.mark.usefixtures("in_words")
def test_a_measure_with_dates_tells_the_months_of_its_calls_and_no_number_a_year(tmp_path, code, name):
    said = {"kind": "seed_grant", "funder": "region_council", "call_months": [1, 13, 37]}
    asked = small(measures={"animation": {"grants": said}})
    path = asked.write(tmp_path)
    text = Tree(build.build(path, code).read_text(encoding="utf-8")).text
    sheet = text[text.index(language(code).say("what.seed_grant")) :]
    assert re.search(rf"{name}\s*1, 13, 37", sheet)
    assert language(code).say("parameters.calls_per_year") not in sheet.partition(language(code).say("sections.grades"))[0]
    numbers = pd.read_csv(path / "tables" / "numbers.csv").set_index(["group", "name"])
    assert numbers.loc[("seed_grant", "calls_per_year"), "values"] == "call_months = [1, 13, 37]"


@pytest.mark.usefixtures("in_words")
def test_titles_with_special_characters_are_shown_and_do_not_become_markup(tmp_path):
    odd = "<script>alert(1)</script> & “quotes” $x^2$"
    page = build.build(small(titles={"no_support": "No & none", "animation": odd}).write(tmp_path)).read_text(encoding="utf-8")
    tree = Tree(page)
    assert (tree.wrong, tree.open) == ([], [])
    assert "<script" not in page
    assert odd in tree.text


@EACH_LANGUAGE
@pytest.mark.usefixtures("in_words")
def test_outcomes_that_are_not_defined_and_few_seeds_are_said_to_be_so(code, tmp_path):
    asked = small(seeds=2, undefined=("clusters", "survival"), titles={"no_support": "No", "animation": "A", "seed_grants": "B"})
    text = Tree(build.build(asked.write(tmp_path), code).read_text(encoding="utf-8")).text
    assert not re.search(r"\b(nan|NaN|inf)\b", text)
    assert language(code).say("words.not_defined") in text
    assert language(code).say("page.unknown_badge") in text


@pytest.mark.usefixtures("in_words")
def test_one_seed_in_common_still_makes_a_page(tmp_path):
    lost = tuple({"arm": "animation", "state": 0, "seed": seed, "error": "E", "traceback": ""} for seed in range(2, 7))
    page = build.build(small(failures=lost).write(tmp_path)).read_text(encoding="utf-8")
    assert "too few histories to tell" in page


def first_page(page: str) -> str:
    """What stands before the first figure, as it is read."""
    return Tree(page.partition("<nav>")[0] + "</main></body></html>").text


@pytest.mark.usefixtures("in_words")
def test_one_territory_and_nothing_else_are_claimed_only_where_they_are_true(tmp_path):
    alike = first_page(build.build(small().write(tmp_path / "alike")).read_text(encoding="utf-8"))
    assert "so that what differs is the measure and nothing else" in alike and "on the territory “Brittany”" in alike
    path = small(differences_allowed=True).write(tmp_path / "other")
    manifest = json.loads((path / "comparison.json").read_text())
    (path / "comparison.json").write_text(json.dumps(manifest | {"files": []}))
    resolved = path / "arms" / "animation.toml"
    resolved.write_text(re.sub(r'places = "bretagne"', 'places = "emilia_romagna"', resolved.read_text()))
    other = first_page(build.build(path).read_text(encoding="utf-8"))
    assert "nothing else" not in other and "territory “" not in other
    assert "The scenarios differ in more than their measures" in other and "on territories that differ" in other


@pytest.mark.usefixtures("in_words")
def test_scaled_budgets_and_drawn_states_are_told_on_the_first_page(tmp_path):
    fact = {"factor": 1.0, "achieved_eur": 5e5, "gap": 0.1, "note": ""}
    arms = [{"arm": name, "met": name != "animation", **fact} for name in ("no_support", "animation")]
    asked = small(states=3, equal_budget={"target_eur": 5e5, "tolerance": 0.02, "arms": arms})
    said = first_page(build.build(asked.write(tmp_path)).read_text(encoding="utf-8"))
    assert "Public budgets were scaled so that every measure spends about the same public money, EUR\u00a0500,000." in said
    assert "That aim was missed by: Animation." in said
    assert "averages over the scenario as written and 2 draws" in said


@pytest.mark.usefixtures("in_words")
def test_failed_runs_are_counted_on_the_first_page_and_few_histories_by_what_is_left(tmp_path):
    lost = tuple({"arm": "animation", "state": 0, "seed": seed, "error": "E", "traceback": ""} for seed in range(1, 21))
    said = first_page(build.build(small(seeds=40, failures=lost).write(tmp_path)).read_text(encoding="utf-8"))
    assert "“Animation”: 20 of 40 runs failed; it is compared on 20 histories." in said
    assert "Only 20 histories could be compared" in said
    assert said.count("20 histories") >= 2 + 4  # in each cell too


@pytest.mark.usefixtures("in_words")
def test_where_no_history_differs_there_is_no_interval_and_no_measure_is_named(tmp_path):
    titles = {"no_support": "No support", "animation": "One", "seed_grants": "Two"}
    page = build.build(small(titles=titles, seeds=40, strength={}, noise=0.0).write(tmp_path)).read_text(encoding="utf-8")
    for verdict, card in re.findall(r'<article class="card (\w+)">(.*?)</article>', page, re.DOTALL):
        assert verdict == "same"
        assert "no difference in any of 40 histories" in card and "No measure changes this in any of 40 histories" in card
        assert "One" not in card and " to " not in Tree(card).text
    said = first_page(page)
    assert "better in" not in said and "best:" not in said


def contrast(**changes) -> readings.Contrast:
    given = dict(
        arm=folder.Arm("a", "A", 1, {}), outcome="clusters", difference=2.0, low=1.0, high=3.0, low_alone=1.0, high_alone=3.0,
        control=5.0, treated=7.0, share_better=0.5, share_equal=0.25, best=1.0, n=40, scale=1.0,
    )  # fmt: skip
    return readings.Contrast(**given | changes)


@pytest.mark.usefixtures("in_words")
def test_histories_that_are_equal_are_not_told_as_better():
    cell = first_page_module._cell(contrast(), True, 40, language("en"))
    assert (cell.better, cell.best, cell.histories) == ("better in 50%, equal in 25%", ">99%", "")
    assert first_page_module._cell(contrast(share_equal=0.0), False, 50, language("fr")).better == "meilleur dans 50\u202f% des histoires"
    assert first_page_module._cell(contrast(), False, 50, language("en")).histories == "40 histories"


def ranked(**arms: dict[str, float]) -> tuple[str, bool]:
    """Which of these arms is on the card, and whether chances of being best are told."""
    found = {name: contrast(arm=folder.Arm(name, name, k, {}), **said) for k, (name, said) in enumerate(arms.items(), 1)}
    stored = SimpleNamespace(treated=[one.arm for one in found.values()], headlines=("clusters",))
    by_key = {(name, "clusters"): one for name, one in found.items()}
    (leading,) = readings.leading(stored, by_key)
    return leading.arm.name, first_page_module.may_be_ranked(stored, by_key, "clusters")


def test_the_card_shows_who_is_most_probably_best_of_those_that_can_be_told_from_none_and_else_no_chance_is_told():
    small_and_sure = {"difference": 1.0, "low": 0.5, "high": 1.5}
    large_and_sure = {"difference": 3.0, "low": 2.0, "high": 4.0}
    large_and_unsure = {"difference": 5.0, "low": -1.0, "high": 11.0}
    harm = {"difference": -2.0, "low": -3.0, "high": -1.0, "best": 0.001}
    assert ranked(one={**small_and_sure, "best": 0.1}, two={**large_and_sure, "best": 0.9}) == ("two", True)
    assert ranked(one={**small_and_sure, "best": 0.9}, harm=harm) == ("one", True), "less harm is no reason to be on the card"
    assert ranked(one={**small_and_sure, "best": 0.005}, two={**large_and_unsure, "best": 0.99}) == ("one", False)
    assert ranked(harm={**harm, "best": 0.0}, worse={**harm, "difference": -2.5}) == ("worse", True), "doing nothing is best"
    assert ranked(unsure={**large_and_unsure, "best": 0.9}, other={**large_and_unsure, "low": -2.0, "best": 0.1}) == ("unsure", False)
    assert ranked(one={**large_and_sure, "best": 0.9, "n": 20}) == ("one", False)


def test_how_near_an_interval_that_lies_askew_is_to_leaving_out_zero_is_told_by_its_end_towards_zero():
    assert contrast(difference=2.0, low=0.1, high=9.0).support > 1.0 > contrast(difference=2.0, low=-0.1, high=2.5).support
    assert contrast(difference=-2.0, low=-9.0, high=-0.1).support > 1.0


@pytest.mark.parametrize(
    ("runs", "said"), [(1_789_137.3, "1,800,000"), (356.0, "360"), (99.6, "100"), (-7.4, "\N{MINUS SIGN}7"), (0.0, "0")]
)
def test_runs_saved_are_told_in_two_figures(runs, said):
    assert grids._roughly(runs, language("en")) == said


def test_a_difference_of_nothing_does_not_round_the_levels_away():
    effect = readings.effect_of(contrast(difference=0.0, low=0.0, high=0.0, control=0.33, treated=0.33), language("en"))
    assert (effect.verdict, effect.value, effect.control, effect.interval) == ("same", "0", "0.3", "no difference in any of 40 histories")


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [("fr", "0,9", True), ("fr", "1,9", True), ("fr", "2,0", False), ("fr", "34\u202f810", False), ("en", "1", True), ("en", "0.9", False)],
)
def test_nouns_are_singular_where_the_language_asks_for_it(code, said, expected):
    assert language(code).singular(said) == expected


def test_shipped_scenarios_are_called_in_the_language_of_the_page_unless_they_were_renamed():
    titles, en, fr = {name: Scenario.load(name) for name in shipped_scenarios()}, language("en"), language("fr")
    for name, scenario in titles.items():
        assert en.say(f"scenarios.{name}") == scenario.title and en.say(f"questions.{name}") == scenario.question
        assert fr.title(name, scenario.title) == fr.say(f"scenarios.{name}")
    assert fr.title("no_support", "My own") == "My own"
    assert fr.territory("drawn territory of 12 places") == "territoire tiré au sort de 12 lieux"
    assert all(en.knows(f"territories.{fact['title']}") for fact in shipped_territories().values())
    assert fr.territory("my_own places") == "my_own places"


def test_rates_are_told_in_percent_and_one_of_a_thing_in_the_singular():
    declared = {p.name: p for p in measures.PARAMETERS["loan"].declared()}
    assert value_of(declared["interest_per_year"], 0.02, language("en")) == "2% a year"
    assert value_of(declared["calls_per_year"], 1, language("en")) == "1 a year"
    assert [value_of(declared["duration_months"], months, language("en")) for months in (1, 2)] == ["1 month", "2 months"]


@pytest.mark.usefixtures("in_words")
def test_scenarios_of_one_title_are_told_apart_by_their_names(tmp_path):
    titles = {"no_support": "No support", "small": "Coordinators", "large": "Coordinators"}
    measures = {arm: {arm: {"kind": "animation", "funder": "council"}} for arm in ("small", "large")}
    asked = small(titles=titles, strength={"small": 1.0}, measures=measures)
    page = build.build(asked.write(tmp_path)).read_text(encoding="utf-8")
    assert "Coordinators (small) and Coordinators (large)" in first_page(page)


@EACH_LANGUAGE
@pytest.mark.usefixtures("in_words")
def test_one_month_is_singular_and_failed_runs_make_histories_differ(tmp_path, code):
    speaking = language(code)
    failures = ({"arm": "animation", "state": 0, "seed": 2, "error": "ValueError: odd", "traceback": ""},)
    page = first_page(build.build(small(months=1, failures=failures).write(tmp_path), code).read_text(encoding="utf-8"))
    assert speaking.say("format.one_month", count="1") + ("," if code == "en" else "") in page
    assert "1 months" not in page
    assert speaking.say("reading.same_but") in page and speaking.say("reading.same") not in page


def test_a_scenario_shorter_than_a_year_has_no_last_year():
    assert readings.unit_of("clusters", 11, language("en")) == "number, whole period"
    assert readings.unit_of("clusters", 12, language("en")) == "number, last year"


def test_the_page_of_a_folder_without_raw_frames_still_leads_somewhere(tmp_path):
    path = small().write(tmp_path)
    page = build.build(path).read_text(encoding="utf-8")
    for raw in [*path.glob("*.parquet"), *path.glob("examples/*/*")]:
        raw.unlink()
    shutil.rmtree(path / "examples")
    links = [link for link in Tree(page).links if not link.startswith("#")]
    assert "tables/paths.csv" in links
    assert all((path / link).exists() for link in links)


def test_precision_is_told_of_every_outcome(pages, written):
    table = Tree(re.search(r'id="grid-precision".*?</section>', pages["fr"], re.DOTALL)[0]).text
    effects = pd.read_csv(written / "tables" / "effects.csv")
    assert table.count("Animation of clusters") == effects["outcome"].nunique() == 14
    assert all(language("fr").name_of("outcomes", outcome) in table for outcome in effects["outcome"])


def test_every_word_of_the_tables_of_costs_has_its_text():
    for code in LANGUAGES:
        assert all(language(code).knows(f"costed.{outcome}") for outcome in worth.COSTED)
        assert all(language(code).knows(f"statuses.{grids._key(word)}") for word in re.findall(r"^- \*([\w -]+)\*:", worth.__doc__, re.M))
    row = SimpleNamespace(standing="dominated", sure=False)
    assert grids._standing(row, language("en")) == "another is better value (may be chance)"
    assert grids._standing(SimpleNamespace(standing="dominated", sure=True), language("en")) == "another is better value"
    assert grids._cost(1_742.0, "persons_served", language("en")) == "EUR\u00a01,742 per person helped for a year"


def test_winners_and_losers_are_told_with_their_shares(pages, written):
    table = re.search(r'id="grid-gains".*?</section>', pages["en"], re.DOTALL)[0]
    groups = pd.read_csv(written / "tables" / "groups.csv").set_index(["arm", "division", "group", "outcome"])
    row = groups.loc["policy_mix", "place", "rural", "clustered"]
    assert row.share_gaining > 0
    rural = re.search(r"<td[^>]*>A mix of three measures</td>\s*<td[^>]*>Place: rural</td>.*?</tr>", table, re.DOTALL)[0]
    assert f">{language('en').share(row.share_gaining, 1)}<" in rural


# ---- what the numbers rest on


def test_every_number_has_a_grade_and_assumed_ones_are_never_called_better(written):
    numbers = graded(folder.read(written))
    assert {number.grade for number in numbers} == set(GRADES)
    for number in numbers:
        unsupported = {"decision", "assumed"} if number.part == "measures" else {"assumed"}
        assert (number.grade in unsupported) == ("assumed" in number.parameter.source), number
        assert number.parameter.name not in WORKINGS or number.grade != "decision", number
    assert {number.group for number in numbers if number.part == "measures"} == {"animation", "seed_grant"}
    budget = next(n for n in numbers if (n.group, n.parameter.name) == ("animation", "budget_eur_per_year"))
    assert budget.values == (250_000.0, 200_000.0) and budget.changed


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("assumed", "assumed"),
        ("triadic closure of Ter Wal 2014; size assumed", "assumed"),
        ("Scop and Scic yearbook 2012, lognormal fit", "measured"),
        ("survival of French firms 2012", "measured"),
        ("Cowan & Jonard 2004", "published"),
        ("decree 2015-431", "published"),
    ],
)
def test_the_grade_of_a_source(source, expected):
    assert grade(source) == expected


# ---- damage


def test_a_folder_that_is_no_comparison_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(ResultsError, match=r"no comparison in .*comparison\.json is missing.*Name the folder"):
        build.build(tmp_path)


@pytest.mark.parametrize("name", ["tables/effects.csv", "paths.parquet", "arms/animation.toml", "examples/animation/ties.parquet"])
@pytest.mark.parametrize("harm", ["missing", "not as it was written"])
def test_a_damaged_comparison_is_refused_by_the_name_of_the_file(name, harm, tmp_path):
    path = small().write(tmp_path)
    (path / name).unlink() if harm == "missing" else (path / name).write_bytes(b"nonsense")
    with pytest.raises(ResultsError, match=rf"{re.escape(name)} is {harm}\. Run the comparison again"):
        build.build(path)
    assert not (path / "report.html").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"control": "a"}', '{"control": "a", "files": [], "arms": [{"name": "b", "title": "B"}]}'])
def test_a_damaged_manifest_is_refused(text, tmp_path):
    (tmp_path / "comparison.json").write_text(text)
    with pytest.raises(ResultsError, match=r"cannot be read|nothing to compare"):
        build.build(tmp_path)


def test_a_table_that_lacks_a_column_is_named_with_the_column(tmp_path):
    path = small().write(tmp_path)
    manifest = json.loads((path / "comparison.json").read_text())
    manifest["files"] = []
    (path / "comparison.json").write_text(json.dumps(manifest))
    table = pd.read_csv(path / "tables" / "effects.csv").drop(columns=["low", "high"])
    table.to_csv(path / "tables" / "effects.csv", index=False)
    with pytest.raises(ResultsError, match=r"effects\.csv lacks low, high"):
        build.build(path)


# ---- the command


def test_the_command_writes_the_page_and_names_it(tmp_path):
    import typer

    from clustersim.cli.reporting import report

    app = typer.Typer()
    app.command()(report)
    path = small().write(tmp_path)
    done = CliRunner().invoke(app, [str(path), "--lang", "fr"])
    assert (done.exit_code, done.output.strip()) == (0, str(path / "report.fr.html"))
    assert '<html lang="fr">' in (path / "report.fr.html").read_text(encoding="utf-8")
    newest = CliRunner().invoke(app, [str(tmp_path)])
    assert newest.output.strip() == str(path / "report.html"), "what --out names holds it two floors down"
    (tmp_path / "empty").mkdir()
    refused = CliRunner().invoke(app, [str(tmp_path / "empty")])
    assert refused.exit_code == 2
    assert "no comparison in" in refused.output


def test_the_language_says_what_the_catalogue_says():
    speaking = Language("en", {"a.b": "{one} of two", "a.c": ("x", "y")})
    assert speaking.say("a.b", one=1) == "1 of two"
    assert speaking.points("a.c") == ("x", "y")
    assert speaking.name_of("a", "odd_word") == "odd word"
    with pytest.raises(KeyError, match="list of texts"):
        speaking.say("a.c")


def test_the_catalogues_are_valid_toml_that_editors_can_read():
    for code in LANGUAGES:
        assert tomllib.loads((PAGE / "texts" / f"{code}.toml").read_text(encoding="utf-8"))
