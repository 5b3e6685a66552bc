"""Sensitivity: which numbers of a sweep decide its outcomes, which cannot be told apart from chance, and how much is chance."""
