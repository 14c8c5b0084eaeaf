"""A round's report as Markdown, HTML, PDF and JSON."""
