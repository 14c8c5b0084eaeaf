"""Reading and exporting the audit log. Its rows are written by ``platform.access``, never here."""
