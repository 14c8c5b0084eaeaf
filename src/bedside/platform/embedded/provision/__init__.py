"""``bedside db setup``: the database, its roles and its extensions, on the embedded server or on an external one."""

from bedside.platform.embedded.provision.check import check_roles
from bedside.platform.embedded.provision.errors import ProvisionError
from bedside.platform.embedded.provision.setup import ProvisionReport, grant_database, provision_roles

__all__ = ["ProvisionError", "ProvisionReport", "check_roles", "grant_database", "provision_roles"]
