"""``bedside db setup``: the database, its roles and its extensions, on the embedded server or on an external one."""
