"""What the program refuses though each number by itself is possible is said in the language of the page."""

import pytest

from clustersim.app.opening import Opening
from clustersim.app.refusing import sentences
from clustersim.app.speaking import language
from clustersim.problems import Problem
from sitting import visit

VILLAGE = Opening("village", territory=None)
CALLS = Opening("policy_mix", territory="village")
WRONG = [
    (VILLAGE, ("population.private_share", "0.9"), "private actors 0.9 and public bodies", "acteurs privés 0,9 et organismes publics"),
    (VILLAGE, ("population.largest_staff", "1"), "lies above the largest staff, 1", "dépasse l’effectif le plus grand, 1"),
    (VILLAGE, ("territory.regions", "9"), "regions 9, districts 1", "régions 9, départements 1"),
    (CALLS, ("measures.vouchers.start_month", "119"), "lies before the first, 119", "précède le premier, 119"),
]


@pytest.mark.parametrize(("opening", "change", "english", "french"), WRONG)
def test_numbers_that_do_not_go_together_are_refused_in_both_languages(opening, change, english, french):
    async def does(session, until):
        before = list(session.settings)
        if change[0].endswith("start_month"):
            session.change(0, change[0].replace("start", "end"), "60")
            before = list(session.settings)
        session.change(0, *change)
        assert english in session.refused[0, change[0]][1]
        session.speak("fr")
        typed, why = session.refused[0, change[0]]
        assert french in why and typed == change[1]
        assert "found" not in why and "anglais" not in why
        assert session.settings == before

    visit(does, opening)


def test_the_last_purpose_in_need_cannot_be_taken_away():
    async def does(session, until):
        session.speak("fr")
        paths = [f"purposes.{name}.prevalence_share" for name in session.settings[0].scenario().purposes.names]
        for path in paths:
            session.change(0, path, "0")
        assert [path for _, path in session.refused] == paths[-1:]
        assert "aucune finalité" in session.refused[0, paths[-1]][1]

    visit(does, VILLAGE)


def test_a_mistake_of_no_kind_is_said_as_it_was_found():
    problem = Problem("a.toml", "run.months", "5", "nothing of that kind")
    assert sentences([problem], language("en")) == str(problem)
    assert sentences([problem], language("fr")) == language("fr").say("settings.mistake", problem=str(problem))
    of_no_known_kind = Problem("a.toml", "run.months", "5", "nothing of that kind", kind="unheard_of")
    assert sentences([of_no_known_kind], language("en"), beside=True) == "5: nothing of that kind"
