"""What each role may do with each table's rows: the table that the row-level security tests go through.

Conditions are SQL over all rows, with ``%(patient)s`` and ``%(other)s`` (patients' ids) and ``%(actor)s`` (the actor's
id). They are written by hand from what the product promises and share nothing with the migrations' policies.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NONE, ALL = "false", "true"
REFUSED = "refused"
"""No right at all, or a row that a policy does not permit: PostgreSQL's error 42501."""

ROLE_OF = {
    "nobody": None,
    "patient": "patient",
    "other": "patient",
    "nurse": "nurse",
    "nurse with a grant": "nurse",
    "physician": "physician",
    "admin": "admin",
    "admin with a grant": "admin",
    "system": "system",
}
ACTORS = tuple(ROLE_OF)
"""``other`` is a patient who is in nobody's care; the grants are break-glass to that patient's record."""

SIGNED_IN = frozenset(ACTORS) - {"nobody"}
CLINICIANS = frozenset({"nurse", "nurse with a grant", "physician"})
ADMINS = frozenset({"admin", "admin with a grant"})
STAFF = CLINICIANS | ADMINS
SYSTEM = frozenset({"system"})
MANAGERS = ADMINS | SYSTEM
EDITORS = frozenset({"physician", *MANAGERS})
NOBODY: frozenset[str] = frozenset()


def to(actors: frozenset[str], rule: str = ALL, *, others: str = NONE) -> dict[str, str]:
    """``rule`` for some actors, ``others`` for the rest."""
    return {actor: rule if actor in actors else others for actor in ACTORS}


def charts(column: str = "patient_id") -> dict[str, str]:
    """Rows about patients: one's own, of those in care, of those opened by break-glass; all for Bedside itself."""
    mine, others = f"{column} = %(patient)s", f"{column} = %(other)s"
    return {
        **to(SYSTEM),
        "patient": mine,
        "other": others,
        "nurse": mine,
        "nurse with a grant": f"{mine} OR {others}",
        "physician": mine,
        "admin with a grant": others,
    }


def own(column: str, all_for: frozenset[str]) -> dict[str, str]:
    """One's own rows; every row for some."""
    return {**to(all_for, others=f"{column} = %(actor)s"), "nobody": NONE}


NEVER = to(NOBODY, others=REFUSED)
STAFF_CHARTS = {**charts(), "patient": NONE, "other": NONE}
WORKED_ON = {**charts(), "admin with a grant": NONE}


@dataclass(frozen=True)
class Table:
    """What may be done with one table.

    ``read``: which rows a SELECT gives. ``assign``: an UPDATE of every row, which reaches those of ``change``.
    ``delete``: which rows a DELETE of every row reaches. ``add``: who may insert a copy of the row ``sample``, with
    the columns of ``fresh`` (SQL) made new.
    """

    read: dict[str, str]
    assign: str
    change: dict[str, str] = field(default_factory=lambda: NEVER)
    delete: dict[str, str] = field(default_factory=lambda: NEVER)
    add: frozenset[str] = NOBODY
    sample: str = ALL
    fresh: dict[str, str] = field(default_factory=dict)


NEW_ID = {"id": "gen_random_uuid()"}
OF_PATIENT = "patient_id = %(patient)s"
OF_CASE = "assessment_id IN (SELECT id FROM assessments WHERE patient_id = %({})s)"
EVERYBODY = to(frozenset(ACTORS))
CLOSED = to(NOBODY, others=REFUSED)
SAMPLES = to(SYSTEM, "patient_id IN (SELECT id FROM patients WHERE is_sample)")
"""Records of sample patients are the only ones that can be deleted."""

TABLES: dict[str, Table] = {
    # The schema's version and the queue have no row-level security. Of the queue the app's role reads how it goes,
    # column by column, never a job's arguments.
    "alembic_version": Table(EVERYBODY, "version_num = 'x'"),
    "procrastinate_jobs": Table(
        CLOSED, "task_name = 'x'", add=frozenset(ACTORS), fresh={"id": "999999", "queueing_lock": "NULL"}
    ),
    "procrastinate_events": Table(CLOSED, "type = 'failed'", add=frozenset(ACTORS), fresh={"id": "999999"}),
    "procrastinate_periodic_defers": Table(CLOSED, "task_name = 'x'", fresh={"id": "999999", "task_name": "'y'"}),
    "procrastinate_workers": Table(CLOSED, "last_heartbeat = now()"),
    # What is watched is the operators'; Bedside itself alone writes it.
    "check_results": Table(to(MANAGERS), "status = 'down'", delete=to(SYSTEM), add=SYSTEM, fresh={"name": "'another'"}),
    "check_states": Table(
        to(MANAGERS), "status = 'down'", to(SYSTEM), to(SYSTEM), add=SYSTEM, fresh={"name": "'another'"}
    ),
    "traffic_minutes": Table(
        to(MANAGERS),
        "requests = 0",
        change=to(SYSTEM),
        delete=to(SYSTEM),
        add=SYSTEM,
        fresh={"process_id": "gen_random_uuid()"},
    ),
    "samples": Table(
        to(MANAGERS),
        "mean = 0",
        change=to(SYSTEM),
        delete=to(SYSTEM),
        add=SYSTEM,
        fresh={"label": "'another'"},
    ),
    # Alerts are the operators', who answer them and may evaluate the rules. What happened to one is never altered.
    "alerts": Table(
        to(MANAGERS),
        "told = 'x'",
        change=to(MANAGERS),
        delete=to(MANAGERS),
        add=MANAGERS,
        fresh={**NEW_ID, "rule": "'another'"},
    ),
    "alert_events": Table(to(MANAGERS), "reason = 'x'", add=MANAGERS, fresh={"version": "2"}),
    "alert_messages": Table(to(MANAGERS), "channel = 'x'", add=MANAGERS, fresh={"channel": "'another'"}),
    "alert_silences": Table(
        to(MANAGERS), "ended_at = now()", change=to(MANAGERS), delete=to(SYSTEM), add=MANAGERS, fresh=NEW_ID
    ),
    "on_call_shifts": Table(
        to(MANAGERS), "who = 'x'", delete=to(MANAGERS), add=MANAGERS, fresh={**NEW_ID, "rota": "'another'"}
    ),
    "metric_samples": Table(
        to(MANAGERS), "started_at = now()", delete=to(MANAGERS), add=SYSTEM, fresh={"process_id": "gen_random_uuid()"}
    ),
    # Windows are shown to all staff; what keeps records from being deleted is the administrators' and Bedside's.
    "maintenance_windows": Table(to(STAFF | SYSTEM), "ended_at = now()", change=to(ADMINS), add=ADMINS, fresh=NEW_ID),
    "legal_holds": Table(
        to(MANAGERS),
        "lifted_at = now(), lift_reason = 'Settled', lifted_by = actor_id()",
        change=to(ADMINS, "lifted_at IS NULL"),
        add=ADMINS,
        sample="lifted_at IS NULL",
        fresh={**NEW_ID, "placed_by": "%(actor)s::uuid"},
    ),
    # Runs of procedures are the operators', who ask for them and carry them; Bedside itself forgets old ones.
    "procedure_runs": Table(
        to(MANAGERS),
        "error = 'x'",
        change=to(MANAGERS),
        delete=to(SYSTEM),
        add=MANAGERS,
        fresh={**NEW_ID, "scheduled_for": "NULL"},
    ),
    "procedure_actions": Table(
        to(MANAGERS),
        "action = 'x'",
        change=to(MANAGERS),
        delete=to(SYSTEM),
        add=MANAGERS,
        fresh={**NEW_ID, "key": "NULL"},
    ),
    "procedure_schedules": Table(
        to(MANAGERS),
        "cron = 'x'",
        change=to(MANAGERS),
        delete=to(SYSTEM),
        add=MANAGERS,
        fresh={"procedure": "'another.one'"},
    ),
    # Rounds are the operators', who walk them and answer; Bedside itself forgets old ones.
    "rounds": Table(
        to(MANAGERS),
        "finished_at = now()",
        change=to(MANAGERS),
        delete=to(SYSTEM),
        add=MANAGERS,
        fresh={**NEW_ID, "run_id": "gen_random_uuid()"},
    ),
    "round_items": Table(
        to(MANAGERS),
        "note = 'x'",
        change=to(MANAGERS),
        delete=to(SYSTEM),
        add=MANAGERS,
        fresh={"item": "'another'"},
    ),
    # The audit is added to, each in one's own name, and read by those who review it.
    "audit_events": Table(
        to(EDITORS),
        "outcome = 'denied'",
        add=SIGNED_IN,
        fresh={**NEW_ID, "writer_seq": "999999", "actor_id": "%(actor)s::uuid", "actor_role": "%(role)s"},
    ),
    "audit_salts": Table(CLOSED, "salt = ''", add=SIGNED_IN, fresh={"event_id": "gen_random_uuid()"}),
    "idempotency_keys": Table(
        own("actor_id", SYSTEM),
        "answer = '{}'",
        change={**own("actor_id", SYSTEM), "system": REFUSED},
        delete=own("actor_id", SYSTEM),
        add=frozenset({"patient"}),
        sample="actor_id = (SELECT account_id FROM patients WHERE id = %(patient)s)",
        fresh={"key": "'another'"},
    ),
    # Accounts: one's own and the managers'. Credentials are nobody else's, administrators included.
    "accounts": Table(
        own("id", MANAGERS),
        "display_name = 'x'",
        change=to(MANAGERS),
        add=MANAGERS,
        fresh={**NEW_ID, "login": "'fresh@example.org'"},
    ),
    "credentials": Table(
        own("account_id", SYSTEM),
        "password_hash = 'x'",
        change=own("account_id", SYSTEM),
        add=MANAGERS,
        fresh={"account_id": "%(bare)s::uuid"},
    ),
    "sessions": Table(
        own("account_id", MANAGERS),
        "client = 'x'",
        change=own("account_id", MANAGERS),
        delete=to(SYSTEM),
        add=SYSTEM,
        fresh=NEW_ID,
    ),
    "one_time_links": Table(
        to(SYSTEM),
        "used_at = now()",
        change=to(SYSTEM),
        delete=to(SYSTEM),
        add=SYSTEM,
        fresh={**NEW_ID, "token_hash": "'\\x00'::bytea"},
    ),
    "sign_in_throttles": Table(
        to(MANAGERS),
        "failures = 0",
        change=to(MANAGERS),
        delete=to(MANAGERS),
        add=MANAGERS,
        fresh={"subject": "'\\x00'::bytea"},
    ),
    # Patients' records.
    "patients": Table(
        charts("id"),
        "in_care_until = now() + interval '1 day'",
        change={**to(SYSTEM), **dict.fromkeys(CLINICIANS, "id = %(patient)s")},
        delete=to(SYSTEM, "is_sample"),
        add=SYSTEM,
        sample="id = %(patient)s",
        fresh={**NEW_ID, "account_id": "gen_random_uuid()"},
    ),
    "break_glass_grants": Table(
        own("grantee_id", SYSTEM),
        "expires_at = now() + interval '1 year'",
        delete=SAMPLES,
        add=STAFF,
        sample="patient_id = %(other)s",
        fresh={**NEW_ID, "grantee_id": "%(actor)s::uuid"},
    ),
    "conversations": Table(
        charts(),
        "status = 'closed'",
        change=WORKED_ON,
        delete=SAMPLES,
        add=frozenset({"patient", "system"}),
        sample=OF_PATIENT,
        fresh={**NEW_ID, "idempotency_key": "NULL"},
    ),
    "messages": Table(
        charts(),
        "text = 'x'",
        change={**to(SYSTEM), **dict.fromkeys(CLINICIANS, "author_id = %(actor)s")},
        delete=SAMPLES,
        add=frozenset({"patient", "system"}),
        sample=f"{OF_PATIENT} AND author = 'patient'",
        fresh={**NEW_ID, "ordinal": "999999", "idempotency_key": "NULL", "turn": "'received'"},
    ),
    "assessments": Table(
        charts(),
        "within_hours = 1",
        change={**WORKED_ON, "patient": REFUSED, "other": REFUSED},
        delete=SAMPLES,
        add=SYSTEM,
        sample=f"{OF_PATIENT} AND status = 'waiting'",
        fresh={**NEW_ID, "status": "'withdrawn'"},
    ),
    "assessment_events": Table(
        STAFF_CHARTS,
        "reason = 'x'",
        delete=SAMPLES,
        add=CLINICIANS | SYSTEM,
        sample=OF_PATIENT,
        fresh={**NEW_ID, "actor_id": "%(actor)s::uuid", "actor_role": "%(role)s"},
    ),
    # Who looks at a case is seen by whoever sees the case, and said by each for themselves.
    "presences": Table(
        {
            **to(SYSTEM),
            "nurse": OF_CASE.format("patient"),
            "nurse with a grant": f"{OF_CASE.format('patient')} OR {OF_CASE.format('other')}",
            "physician": OF_CASE.format("patient"),
        },
        "seen_at = now()",
        change={**to(NOBODY), **dict.fromkeys(CLINICIANS, "account_id = %(actor)s")},
        delete={**to(SYSTEM), **dict.fromkeys(CLINICIANS, "account_id = %(actor)s")},
        add=CLINICIANS,
        sample=OF_CASE.format("patient"),
        fresh={
            "assessment_id": "(SELECT id FROM assessments WHERE patient_id = %(patient)s AND status = 'decided')",
            "account_id": "%(actor)s::uuid",
            "role": "%(role)s",
        },
    ),
    "notes": Table(
        STAFF_CHARTS,
        "text = 'x'",
        delete=SAMPLES,
        add=CLINICIANS | SYSTEM,
        sample=OF_PATIENT,
        fresh={**NEW_ID, "author_id": "%(actor)s::uuid"},
    ),
    # Knowledge is no secret; who reviews it may change it.
    "knowledge_sources": Table(
        EVERYBODY, "title = 'x'", change=to(EDITORS), add=EDITORS, fresh={**NEW_ID, "key": "'fresh'"}
    ),
    "knowledge_passages": Table(EVERYBODY, "heading = 'x'", change=to(EDITORS), add=EDITORS, fresh=NEW_ID),
    "knowledge_words": Table(
        EVERYBODY, "passages = 9", change=to(EDITORS), delete=to(EDITORS), add=EDITORS, fresh={"word": "'fresh'"}
    ),
    "notifications": Table(
        to(MANAGERS), "subject = 'x'", change=to(SYSTEM), delete=to(SYSTEM), add=SIGNED_IN, fresh=NEW_ID
    ),
}
