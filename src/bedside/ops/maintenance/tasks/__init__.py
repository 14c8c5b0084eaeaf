"""What maintenance does: one module for each kind of work. All of it is online."""
