"""Asks the chat model's service what it offers."""
