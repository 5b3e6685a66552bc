"""Many runs and what they say together.

Each room is one kind of question: `comparisons` of support measures on the same seeds, `sweeps` over the numbers of a scenario, with their
`store` and the `sensitivity` read off them, and the `patterns` by which the model is judged. All have their runs done by the one
loop of `execution`, which gives back `records`; `adapters` lead to other programs.
"""
