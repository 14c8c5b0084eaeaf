"""What an access token's sign-in and account are now, in one round trip: every request asks for it."""

from __future__ import annotations

from alembic import op

from bedside.migrations.rights import ROLES

revision = "0010_sign_in"
down_revision = "0009_sample_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # It acts as Bedside itself, as the app's role may anyway (set_config), and puts back who acted before it.
    # With the rights of its caller: row security stays in force within it.
    op.execute(
        """
        CREATE FUNCTION sign_in_standing(of_session uuid, of_account uuid)
        RETURNS TABLE (role text, disabled boolean, revoked boolean, expires_at timestamptz, name text)
        LANGUAGE plpgsql VOLATILE SECURITY INVOKER ROWS 1
        AS $$
        #variable_conflict use_column
        DECLARE
            before text := coalesce(current_setting('bedside.actor_role', true), '');
        BEGIN
            PERFORM set_config('bedside.actor_role', 'system', true);
            RETURN QUERY
                SELECT a.role, a.disabled_at IS NOT NULL, s.revoked_at IS NOT NULL, s.expires_at, a.display_name
                FROM accounts a JOIN sessions s ON s.account_id = a.id
                WHERE s.id = of_session AND a.id = of_account;
            PERFORM set_config('bedside.actor_role', before, true);
        END
        $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION sign_in_standing(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION sign_in_standing(uuid, uuid) TO {ROLES['app']}")
