"""Rounds: each runbook's daily, weekly, monthly and quarterly list, walked in order and reported."""
