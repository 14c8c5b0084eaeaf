"""What every feature stands on: settings, database, audited access, jobs, events, errors, logs, metrics."""
