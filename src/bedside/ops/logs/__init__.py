"""Bedside's own logs, read; and logs that others wrote, sanitized."""
