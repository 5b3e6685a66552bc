"""Membership of poles: who joins and leaves one, where its members have their centre, and what they have in it.

An organisation joins the pole to whose members it has most trusted ties of the pole's purpose, the more slowly the fuller the
pole is; it leaves when it trusts no fellow member or sits far away. These are kernels of federating alone, and `p` is its numbers.
"""

from clustersim.kernels import kernel
from clustersim.kernels.distance import distance
from clustersim.luck import happens, hash_of


@kernel
def choose_poles(
    start, stop, living, join_key, leave_key, uid, x, y, pole_row, degree, partner, trust, tie_purpose, pole_purpose, pole_members,
    pole_x, pole_y, founder_uid, destination, p,
):  # fmt: skip
    """Where each of the living will be a member: most stay as they are, so luck is asked first."""
    for i in living[start:stop]:
        pole = pole_row[i]
        if pole >= 0:
            if happens(hash_of(leave_key, uid[i]), p.leave_chance) and (
                distance(x[i], y[i], pole_x[pole], pole_y[pole]) > p.leave_km
                or not trusts_a_fellow(i, pole, pole_row, degree, partner, trust, p)
            ):
                destination[i] = -1
        elif degree[i] > 0 and happens(hash_of(join_key, uid[i]), p.join_chance):
            near = nearest_by_ties(i, x, y, pole_row, degree, partner, trust, tie_purpose, pole_purpose, pole_x, pole_y, founder_uid, p)
            # the same luck once more, against what is left of the chance at that pole: to fall below both is to fall below the
            # smaller, so one joins with the chance of equation 4, and the search above was made only for those who may
            if near >= 0 and happens(hash_of(join_key, uid[i]), joining_chance(pole_members[near], p)):
                destination[i] = near


@kernel
def joining_chance(members, p):
    """Equation 4: nobody joins beyond what one coordinator can look after [1/month]."""
    return p.join_chance * max(0.0, 1.0 - members / p.span)


@kernel
def trusts_a_fellow(i, pole, pole_row, degree, partner, trust, p):
    """Whether i has a tie of enough trust to another member of its pole."""
    fellows = 0
    for k in range(degree[i]):
        fellows += pole_row[partner[i, k]] == pole and trust[i, k] >= p.stay_trust
    return fellows > 0


@kernel
def nearest_by_ties(i, x, y, pole_row, degree, partner, trust, tie_purpose, pole_purpose, pole_x, pole_y, founder_uid, p):
    """The pole within reach to which i has most trusted ties of its purpose, enough of them; at a draw the smaller founder's; -1."""
    best = -1
    most = 0
    for k in range(degree[i]):
        pole = int(pole_row[partner[i, k]])
        if pole < 0 or pole == best or distance(x[i], y[i], pole_x[pole], pole_y[pole]) > p.join_km:
            continue
        ties = 0
        for m in range(degree[i]):
            serves = tie_purpose[i, m] == pole_purpose[pole]
            ties += serves and pole_row[partner[i, m]] == pole and trust[i, m] >= p.join_trust
        if ties >= p.join_ties and (ties > most or (ties == most and (founder_uid[pole], pole) < (founder_uid[best], best))):
            best = pole
            most = ties
    return best


@kernel
def recount(order, pole_row, x, y, alive, members, mean_x, mean_y):
    """Members and centre of every living pole, summed by place and uid."""
    for row in range(alive.size):
        if alive[row]:
            members[row] = 0
    for i in order:
        pole = pole_row[i]
        if pole >= 0:
            if members[pole] == 0:
                mean_x[pole] = 0.0
                mean_y[pole] = 0.0
            members[pole] += 1
            mean_x[pole] += x[i]
            mean_y[pole] += y[i]
    for row in range(alive.size):
        if alive[row] and members[row] > 0:
            mean_x[row] /= members[row]
            mean_y[row] /= members[row]


@kernel
def coordinate(pole_row, coordinated, alive, coordinator):
    """Release the members of ended poles, and tell the others whether a coordinator is in post."""
    for i in range(pole_row.size):
        if pole_row[i] >= 0 and not alive[pole_row[i]]:
            pole_row[i] = -1
        coordinated[i] = pole_row[i] >= 0 and coordinator[pole_row[i]]
