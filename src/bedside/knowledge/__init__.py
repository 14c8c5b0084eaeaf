"""Knowledge: sources and their passages, embedding, hybrid search."""
