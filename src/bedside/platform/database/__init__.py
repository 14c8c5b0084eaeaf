"""PostgreSQL: declared tables, engines by role, transactions. Only this package commits."""

from bedside.platform.database.base import Base, PatientData, Row

__all__ = ["Base", "PatientData", "Row"]
