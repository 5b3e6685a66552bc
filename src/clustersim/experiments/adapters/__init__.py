"""Adapters: experiments in the hands of other people's tools.

`salib` gives an experiment's factors to SALib and takes points that SALib drew. `ema` makes a model of an experiment for the EMA Workbench,
`ema_results` its tables of what came of one. `flat_names` spells paths for tools that want plain names. Mesa's `batch_run` gets a model of
its own, `clustersim.flat_model`.
"""
