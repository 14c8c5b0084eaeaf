"""Every route of the API and what each role gets from it: the table that security tests go through.

``own`` is asked for what the role may know of: the patient's own case, which is in the clinicians' care. ``foreign``
is asked for the other patient's private case. Roles stand in the order of ``ROLES``; nobody is ``anonymous``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.support.house import NOBODY, PASSWORD, PRIVATE, Case, House, login
from tests.support.rounds import give_round

ROLES = ("patient", "nurse", "physician", "admin")
CLINICIANS = ("nurse", "physician")

Ids = dict[str, Any]
Make = Callable[[House, str], Ids]


@dataclass(frozen=True)
class Route:
    """One row: how to ask, and what each role is answered."""

    method: str
    path: str
    anonymous: int
    own: tuple[int, ...]
    foreign: tuple[int, ...] | None = None
    make: Make | None = None
    body: Callable[[House, str], Any] | None = None
    query: dict[str, str] | None = None
    form: bool = False
    headers: dict[str, str] | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_signed_in(self) -> bool:
        return self.anonymous == 401

    def send(self, house: House, who: str, ids: Ids, as_role: str | None = None) -> httpx.Response:
        """Send the request as ``who``, shaped as ``as_role`` would."""
        made = self.body(house, as_role or who) if self.body else None
        sent: dict[str, Any] = {"headers": dict(self.headers or {}), "params": self.query or {}}
        if made is not None:
            sent["data" if self.form else "json"] = made
        path = self.path.format_map(ids)
        if self.path == "/api/events":  # a stream without an end
            headers = {**house.headers(who), **sent["headers"]}
            with house.http.stream(self.method, path, headers=headers) as response:
                if response.status_code != 200:
                    response.read()
                return response
        return house.call(who, self.method, path, **sent)


def ids_of(case: Case) -> Ids:
    return {
        "assessment_id": case.assessment_id,
        "conversation_id": case.conversation_id,
        "patient_id": case.patient_id,
    }


def _waiting(house: House, _who: str) -> Ids:
    return ids_of(house.case())


def _claimed(house: House, who: str) -> Ids:
    return ids_of(house.claimed(who if who in CLINICIANS else "nurse"))


def _decided(house: House, who: str) -> Ids:
    return ids_of(house.decided(who if who in CLINICIANS else "nurse"))


def _withdrawable(house: House, _who: str) -> Ids:
    return ids_of(house.case("patient", PRIVATE))


def _account(house: House, _who: str) -> Ids:
    return {"user_id": house.accounts["spare"]}


def _failed_job(house: House, _who: str) -> Ids:
    return {"job_id": house.job("failed")}


def _waiting_job(house: House, _who: str) -> Ids:
    return {"job_id": house.job("todo")}


def _procedure(_house: House, _who: str) -> Ids:
    return {"name": "jobs.retry_failed"}


def _run(house: House, _who: str) -> Ids:
    """A run that waits for a worker."""
    asked = house.post("admin", "/api/procedures/jobs.retry_failed/runs", {"dry_run": True})
    assert asked.status_code == 201, asked.text
    return {"run_id": asked.json()["id"]}


def _round(house: House, _who: str) -> Ids:
    return {"round_id": give_round(house), "item": "backups"}


def _window(house: House, _who: str) -> Ids:
    planned = house.post("admin", "/api/maintenance/windows", _tomorrow(house, "admin"))
    assert planned.status_code == 201, planned.text
    return {"window_id": planned.json()["id"]}


def _tomorrow(_house: House, _who: str) -> Any:
    begins = datetime.now(UTC) + timedelta(days=1)
    return {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=1)).isoformat(), "reason": "Disks"}


def _hold(house: House, _who: str) -> Ids:
    placed = house.post("admin", "/api/maintenance/holds", {"everything": True, "reason": "Court order"})
    assert placed.status_code == 201, placed.text
    return {"hold_id": placed.json()["id"]}


def _alert(house: House, _who: str) -> Ids:
    """An alert that fires."""
    made = house.sql(
        "INSERT INTO alerts (id, created_at, rule, title, part, severity, state, version, changed_at, seen_at,"
        " fired_at, told, held_seconds, level, level_seconds)"
        " SELECT gen_random_uuid(), now(), 'made_' || gen_random_uuid(), 'A',"
        " 'disk', 'warning', 'firing', 2, now(), now(), now(), 'It is full', 0, 0, 0 RETURNING id"
    )
    return {"alert_id": made[0][0]}


def _for_an_hour(_house: House, _who: str) -> Any:
    return {"reason": "I look", "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}


def _silenced_for_an_hour(_house: House, _who: str) -> Any:
    return {"part": "disk", "reason": "Disks", "ends_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}


def _silence(house: House, _who: str) -> Ids:
    made = house.post("admin", "/api/alerts/silences", _silenced_for_an_hour(house, "admin"))
    assert made.status_code == 201, made.text
    return {"silence_id": made.json()["id"]}


def _new_shift(_house: House, who: str) -> Any:
    # Each caller a minute of its own: of one rota no two shifts begin at once.
    minute = next(_MINUTES)
    starts = f"2026-01-05 {minute // 60 % 24:02}:{minute % 60:02}"
    return {"rota": "on_call", "who": who, "channel": "operators", "starts": starts}


def _shift(house: House, _who: str) -> Ids:
    made = house.post("admin", "/api/on-call", _new_shift(house, "admin"))
    assert made.status_code == 201, made.text
    return {"shift_id": made.json()["id"]}


def _second_factor_offered(house: House, who: str) -> Ids:
    assert who == NOBODY or house.post(who, "/api/auth/second-factor").status_code == 200
    return {}


def _sign_in_of(house: House, who: str) -> Ids:
    """A sign-in beside the one that is used."""
    person = "spare" if who not in ROLES else who
    kept, refresh = house.tokens[person], house.refresh_tokens[person]
    house.sign_in(person)
    house.tokens[person], house.refresh_tokens[person] = kept, refresh
    newest = "SELECT id FROM sessions WHERE account_id = %s ORDER BY id DESC LIMIT 1"
    return {"session_id": house.sql(newest, house.accounts[person])[0][0]}


def _sign_in_of_somebody(house: House, _who: str) -> Ids:
    return {**_account(house, "spare"), **_sign_in_of(house, "spare")}


def _credentials(_house: House, who: str) -> Any:
    return {"username": login(who if who in ROLES else "spare"), "password": PASSWORD}


def _fresh_refresh_token(house: House, who: str) -> str:
    person = who if who in ROLES else "spare"
    answer = house.http.post("/api/auth/token", data=_credentials(house, person))
    return str(answer.json()["refresh_token"])


def _soon(_house: House, _who: str) -> Any:
    return {"due_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat(), "reason": "Seen by the ward"}


def _says(value: Any) -> Callable[[House, str], Any]:
    return lambda _house, _who: value


def _new_login(_house: House, who: str) -> Any:
    return {"login": f"new-{who}-{datetime.now(UTC).timestamp()}@example.org", "display_name": "New Somebody"}


_MINUTES = itertools.count()
PAGE = {"x-requested-with": "bedside"}
EVERYBODY = (200, 200, 200, 200)
ONLY_ADMIN = (403, 403, 403, 200)
AUDITORS = (403, 403, 200, 200)
PATIENTS_ONLY = (403, 403, 403)
HIDDEN = (404, 404, 404, 404)

ROUTES: tuple[Route, ...] = (
    # Health: no patient data, so nobody signs in for it.
    Route("GET", "/health", 200, EVERYBODY),
    Route("GET", "/health/{part}", 200, EVERYBODY, make=lambda _h, _w: {"part": "db"}),
    Route("GET", "/ready", 200, EVERYBODY),
    Route("GET", "/live", 200, EVERYBODY),
    Route("GET", "/metrics", 200, EVERYBODY),
    Route("GET", "/api/events", 401, EVERYBODY),
    # How everything goes, and what is done about it, is the administrators'.
    Route("GET", "/api/database/status", 401, ONLY_ADMIN),
    Route("GET", "/api/database/advice", 401, ONLY_ADMIN),
    Route("GET", "/api/monitoring", 401, ONLY_ADMIN),
    Route("GET", "/api/monitoring/routes", 401, ONLY_ADMIN),
    Route("GET", "/api/monitoring/series", 401, ONLY_ADMIN),
    Route("GET", "/api/checks", 401, ONLY_ADMIN),
    Route("POST", "/api/checks/all/run", 401, ONLY_ADMIN),
    Route("GET", "/api/checks/{name}", 401, ONLY_ADMIN, make=lambda _h, _w: {"name": "db.connection"}),
    Route("POST", "/api/checks/{name}/run", 401, ONLY_ADMIN, make=lambda _h, _w: {"name": "disk.space"}),
    Route("GET", "/api/settings", 401, ONLY_ADMIN),
    Route("GET", "/api/jobs", 401, ONLY_ADMIN),
    Route("GET", "/api/jobs/schedule", 401, ONLY_ADMIN),
    Route(
        "POST",
        "/api/jobs/schedule/{name}/run",
        401,
        (403, 403, 403, 202),
        make=lambda _h, _w: {"name": "maintenance.cleanup_old_data"},
    ),
    Route("POST", "/api/jobs/{job_id}/retry", 401, ONLY_ADMIN, make=_failed_job),
    Route("POST", "/api/jobs/{job_id}/cancel", 401, ONLY_ADMIN, make=_waiting_job),
    # What operators run is the administrators'.
    Route("GET", "/api/procedures", 401, ONLY_ADMIN),
    Route("GET", "/api/procedures/{name}", 401, ONLY_ADMIN, make=_procedure),
    Route(
        "POST", "/api/procedures/{name}/runs", 401, (403, 403, 403, 201), make=_procedure, body=_says({"dry_run": True})
    ),
    Route("GET", "/api/procedures/runs", 401, ONLY_ADMIN),
    Route("GET", "/api/procedures/runs/{run_id}", 401, ONLY_ADMIN, make=_run),
    Route("POST", "/api/procedures/runs/{run_id}/cancel", 401, ONLY_ADMIN, make=_run),
    Route("GET", "/api/alerts", 401, ONLY_ADMIN),
    Route("GET", "/api/alerts/history", 401, ONLY_ADMIN),
    Route("GET", "/api/alerts/rules", 401, ONLY_ADMIN),
    Route("GET", "/api/alerts/silences", 401, ONLY_ADMIN),
    Route("POST", "/api/alerts/silences", 401, (403, 403, 403, 201), body=_silenced_for_an_hour),
    Route("DELETE", "/api/alerts/silences/{silence_id}", 401, (403, 403, 403, 204), make=_silence),
    Route("GET", "/api/alerts/{alert_id}", 401, ONLY_ADMIN, make=_alert),
    Route("POST", "/api/alerts/{alert_id}/acknowledge", 401, ONLY_ADMIN, make=_alert, body=_for_an_hour),
    Route("GET", "/api/on-call", 401, ONLY_ADMIN),
    Route("POST", "/api/on-call", 401, (403, 403, 403, 201), body=_new_shift),
    Route("DELETE", "/api/on-call/{shift_id}", 401, (403, 403, 403, 204), make=_shift),
    Route("GET", "/api/channels", 401, ONLY_ADMIN),
    Route("POST", "/api/channels/{channel}/test", 401, ONLY_ADMIN, make=lambda _h, _w: {"channel": "operators"}),
    Route("GET", "/api/rounds", 401, ONLY_ADMIN),
    Route("GET", "/api/rounds/{round_id}", 401, ONLY_ADMIN, make=_round),
    Route("GET", "/api/rounds/{round_id}/report", 401, ONLY_ADMIN, make=_round, query={"format": "markdown"}),
    Route(
        "POST",
        "/api/rounds/{round_id}/items/{item}",
        401,
        ONLY_ADMIN,
        make=_round,
        body=_says({"answer": "done", "note": "Seen."}),
    ),
    Route("GET", "/api/capacity", 401, ONLY_ADMIN),
    Route("GET", "/api/maintenance/windows", 401, ONLY_ADMIN),
    Route("GET", "/api/maintenance/windows/current", 401, (403, 200, 200, 200)),
    Route("POST", "/api/maintenance/windows", 401, (403, 403, 403, 201), body=_tomorrow),
    Route("POST", "/api/maintenance/windows/{window_id}/end", 401, ONLY_ADMIN, make=_window),
    Route("GET", "/api/maintenance/holds", 401, ONLY_ADMIN),
    Route(
        "POST",
        "/api/maintenance/holds",
        401,
        (403, 403, 403, 201),
        body=_says({"everything": True, "reason": "Court order"}),
    ),
    Route(
        "POST",
        "/api/maintenance/holds/{hold_id}/lift",
        401,
        ONLY_ADMIN,
        make=_hold,
        body=_says({"reason": "The case is settled"}),
    ),
    Route("GET", "/api/maintenance/retention", 401, ONLY_ADMIN),
    Route("GET", "/api/sample-data", 401, ONLY_ADMIN),
    Route("POST", "/api/sample-data/reset", 401, (403, 403, 403, 409), body=_says({"confirm": "reset sample data"})),
    # Words are assessed for whoever sends them, and none are kept.
    Route("GET", "/api/site", 200, EVERYBODY),
    Route("POST", "/api/triage", 200, EVERYBODY, body=_says({"text": "I have had a sore throat for two days"})),
    # The audit is read by physicians and administrators.
    Route("GET", "/api/audit/events", 401, AUDITORS),
    Route("GET", "/api/audit/access", 401, AUDITORS),
    Route("GET", "/api/audit/export", 401, AUDITORS, query={"action": "nothing.like-this"}),
    # Knowledge is everybody's who is signed in.
    Route("GET", "/api/knowledge/search", 401, EVERYBODY, query={"q": "sore throat"}),
    Route(
        "GET",
        "/api/knowledge/passages/{passage_id}",
        401,
        HIDDEN,
        make=lambda _h, _w: {"passage_id": UUID(int=1 << 76)},
    ),
    Route("GET", "/api/knowledge/sources", 401, EVERYBODY),
    # Signing in and out.
    Route("POST", "/api/auth/token", 200, EVERYBODY, body=_credentials, form=True),
    Route("POST", "/api/auth/session", 200, EVERYBODY, body=_credentials, headers=PAGE),
    Route(
        "POST",
        "/api/auth/refresh",
        200,
        EVERYBODY,
        body=lambda house, who: {"refresh_token": _fresh_refresh_token(house, who)},
    ),
    Route(
        "POST",
        "/api/auth/revoke",
        204,
        (204, 204, 204, 204),
        body=lambda house, who: {"token": _fresh_refresh_token(house, who)},
    ),
    Route("DELETE", "/api/auth/session", 401, (204, 204, 204, 204)),
    Route("GET", "/api/auth/me", 401, EVERYBODY),
    Route(
        "POST",
        "/api/auth/register",
        403,
        (403, 403, 403, 403),
        body=lambda house, who: {**_new_login(house, who), "password": PASSWORD},
    ),
    Route("POST", "/api/auth/reset-request", 202, (202, 202, 202, 202), body=_says({"login": "nobody@example.org"})),
    Route("POST", "/api/auth/reset", 422, (422, 422, 422, 422), body=_says({"token": "x" * 40, "password": PASSWORD})),
    Route(
        "POST",
        "/api/auth/password",
        401,
        (401, 401, 401, 401),
        body=_says({"current": "not it", "new": "four grey owls"}),
    ),
    Route("GET", "/api/auth/sessions", 401, EVERYBODY),
    Route(
        "DELETE",
        "/api/auth/sessions/{session_id}",
        401,
        (204, 204, 204, 204),
        foreign=(404, 404, 404, 204),
        make=_sign_in_of,
    ),
    Route("POST", "/api/auth/second-factor", 401, EVERYBODY),
    Route(
        "POST",
        "/api/auth/second-factor/confirm",
        401,
        (422, 422, 422, 422),
        make=_second_factor_offered,
        body=_says({"code": "123abc"}),
    ),
    Route(
        "POST",
        "/api/auth/second-factor/remove",
        401,
        (409, 409, 409, 409),
        body=_says({"password": PASSWORD, "code": "123456"}),
    ),
    # Accounts are the administrators'.
    Route("GET", "/api/users", 401, ONLY_ADMIN),
    Route(
        "POST",
        "/api/users",
        401,
        (403, 403, 403, 201),
        body=lambda house, who: {**_new_login(house, who), "role": "nurse"},
    ),
    Route("GET", "/api/users/{user_id}", 401, ONLY_ADMIN, make=_account),
    Route("GET", "/api/users/{user_id}/sessions", 401, ONLY_ADMIN, make=_account),
    Route("POST", "/api/users/{user_id}/disable", 401, ONLY_ADMIN, make=_account),
    Route("POST", "/api/users/{user_id}/enable", 401, ONLY_ADMIN, make=_account),
    Route("POST", "/api/users/{user_id}/unlock", 401, ONLY_ADMIN, make=_account),
    Route("DELETE", "/api/users/{user_id}/sessions/{session_id}", 401, (403, 403, 403, 204), make=_sign_in_of_somebody),
    Route("PUT", "/api/users/{user_id}/role", 401, ONLY_ADMIN, make=_account, body=_says({"role": "patient"})),
    Route("POST", "/api/users/{user_id}/reset-password", 401, (403, 403, 403, 202), make=_account),
    Route("DELETE", "/api/users/{user_id}/second-factor", 401, (403, 403, 403, 204), make=_account),
    Route("POST", "/api/users/{user_id}/revoke", 401, ONLY_ADMIN, make=_account),
    # Patients talk; whoever cares for them reads.
    Route("POST", "/api/conversations", 401, (201, *PATIENTS_ONLY)),
    Route("GET", "/api/conversations", 401, (200, *PATIENTS_ONLY)),
    Route("GET", "/api/conversations/{conversation_id}", 401, (200, 200, 200, 404), foreign=HIDDEN, make=_waiting),
    Route(
        "POST",
        "/api/conversations/{conversation_id}/messages",
        401,
        (200, *PATIENTS_ONLY),
        foreign=(404, *PATIENTS_ONLY),
        make=_waiting,
        body=_says({"text": "It hurts more now"}),
    ),
    Route("GET", "/api/me/export", 401, (200, *PATIENTS_ONLY)),
    # The clinicians' work. A role that may not is told so; a clinician learns nothing of a patient not in care.
    Route("GET", "/api/worklist", 401, (403, 200, 200, 403)),
    Route("GET", "/api/assessments/{assessment_id}", 401, (200, 200, 200, 404), foreign=HIDDEN, make=_waiting),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/claim",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_waiting,
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/release",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_claimed,
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/decision",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_claimed,
        body=_says({"level": "emergency", "reply": "Call 112 now."}),
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/undo",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_decided,
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/refer",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_claimed,
        body=_says({"reason": "Needs a physician"}),
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/target",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_waiting,
        body=_soon,
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/withdraw",
        401,
        (200, *PATIENTS_ONLY),
        foreign=(404, *PATIENTS_ONLY),
        make=_withdrawable,
    ),
    Route(
        "PUT",
        "/api/assessments/{assessment_id}/presence",
        401,
        (403, 200, 200, 403),
        foreign=(403, 404, 404, 403),
        make=_waiting,
    ),
    # Having left what one never saw is no news to anybody.
    Route(
        "DELETE",
        "/api/assessments/{assessment_id}/presence",
        401,
        (403, 204, 204, 403),
        foreign=(403, 204, 204, 403),
        make=_waiting,
    ),
    Route(
        "POST",
        "/api/assessments/{assessment_id}/notes",
        401,
        (403, 201, 201, 403),
        foreign=(403, 404, 404, 403),
        make=_waiting,
        body=_says({"text": "Called back, no answer"}),
    ),
    Route("GET", "/api/patients/{patient_id}", 401, (403, 200, 200, 404), foreign=(403, 404, 404, 404), make=_waiting),
    # The one route by which staff reach a patient who is not in their care: foreign, it opens what own refuses.
    Route(
        "POST",
        "/api/patients/{patient_id}/break-glass",
        401,
        (403, 409, 409, 201),
        foreign=(403, 201, 201, 201),
        make=_waiting,
        body=_says({"reason": "Found unconscious in the lobby"}),
    ),
)
