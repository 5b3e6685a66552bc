"""Brokerage: meetings that a broker arranges between organisations that complement each other, beyond the usual distance.

In every month of its promise a participant is introduced to one other: of those whom the broker considers, to the one with whom

    (1)  C(i, j) = sum over d of min(challenge_d, max(competence_id, competence_jd))

is greatest, challenge being that of the participant's purpose; ties go to the smaller uid. Considered are so many draws by lot from
the living of every kind in the funder's jurisdiction, near or far and however large their place; the broker passes over those who
are partners already, and does not bring two private actors together, who do not look for each other by themselves either (meeting).

In Japan's industrial clusters indirect support, networking and coordination, did much for output and network where direct subsidies
did little (Nishimura & Okamuro 2011). That this holds for arranged meetings alone, and carries over to the social economy, is an
assumption. What such a meeting costs was not found either; 500 EUR stand for somewhat more than a day of a broker's work.

The money pays the broker and never reaches the participant's cash (it is in kind); the broker is paid for looking, also in the rare
month in which nobody is left to be introduced. Those introduced judge each other as after any meeting of the month (partnering),
with the distance between them: a broker makes far meetings likely, and good matches among them, but not far ties easy to keep.
"""

import zlib

import numpy as np

from clustersim.kernels import kernel
from clustersim.kernels.choice import slot
from clustersim.kernels.graph import slot_of
from clustersim.luck import Luck, Stream, hash_of, hash_with
from clustersim.measures.calls import Measure, choose, months_to_run
from clustersim.measures.eligibility import OrganisationCall, eligible_organisations, jurisdiction
from clustersim.measures.paying import pay
from clustersim.measures.ranking import SELECTIONS, Applicants
from clustersim.money import to_cents
from clustersim.parameters import Parameter
from clustersim.state import State
from clustersim.state.organisations import PRIVATE_ACTOR

__all__ = ["Brokerage", "enact"]

_REDRAWS = 32  # then the broker goes on to the next draw; it takes as many only where hardly anybody is left to be met


class Brokerage(OrganisationCall):
    """How many meetings, and how far the broker looks."""

    amount_eur = Parameter(500.0, "EUR/month", (100.0, 1e5), "assumed", "cost of one arranged meeting, of which there is one a month")
    selection = Parameter("lottery", "-", None, "assumed", "how a call ranks those who are eligible", choices=SELECTIONS)
    calls_per_year = Parameter(
        12, "1/year", (1, 12), "assumed",
        "rounds in a year, spread evenly from the first month of the measure; where `call_months` names months, those count instead",
    )  # fmt: skip
    duration_months = Parameter(1, "months", (1, 120), "assumed", "months over which a promise runs, with one arranged meeting in each")
    renewable = Parameter(True, "-", None, "assumed", "whether one who has had this support may apply again when it has ended")
    considered = Parameter(12, "count", (1, 1_000), "assumed", "draws from which the broker chooses the one to be met")


def enact(state: State, luck: Luck, measure: Measure, money_cents: int) -> None:
    """Hold this month's call, if money is there for one, pay the broker what is due, and introduce the participants paid for."""
    numbers = measure.numbers
    if money_cents > 0:
        amount_cents = to_cents(numbers.amount_eur) * months_to_run(numbers, state.month - state.spin_up)
        applicants = Applicants.organisations(state, eligible_organisations(state, measure, amount_cents))
        choose(state, luck, measure, money_cents, np.full(applicants.uid.size, amount_cents), applicants, in_kind=True)
    paid, _ = pay(state, measure)
    if paid.size:
        arrange(state, luck, measure, state.awards.organisation_row[paid])


def arrange(state: State, luck: Luck, measure: Measure, participants: np.ndarray) -> None:
    """Add a meeting of each participant (rows) to the encounters of the month."""
    o, ties = state.organisations, state.ties
    met = np.empty(participants.size, np.int32)
    introduce(
        luck.key(Stream.ARRANGED_MEETING, state.month), zlib.crc32(measure.name.encode()), participants, pool_of(state, measure),
        measure.numbers.considered, o.uid, o.kind, o.alive, o.purpose, o.competences, state.purposes.challenge, ties.degree,
        ties.partner_row, met,
    )  # fmt: skip
    found = met >= 0
    state.encounters.append(np.count_nonzero(found), one_row=participants[found], other_row=met[found])


def pool_of(state: State, measure: Measure) -> np.ndarray:
    """All who ever sat in the funder's jurisdiction, in order of uid: the closed keep their positions, newcomers take the last."""
    by_uid = state.by_uid()
    return by_uid[jurisdiction(state, measure)[state.organisations.place_row[by_uid]]]


@kernel
def joint_coverage(one, other, challenge):
    """Equation 1."""
    covered = 0.0
    for d in range(challenge.size):
        covered += min(challenge[d], max(one[d], other[d]))
    return covered


@kernel
def candidate(bits, i, pool, kind, alive, degree, partner_row):
    """One of the pool to whom i may be introduced, all equally likely; -1 if so many draws find none."""
    for attempt in range(_REDRAWS):
        j = pool[slot(hash_of(bits, attempt), pool.size)]
        private = kind[i] == PRIVATE_ACTOR and kind[j] == PRIVATE_ACTOR
        if alive[j] and j != i and not private and slot_of(degree, partner_row, i, j) < 0:
            return j
    return -1


@kernel
def introduce(key, call, participants, pool, considered, uid, kind, alive, purpose, competences, challenge, degree, partner_row, met):
    """Whom each participant meets: the most complementary of its candidates, -1 where there is none."""
    for n in range(participants.size):
        i = participants[n]
        met[n] = -1
        most = 0.0
        own = hash_with(key, uid[i], call)
        for k in range(considered):
            j = candidate(hash_of(own, k), i, pool, kind, alive, degree, partner_row)
            if j < 0:
                continue
            covered = joint_coverage(competences[i], competences[j], challenge[purpose[i]])
            if met[n] < 0 or covered > most or (covered == most and uid[j] < uid[met[n]]):
                met[n] = j
                most = covered
