"""The population on the eve of the first month: how many organisations, of which kinds, how large, how old, where."""

from clustersim.parameters import Parameter, Parameters

__all__ = ["Population"]


class Population(Parameters):
    """Who is there at the start."""

    organisations = Parameter(1_000, "organisations", (3, 2_000_000), "assumed", "organisations of all kinds at the start")
    private_share = Parameter(0.25, "share", (0.0, 1.0), "assumed", "share of them that are private actors: companies, banks, foundations")
    public_share = Parameter(
        0.08, "share", (0.0, 1.0), "assumed", "share of them that are public: local authorities, training and research bodies"
    )
    initial_coverage = Parameter(
        0.32,
        "share",
        (0.01, 10.0),
        "assumed, calibrated so that enterprises start near break-even",
        "capacity of social enterprises over structural need at the start; it sets the scale of needs",
    )
    local_need_sd = Parameter(
        0.2, "-", (0.0, 2.0), "assumed", "how much need per inhabitant varies between places (standard deviation of its logarithm)"
    )
    spaces_per_100_000 = Parameter(
        5.1,
        "spaces per 100 000 inhabitants",
        (0.0, 1_000.0),
        "France Tiers-Lieux 2023: 3 500 among 68 million inhabitants",
        "shared working places that exist without support",
    )
    staff_median = Parameter(
        6.5, "FTE", (0.5, 500.0), "Scop and Scic yearbook 2012, lognormal fit", "staff of the median social enterprise"
    )
    staff_sigma = Parameter(
        1.56, "-", (0.0, 4.0), "Scop and Scic yearbook 2012, lognormal fit", "spread of social enterprises' staff (of its logarithm)"
    )
    private_staff_median = Parameter(4.0, "FTE", (0.5, 500.0), "assumed", "staff of the median private actor")
    private_staff_sigma = Parameter(1.5, "-", (0.0, 4.0), "assumed", "spread of private actors' staff (of its logarithm)")
    public_staff_median = Parameter(20.0, "FTE", (0.5, 500.0), "assumed", "staff of the median public body")
    public_staff_sigma = Parameter(1.2, "-", (0.0, 4.0), "assumed", "spread of public bodies' staff (of its logarithm)")
    largest_staff = Parameter(
        500.0,
        "FTE",
        (1.0, 100_000.0),
        "European Social Enterprise Monitor 2021-22: 3 % have 250 employees or more",
        "largest staff drawn; larger draws are cut off here",
    )
    mean_age_years = Parameter(
        13.4,
        "years",
        (0.0, 100.0),
        "Scop and Scic yearbook 2012: 22.6 % are older than 20 years, read as exponential",
        "mean age of organisations at the start",
    )
    starting_cash_months = Parameter(
        3.0, "months", (0.0, 60.0), "assumed", "cash at the start, in months of wages, on average"
    )
    home_exponent = Parameter(
        1.0, "-", (0.0, 3.0), "assumed", "organisations settle in proportion to population to this power: 0 spreads them evenly over places"
    )
