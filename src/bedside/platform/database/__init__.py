"""PostgreSQL: declared tables, engines by role, transactions. Only this package commits."""
