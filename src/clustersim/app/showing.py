"""What the components of the page are told: texts, status, lists to choose from, measures, the panel; all plain values."""

from collections.abc import Sequence
from typing import Any

from clustersim.app import drawing, panel
from clustersim.app.choices import Choice, scenarios, territories
from clustersim.app.refusing import because
from clustersim.app.saving import File
from clustersim.app.session import Session
from clustersim.app.speaking import Language

__all__ = ["download", "groups", "lists", "measures", "program", "status", "texts"]

_FAMILIES = ("bar.", "exports.", "stage.", "legend.", "drawing.", "settings.", "card.", "kinds_of_organisation.", "purposes.")


def program() -> str:
    """The drawing, as the browser runs it."""
    return drawing.program()


def texts(language: Language) -> dict[str, Any]:
    """The texts that the components fill in themselves, by dotted key."""
    said = {key: list(text) if isinstance(text, tuple) else text for key, text in language.texts.items() if key.startswith(_FAMILIES)}
    return {"code": language.code, **said}


def status(session: Session) -> dict[str, Any]:
    """Where the session stands."""
    language, progress = session.language, session.progress
    made = len(session.worlds) == len(session.settings) and session.ready
    scenario = session.settings[0].scenario() if not session.worlds else session.worlds[0].scenario
    asked = [settings.scenario() for settings in session.settings]
    return {
        "title": language.title(scenario.name, scenario.title),
        "titles": [_title(language, scenario) for scenario in asked],
        "questions": [language.question(scenario.name, scenario.question) for scenario in asked],
        "territories": [language.territory(world.simulation.territory.title) for world in session.worlds],
        "month": session.month,
        "last": max(session.last, 0),
        "horizon": session.horizon or scenario.run.months,
        "playing": session.playing,
        "speed": session.speed,
        "ready": made,
        "twin": len(session.settings) > 1,
        "progress": _progress(session, progress) if progress else None,
        "failure": session.failure,
        "caution": " ".join(_cautions(session)),
        "seed": str(session.settings[0].seed),
        "exporting": bool(session.exporting),
        "language": language.code,
    }


def download(file: File | None, number: int) -> dict[str, Any] | None:
    """A file as the browser saves it; with another number it is another file."""
    return None if file is None else {"number": number, "name": file.name, "kind": file.kind, "bytes": file.content}


def _title(language: Language, scenario: Any) -> str:
    return language.title(scenario.name, scenario.title)


def _progress(session: Session, progress: tuple[int, int]) -> dict[str, Any]:
    done, total = progress
    warming = any(world.last < 0 for world in session.worlds) or len(session.worlds) < len(session.settings)
    key = "stage.making" if not done else "stage.warming" if warming else "stage.catching_up"
    return {"text": session.language.say(key, **({"done": done, "total": total} if done else {})), "share": 100 * done / total}


def _cautions(session: Session) -> list[str]:
    """What whoever compares worlds, or looks back, has to know."""
    say = session.language.say
    said = []
    if _differ(session):
        said.append(say("stage.elsewhere" if _elsewhere(session) else "stage.differing"))
    if not session.whole:
        said.append(say("stage.thinned"))
    return said


def _elsewhere(session: Session) -> bool:
    """Whether the second world lies on another territory."""
    first, second = (settings.scenario() for settings in session.settings)
    return (first.territory, first.data_hashes().get("territory")) != (second.territory, second.data_hashes().get("territory"))


def _differ(session: Session) -> bool:
    """Whether two worlds differ in more than their measures, so that a comparison would refuse them."""
    if len(session.settings) < 2:
        return False
    said = [settings.scenario().to_dict() for settings in session.settings]
    apart = {"title", "question", "measures"}
    return any(said[0][key] != said[1][key] for key in said[0] if key not in apart)


def lists(session: Session, world: int) -> dict[str, Any]:
    """What can be chosen, and what is."""
    language, named = session.language, session.opening.named
    offered, places = scenarios(named), territories(named)
    first = session.settings[0]
    own = next((choice.territory for choice in offered if choice.name == first.name), True)
    # a scenario without a territory of its own may be what was asked for as one, as it extends one
    places += [choice for choice in offered if choice.name == first.territory and choice not in places]
    return {
        "world": world,
        "scenario": first.name,
        "territory": first.territory or "",
        "own": own,
        "second": session.settings[1].name if len(session.settings) > 1 else "",
        "seed": str(session.refused[0, "seed"][0]) if (0, "seed") in session.refused else str(first.seed),
        "seed_problem": session.refused[0, "seed"][1] if (0, "seed") in session.refused else "",
        "scenarios": _offered(offered, language),
        "territories": [{"value": "", "text": language.say("settings.own_territory")}, *_places(places, language)],
        "seconds": [{"value": "", "text": language.say("settings.no_second")}, *_offered(offered, language)],
        "titles": [_title(language, settings.scenario()) for settings in session.settings],
        "refused": session.refusals.times,
        # a file that was broken while the page is open is said, whether or not someone chooses it
        "problem": session.problem or "\n".join(because(choice.problem)(language) for choice in offered if choice.problem),
    }


def _offered(choices: Sequence[Choice], language: Language) -> list[dict[str, str]]:
    def said(choice: Choice) -> dict[str, str]:
        if choice.problem:
            text = language.say("settings.unreadable", name=choice.title)
            return {"value": choice.name, "text": text, "question": because(choice.problem)(language)}
        question = language.question(choice.stem, choice.question)
        return {"value": choice.name, "text": language.title(choice.stem, choice.title), "question": question}

    return [said(choice) for choice in choices]


def _places(choices: Sequence[Choice], language: Language) -> list[dict[str, str]]:
    said = [(choice.name, language.territory(choice.place)) for choice in choices]
    return [{"value": name, "text": text[:1].upper() + text[1:]} for name, text in said]


def groups(session: Session, number: int) -> list[dict[str, Any]]:
    """The panel of one world's settings."""
    refused = {path: said for (world, path), said in session.refused.items() if world == number}
    return panel.groups(session.settings[number], refused, session.language)


def measures(session: Session) -> list[list[dict[str, Any]]]:
    """For each world its measures, whether each is on, and what it has paid until the month that is shown."""
    said = []
    for number, settings in enumerate(session.settings):
        lived = session.worlds[number] if session.ready and number < len(session.worlds) else None
        rows = []
        for measure in settings.base().measures:
            off = measure.name in settings.switched_off
            paid = back = 0.0
            if lived is not None and not off and measure.name in lived.recorder.world.measures:
                snapshot, at = lived.memory[session.month], lived.recorder.world.measures.index(measure.name)
                paid, back = snapshot.paid_cents[at].item() / 100, snapshot.repaid_cents[at].item() / 100
            rows.append(
                {
                    "name": measure.name,
                    "label": session.language.measure(measure.name, settings.base()),
                    "on": not off,
                    "paid": paid,
                    "back": back,
                    "paid_said": "" if off else session.language.euros(paid),
                    "back_said": session.language.say("stage.came_back", value=session.language.euros(back)) if back else "",
                }
            )
        said.append(rows)
    return said
