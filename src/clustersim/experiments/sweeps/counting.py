"""Counting how far an experiment is: as its sweep has noted, or else by looking up all of its runs."""

from clustersim.experiments.store import Progress, Store
from clustersim.experiments.sweeps.asking import in_chunks
from clustersim.experiments.sweeps.experiment import Experiment

__all__ = ["how_far"]


def how_far(experiment: Experiment, store: Store) -> Progress:
    """How far it is in a store; of a sweep that is at work and looks its runs up as it goes, as far as that has come."""
    noted = store.noted_progress().get(experiment.identity())
    if noted is not None:
        return noted
    done = failed = 0
    for chunk in in_chunks(experiment):
        identities = [wanted.identity for wanted in chunk]
        there = store.known(identities)
        lost = {failure.identity for failure in store.failures(set(identities) - there)}
        done += sum(identity in there for identity in identities)
        failed += sum(identity in lost for identity in identities)
    return Progress(experiment.runs, done, failed, experiment.runs)
