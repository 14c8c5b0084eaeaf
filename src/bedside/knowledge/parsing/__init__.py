"""Reading sources: Markdown and JSON lines in, documents of passages out. No database, nothing heavy."""
