"""The theory, one file a process. They do not know each other; `Simulation.step` is where their order is written down."""
