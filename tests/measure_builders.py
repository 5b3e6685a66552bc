"""Hand-made towns, measures and months for the tests of measures: small enough to reckon every cent by hand."""

import numpy as np

from clustersim import measures
from clustersim.luck import Luck
from clustersim.measures import PARAMETERS, Measure
from clustersim.money import Flow
from clustersim.state import State
from network_builders import territory

SOCIAL, PRIVATE, PUBLIC = 0, 1, 2
LUCK = Luck(4)
FUNDER_UID = 1_000


def town(enterprises: int, *, budgets_eur=(100_000.0,), places=None, spin_up: int = 0, **columns) -> State:
    """Young social enterprises with 1 000 EUR each, then one public funder of the territory for each budget."""
    count = enterprises + len(budgets_eur)
    home = np.zeros(count, int) if places is None else np.append(places, np.zeros(len(budgets_eur), int))
    given_columns = {name: np.append(np.broadcast_to(value, enterprises), np.zeros(len(budgets_eur))) for name, value in columns.items()}
    state = territory(
        np.arange(4.0) * 10,
        np.zeros(4),
        home,
        uid=np.append(np.arange(enterprises) + 1, np.arange(len(budgets_eur)) + FUNDER_UID),
        kind=[SOCIAL] * enterprises + [PUBLIC] * len(budgets_eur),
        cash_cents=100_000,
        **given_columns,
    )
    state.places.region[:] = [0, 0, 1, 1]
    state.places.district[:] = [0, 1, 2, 2]
    state.places.locality[:] = [0, 1, 2, 3]
    state.ledger.record(Flow.STARTING_CAPITAL, 100_000 * count)
    budget_cents = np.round(np.array(budgets_eur) * 100)
    state.funders.append(
        len(budgets_eur), organisation_row=np.arange(enterprises, count), public=True, budget_cents=budget_cents, attention=0.1
    )
    state.spin_up, state.month = spin_up, 0
    return state


def measure(
    kind: str = "seed_grant", *, name: str = "one", number: int = 0, funder: int = 0, call_months: tuple[int, ...] = (), **numbers
) -> Measure:
    return Measure(name, kind, number, funder, PARAMETERS[kind](**numbers), call_months=call_months)


def month(state: State, *in_force: Measure) -> State:
    """The next month as far as measures go."""
    state.month += 1
    for _, lever in state.organisation_levers.arrays():
        lever[:] = 0
    state.encounters = type(state.encounters)()
    measures.enact(state, LUCK, in_force)
    state.check()
    state.ledger.close_month(state.month)
    state.check()
    return state


def months(state: State, count: int, *in_force: Measure) -> State:
    for _ in range(count):
        month(state, *in_force)
    return state


def winners(state: State) -> list[int]:
    return state.organisations.uid[state.awards.organisation_row].tolist()


def pole(state: State, *rows: int, place: int = 0, cash_eur: float = 0.0) -> int:
    row = state.poles.append(
        1, alive=True, founded_month=1, founder_uid=state.organisations.uid[list(rows)].min(), members=len(rows), place_row=place
    ).start
    state.poles.cash_cents[row] = round(cash_eur * 100)
    state.ledger.record(Flow.POLE_SERVICES, round(cash_eur * 100))
    state.organisations.pole_row[list(rows)] = row
    return row


def cluster(state: State, *rows: int) -> int:
    row = state.clusters.append(1, alive=True, members=len(rows)).start
    state.organisations.cluster_row[list(rows)] = row
    return row


def end_pole(state: State, row: int) -> None:
    state.ledger.record(Flow.POLE_ENDING, int(state.poles.cash_cents[row]))
    state.poles.cash_cents[row] = 0
    state.poles.alive[row] = False
    state.organisations.pole_row[state.organisations.pole_row == row] = -1
