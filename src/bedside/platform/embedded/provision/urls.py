"""A role's URL, made from the URL of the role that sets up."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bedside.platform.embedded.provision.errors import ProvisionError


def role_url(conninfo: str, role: str, password: str, database: str) -> str:
    """Return ``conninfo`` (URL or key-value form) as a ``postgresql://`` URL for another role and database.

    Host, port, TLS and other parameters stay. The URL holds the password. Raises ProvisionError.
    """
    try:
        options = {key: str(value) for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    except psycopg.ProgrammingError:
        # The cause would repeat the connection string and its password.
        raise ProvisionError(
            "The server's URL is not understood; use postgresql://ROLE:PASSWORD@HOST/DATABASE"
        ) from None
    for replaced in ("user", "password", "dbname", "passfile"):
        options.pop(replaced, None)
    host, port = options.get("host", ""), options.get("port", "")
    authority = ""
    # Sockets and lists of hosts have no place in a URL's authority.
    if host and not host.startswith("/") and "," not in host:
        authority = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        options.pop("host")
        options.pop("port", None)
    query = urlencode(options, safe="/,", quote_via=quote)
    user = f"{quote(role, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{user}@{authority}/{quote(database, safe='')}" + (f"?{query}" if query else "")
