"""Every check as an administrator sees it: what it found last, its past, and a new look."""
