"""Running procedures, and keeping each run: who, when, what was done, found and left for a person.

For others in ``ops``: ``service.run_here`` runs a procedure in this process (a command, or a procedure made of others)
and returns the run; ``service.ask`` hands one to a worker; ``history.log`` is the maintenance log in the runbook's
shape, ``history.missed_runs`` what the schedule did not start; ``terminal`` draws all of it (``watching`` for progress,
``draw_run``, ``draw_log``, ``exit_code``).
"""
