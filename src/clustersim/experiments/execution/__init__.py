"""Execution: who does many runs, and how what they give comes back.

`crew` is the door: one loop over futures, whatever stands behind them. `tasks` are what is asked for, `parcels` what comes back,
`pools` the processes and threads of this machine, `dask_pool` and `dask_seat` the workers of others; `program` is what must be the
same on all.
"""
