"""Figures over time: sampled each minute, folded into longer stretches, read by range."""
