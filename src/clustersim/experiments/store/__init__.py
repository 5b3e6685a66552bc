"""The store of runs: one file that many experiments fill, and that survives what happens to files.

A run is known by `run_identity`, and what is known is never run again, whichever experiment asked for it. The file is an SQLite
database, written by one driver, a batch at a time and each batch whole or not at all; others read it meanwhile. Every row carries
a checksum over all it says (`rows`), so that damage to the file costs runs at worst and never makes a wrong one (`repairing`, `pages`).

    runs.store              the store
    runs.store-wal, -shm    its log while a driver writes, and memory shared with readers (`connecting`)
    runs.store.lock         empty; locked by the driver (`locking`)
    runs.store.driver       who that is, and how far its sweep is
    runs.store.closed       the last driver's word how far experiments were when it closed the store (`closing`)
    runs.store.damaged-...  a damaged file that has been set aside; what was whole in it is in the store again
"""

from clustersim.experiments.store.closing import Progress
from clustersim.experiments.store.errors import StoreError
from clustersim.experiments.store.locking import Driver
from clustersim.experiments.store.merging import Merged
from clustersim.experiments.store.repairing import Damage
from clustersim.experiments.store.rows import FailedRun, KeptExperiment, StoredRun, run_identity
from clustersim.experiments.store.store import Store

__all__ = ["Damage", "Driver", "FailedRun", "KeptExperiment", "Merged", "Progress", "Store", "StoreError", "StoredRun", "run_identity"]
