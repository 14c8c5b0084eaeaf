"""The log: where operators are told while no channel is set."""
