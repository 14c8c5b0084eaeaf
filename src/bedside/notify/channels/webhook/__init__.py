"""Programs: JSON over HTTP, signed."""
