"""PostgreSQL from a wheel: started, watched and found again by Bedside, on a unix socket alone."""
