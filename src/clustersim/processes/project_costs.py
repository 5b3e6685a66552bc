"""What a project costs and who pays: equations 2 to 5 of innovating."""

from clustersim.kernels import kernel
from clustersim.money import share_of


@kernel
def project_cost(size, large, p):
    """Equation 2 [cents]."""
    base = p.large_cost_eur if large else p.small_cost_eur
    return int(100.0 * base * (1.0 + p.coordination_overhead * (size - 1)) + 0.5)


@kernel
def project_grant(earmarked, grant_share, cost, size):
    """Equation 3 [cents]; `earmarked` is what this team may use."""
    return min(earmarked, share_of(cost, grant_share)) if size > 1 else 0


@kernel
def shares(earmarked, grant_share, size, large, p):
    """Equation 4: what the leader and what each partner puts in [cents]."""
    cost = project_cost(size, large, p)
    own = cost - project_grant(earmarked, grant_share, cost, size)
    partner_share = own // size
    return own - (size - 1) * partner_share, partner_share


@kernel
def purse(cash, earmarked, expense, p):
    """Equation 5: what one can put into a project [cents]; below zero for who has no money to spare."""
    return cash - earmarked - int(p.reserve_months * expense)


@kernel
def affordable(funds, size, large, earmarked, grant_share, p):
    """Whether the first `size` of a team, with these purses, can each put in their share."""
    leader_share, partner_share = shares(earmarked, grant_share, size, large, p)
    enough = funds[0] >= leader_share
    for s in range(1, size):
        enough &= funds[s] >= partner_share
    return enough


@kernel
def affordable_project(funds, size, proven, earmarked, grant_share, p):
    """What a team can pay: how many of its members, and whether a large project; nobody if the leader cannot even alone.

    The first `proven` of the team may do a large project.
    """
    while size > 0:
        if size <= proven and affordable(funds, size, True, earmarked, grant_share, p):
            return size, True
        if affordable(funds, size, False, earmarked, grant_share, p):
            return size, False
        size -= 1
    return 0, False
