"""What must hold of any mix of measures: whom they may choose, and the laws of the money that they promise, pay and get back.

Each law is recomputed from tables and journal by other means than those of the measures themselves.
"""

import numpy as np

from clustersim.measures.calls import YEAR, Call
from clustersim.money import Flow, to_cents
from clustersim.simulation import Simulation
from clustersim.state import State
from clustersim.state.ledger import A_POLE, OUTSIDE
from clustersim.state.organisations import KINDS, PUBLIC_FUNDER, SOCIAL_ENTERPRISE

PROJECT_MONEY = ("project_call", "voucher")
IN_KIND = ("shared_space", "advice", "brokerage")
OF_GROUPS = ("animation", "recognition")


def live_lawfully(simulation: Simulation, months: int) -> list[str]:
    """Live so many months; all that was wrong with whom measures chose, what they promised and what was paid."""
    wrong, year = [], np.zeros(len(simulation.state.funders), np.int64)
    for _ in range(months):
        before = simulation.state.copy()
        simulation.step()
        state = simulation.state
        state.check()
        for award in range(len(before.awards), len(state.awards)):
            wrong += why_not(before, simulation, award)
        if simulation.month >= 1:
            wrong += beyond_budget(before, simulation, year)
    return wrong + broken_laws(simulation)


def why_not(before: State, simulation: Simulation, award: int) -> list[str]:
    """Reasons why the beneficiary of a new award was not eligible, judged on the eve of the month it was made in."""
    month, a, o = simulation.month, simulation.state.awards, before.organisations
    measure = simulation.scenario.measures[a.measure[award]]
    numbers = measure.at(month)
    organisation, pole, cluster = beneficiary = tuple(int(rows[award]) for rows in (a.organisation_row, a.pole_row, a.cluster_row))
    found = {
        "is not one of organisation, pole and group": sum(row >= 0 for row in beneficiary) != 1,
        "is of a sort that this kind does not choose": (organisation < 0) != (measure.kind in OF_GROUPS),
        "came outside the window": not numbers.start_month <= month <= numbers.end_month,
        "came in a month without a call": bool(measure.call_months) and month not in measure.call_months,
    }
    if organisation >= 0:
        sorts = {SOCIAL_ENTERPRISE} | ({1} if getattr(numbers, "private_actors", False) else set())
        age = simulation.state.month - o.founded_month[organisation]
        found["is closed"] = not o.alive[organisation]
        found["is of the wrong kind"] = o.kind[organisation] not in sorts
        found["is too young"] = age < getattr(numbers, "least_age_months", 0)
        found["is too old"] = age >= getattr(numbers, "longest_age_months", np.inf)
        found["has too many staff"] = o.staff_fte[organisation] > getattr(numbers, "most_staff_fte", np.inf)
        place, purpose, members = o.place_row[organisation], o.purpose[organisation], None
    elif pole >= 0:
        found["has ended"] = not before.poles.alive[pole]
        place, purpose, members = before.poles.place_row[pole], before.poles.purpose[pole], o.pole_row == pole
    else:
        members = o.cluster_row == cluster
        found["may not apply without a pole"] = not numbers.emerging
        found["has vanished"] = not before.clusters.alive[cluster]
        found["is in poles for the most part"] = 2 * np.count_nonzero(o.pole_row[members] >= 0) >= np.count_nonzero(members)
        speaker = np.flatnonzero(members)[np.argmin(o.uid[members])]
        place, purpose = o.place_row[speaker], before.clusters.purpose[cluster]
    if members is not None:
        found["breaks the rule of three"] = numbers.rule_of_three and np.unique(o.kind[members]).size < len(KINDS)
    funder, places = a.funder_row[award], before.places
    area = (np.zeros(len(places)), places.region, places.district, places.locality)[before.funders.level[funder]]
    found["sits elsewhere"] = area[place] != before.funders.area[funder]
    found["sits at too large a place"] = places.population[place] > numbers.most_place_population
    found["has another purpose"] = bool(measure.purposes) and before.purposes.names[purpose] not in measure.purposes
    earlier = a.measure[:award] == a.measure[award]
    for rows, row in zip((a.organisation_row, a.pole_row, a.cluster_row), beneficiary, strict=True):
        earlier &= rows[:award] == row
    bars = earlier & (a.end_month[:award] >= simulation.state.month) if numbers.renewable else earlier
    found["has had this support"] = bars.any()
    return [f"month {month}: {measure.name} chose {beneficiary}, which {reason}" for reason, holds in found.items() if holds]


def beyond_budget(before: State, simulation: Simulation, year: np.ndarray) -> list[str]:
    """Who promised more this month than it had. `year` is what each funder may still promise this year [cents]; it is kept here."""
    state, month = simulation.state, simulation.month
    a, funders = state.awards, state.funders
    begun = state.month - (month - 1) % YEAR
    if state.month == begun:
        discretion = before.funders.discretionary_share
        year[:] = np.rint(before.funders.budget_cents * (1.0 - discretion + discretion * before.funders.attention))
    known = len(before.awards)
    back = a.returned_cents - np.append(before.awards.returned_cents, np.zeros(len(a) - known, np.int64))
    np.add.at(year, a.funder_row, back)
    year += funders.repaid_cents - before.funders.repaid_cents
    np.subtract.at(year, a.funder_row[known:], a.awarded_cents[known:])
    wrong = [f"month {month}: funder {row} promised beyond its budget" for row in np.flatnonzero(year < 0)]
    wrong += [f"month {month}: funder {row} is not left with what it has" for row in np.flatnonzero(year != funders.available_cents)]
    for number in np.unique(a.measure[known:]):
        measure = simulation.scenario.measures[number]
        if isinstance(measure.numbers, Call):
            # what is given back after the calls of this month is not theirs to promise: so the rest is as of the eve
            ours = (a.measure == number) & (a.start_month >= begun)
            kept = a.awarded_cents[ours].sum() - before.awards.returned_cents[ours[:known]].sum()
            if kept > to_cents(measure.at(month).budget_eur_per_year):
                wrong.append(f"month {month}: {measure.name} promised {kept} cents this year, more than its budget")
    return wrong


def broken_laws(simulation: Simulation) -> list[str]:
    """The laws of a whole run that do not hold, in words."""
    return [name for laws in LAWS for name, holds in laws(simulation).items() if not holds]


def promises_add_up(simulation: Simulation) -> dict[str, bool]:
    """Awarded = paid + returned + still set aside; and calls tell what was promised in them."""
    a, funders, calls, measures = simulation.state.awards, simulation.state.funders, simulation.state.calls, simulation.scenario.measures
    owed = np.zeros(len(funders), np.int64)
    np.add.at(owed, a.funder_row, a.awarded_cents - a.paid_cents - a.returned_cents)
    ends = np.array([measure.numbers.end_month for measure in measures])[a.measure] + simulation.state.spin_up
    return {
        "paid and returned within what was awarded": bool((a.paid_cents + a.returned_cents <= a.awarded_cents).all()),
        "awarded = paid + returned + committed": bool((owed == funders.committed_cents).all()),
        "paid by funder": _sums(a.funder_row, a.paid_cents, len(funders)) == funders.paid_cents.tolist(),
        "repaid by funder": _sums(a.funder_row, a.repaid_cents, len(funders)) == funders.repaid_cents.tolist(),
        "calls count promises": _sums(calls.measure, calls.chosen, len(measures)) == _sums(a.measure, 1, len(measures)),
        "calls sum promises": _sums(calls.measure, calls.promised_cents, len(measures)) == _sums(a.measure, a.awarded_cents, len(measures)),
        "no call promised beyond its money": bool((calls.promised_cents <= calls.money_cents).all()),
        "no call chose beyond the eligible": bool((calls.chosen <= calls.eligible).all()),
        "no promise runs beyond its window": bool((a.end_month <= ends).all()),
    }


def journal_tells_of_every_payment(simulation: Simulation) -> dict[str, bool]:
    """The journal's sums are those of the tables, by measure, by funder, and by what is bought."""
    state, measures = simulation.state, simulation.scenario.measures
    a, o, journal, kinds = state.awards, state.organisations, state.ledger.journal, _kinds(simulation)
    under = journal.measure >= 0
    number, flow, cents, month = (column[under] for column in (journal.measure, journal.flow, journal.amount_cents, journal.month))
    payer, payee, kind = journal.payer_uid[under], journal.payee_uid[under], kinds[number]
    back, bought, running = flow == Flow.REPAYMENT, flow == Flow.PROCUREMENT, flow == Flow.SUPPORT_RUNNING
    funder = np.array([state.funders.organisation_row[len(state.funders) - len(simulation.scenario.funders) :]])
    funder = dict(zip((f.name for f in simulation.scenario.funders), o.uid[funder[0]].tolist(), strict=True))
    its_funder = np.array([funder[measure.funder] for measure in measures])[number]
    first, last = (np.array([getattr(m.numbers, name) for m in measures])[number] for name in ("start_month", "end_month"))
    outside = a.in_kind | (a.cluster_row >= 0)
    count = len(measures)
    return {
        "paid by measure": _sums(number[~back], cents[~back], count) == _sums(a.measure, a.paid_cents, count),
        "repaid by measure": _sums(number[back], cents[back], count) == _sums(a.measure, a.repaid_cents, count),
        "each measure pays from its funder": bool((np.where(back, payee, payer) == its_funder).all()),
        "nothing is paid outside a window": bool(((first <= month - state.spin_up) & (month - state.spin_up <= last))[~back].all()),
        "repaid under loans and project money alone": set(kind[back]) <= {"loan", *PROJECT_MONEY},
        "procurement under procurement alone": bool((bought == ((kind == "procurement") & ~back)).all()),
        "services are paid outside": bool((running == (payee == OUTSIDE)).all()) and set(kind[running]) <= {*IN_KIND, "animation"},
        "services sum": cents[running].sum() == a.paid_cents[outside].sum(),
        "poles sum": cents[payee == A_POLE].sum() == a.paid_cents[a.pole_row >= 0].sum(),
        "every payment is of some money": bool((cents > 0).all()),
    }


def support_reaches_whom_it_is_for(simulation: Simulation) -> dict[str, bool]:
    """What beneficiaries had in cash is what was paid to them, and what is bought for them never is."""
    a, o, poles, kinds = simulation.state.awards, simulation.state.organisations, simulation.state.poles, _kinds(simulation)
    cash = (a.organisation_row >= 0) & ~a.in_kind
    return {
        "in kind are the kinds that buy services": bool((a.in_kind == np.isin(kinds[a.measure], IN_KIND)).all()),
        "organisations had their support": _sums(a.organisation_row[cash], a.paid_cents[cash], len(o)) == o.support_cents.tolist(),
        "poles had theirs": _sums(a.pole_row[a.pole_row >= 0], a.paid_cents[a.pole_row >= 0], len(poles))
        == (poles.support_cents + poles.private_support_cents).tolist(),
        "labels cost nothing": not a.awarded_cents[kinds[a.measure] == "recognition"].any(),
        "public bodies had none": not o.support_cents[o.kind == PUBLIC_FUNDER].any(),
    }


def what_is_lent_or_earmarked_adds_up(simulation: Simulation) -> dict[str, bool]:
    """No more is repaid than is owed, and project money is granted, paid back, or lies in its holder's cash."""
    state, measures, kinds = simulation.state, simulation.scenario.measures, _kinds(simulation)
    a, o, projects = state.awards, state.organisations, state.projects
    earmarked = np.isin(kinds[a.measure], PROJECT_MONEY)
    left = np.zeros(len(o), np.int64)
    np.add.at(left, a.organisation_row[earmarked], (a.paid_cents - a.repaid_cents)[earmarked])
    np.subtract.at(left, projects.team[:, 0], projects.grant_cents)
    debts = []
    for row in np.flatnonzero(kinds[a.measure] == "loan"):
        terms = measures[a.measure[row]].at(int(a.start_month[row]) - state.spin_up)
        years = (terms.grace_months + terms.term_months) / 12.0
        debts.append(a.repaid_cents[row] <= a.awarded_cents[row] * (1.0 + terms.interest_per_year * years))
    return {
        "nobody repays more than was lent with its interest": all(debts),
        "nobody pays back more than was paid": bool((a.repaid_cents <= a.paid_cents)[earmarked].all()),
        "project money is granted, paid back or at hand": bool((left == o.project_grant_cents)[o.alive].all()),
        "no project is paid for without project money": bool((left >= 0).all()),
    }


LAWS = (promises_add_up, journal_tells_of_every_payment, support_reaches_whom_it_is_for, what_is_lent_or_earmarked_adds_up)


def _kinds(simulation: Simulation) -> np.ndarray:
    """The kind of each measure, by its number."""
    return np.array([measure.kind for measure in simulation.scenario.measures], dtype=object)


def _sums(of: np.ndarray, amount: np.ndarray | int, count: int) -> list[int]:
    """Sums of an amount by number."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, of, amount)
    return sums.tolist()
