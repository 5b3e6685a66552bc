"""Sweeps: many runs, asked for in one file.

`Experiment.load` is the door. Behind it `shape` says what a file may hold, `loading` checks it against its scenarios, `reading` makes
`factors` of what is varied, `listing` reads the user's own table of points, and `designs` chooses the points. `sweeping` lives them and
puts what came of each in a store, `results` reads it from there.
"""
