"""The job queue's own tables and functions, as procrastinate ships them, and who may use them."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

from bedside.migrations.rights import ROLES

revision = "0002_jobs"
down_revision = "0001_platform"
branch_labels = None
depends_on = None

TABLES = "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"


def upgrade() -> None:
    # The driver's own cursor: the schema holds % and : signs that SQLAlchemy would read as parameters.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    app, jobs, monitor = ROLES["app"], ROLES["jobs"], ROLES["monitor"]
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO {jobs}")
    op.execute(f"GRANT INSERT ON procrastinate_jobs, procrastinate_events TO {app}")
    # Arguments are ids of people and cases, which the app's role writes on somebody's behalf and never reads.
    op.execute(f"GRANT SELECT (id, status, scheduled_at) ON procrastinate_jobs TO {app}")
    op.execute(f"GRANT SELECT (job_id, type, at) ON procrastinate_events TO {app}")
    op.execute(f"GRANT SELECT ON {TABLES} TO {monitor}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}, {jobs}")
