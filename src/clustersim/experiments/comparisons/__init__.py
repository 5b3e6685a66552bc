"""Comparisons: what support measures change, what that costs, for whom, and how sure it is.

`comparing.compare` is the door. A `plan` of `arms` is checked before anything is run; `answering` has its `worlds` run (with budgets
set by `equal_budget` and `scaling`, and states of the world drawn by `uncertainty`), and makes a `comparison` of the `frames` and
`facts`. Its tables, one module each, rest on the `pairing` of seeds: `effects`, `worth` and `frontier`, `standing`, `gains`,
`shapley`. `cautions` are what a reader must know first, `storing` keeps it all.
"""
