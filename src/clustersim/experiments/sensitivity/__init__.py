"""Sensitivity: which numbers of a sweep decide its outcomes, which cannot be told apart from chance, and how much is chance.

`analysing.analyse` is the door: it reads the design by `layout`, asks each outcome for its `quantities`, and has them answered by
`screening` (Morris), `indices` (Sobol) or `correlations`, and by `chance`. `answering` puts that into `tables`, `cautions` says what must
be known before they are believed, and `storing` keeps them.
"""
