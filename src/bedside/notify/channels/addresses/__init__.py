"""Apprise addresses of any kind: the setting NOTIFY_URLS."""
