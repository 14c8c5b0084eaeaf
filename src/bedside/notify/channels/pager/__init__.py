"""Pagers: the PagerDuty Events API, or Apprise."""
