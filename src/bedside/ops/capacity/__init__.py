"""Capacity: how data, load and latency grow, and when they reach their limits."""
