"""Triage: from a patient's own words to a level of urgency that reviewed protocols decide.

Other features use :mod:`bedside.triage.service` and :mod:`bedside.triage.schemas` only.
"""
