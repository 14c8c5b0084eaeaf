"""Builds each process's parts from explicit lists of what every feature declares."""
