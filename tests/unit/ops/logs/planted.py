"""A corpus of log lines as other programs write them, with planted persons and secrets, and lines that hold none.

Each line says what is planted in it, between ``⟦`` and ``⟧``; what is not marked must stay. The persons are invented.
"""

from __future__ import annotations

import itertools
import re

_MARK = re.compile("⟦(.*?)⟧")

NAMES = (
    "Zebulon Quackenbush", "Ingrid Øverland", "José García López", "O'Brien", "Mary-Jane Watson",
    "Anna van der Berg", "Nguyễn",
)  # fmt: skip
PHONES = (
    "0171-5550137",
    "+44 20 7946 0958",
    "(555) 010-4477",
    "555-010-4477",
    "+1-202-555-0143",
    "030 5550199",
    "07911123456",
)
BIRTHS = ("1984-03-12", "12.03.1984", "03/12/1984", "12 March 1984", "19840312")
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ6ZWJ1bG9uIn0.c2lnbmF0dXJlLXBsYW50ZWQ"  # pragma: allowlist secret

_NAME_FORMS = (
    '{{"level":"info","patient_name":"⟦{}⟧","status":200}}',
    '{{"msg":"admitted","patient":{{"name":"⟦{}⟧","ward":"B2"}}}}',
    '{{"message":"{{\\"fullName\\": \\"⟦{}⟧\\", \\"ok\\": true}}"}}',
    "2026-11-22 18:40:00 INFO admitted name=\"⟦{}⟧\" ward=B2",
    "2026-11-22 18:40:00 INFO patient: ⟦{}⟧, ward: B2",
    "display_name='⟦{}⟧' role=nurse",
    "<patient><name>⟦{}⟧</name><ward>B2</ward></patient>",
    'resource <family value="⟦{}⟧"/>',
    "(0010,0010) PN [⟦{}⟧]     # 20, 1 PatientName",
    "Dr. ⟦{}⟧ signed the order",
    "[WARN] next of kin: ⟦{}⟧",
)  # fmt: skip
_PHONE_FORMS = (
    '{{"phone": "⟦{}⟧", "status": "ok"}}',
    "calling ⟦{}⟧ now",
    "tel: ⟦{}⟧; ext none",
    "sms to ⟦{}⟧ failed after 3 tries",
)
_BIRTH_FORMS = (
    '{{"birthDate": "⟦{}⟧"}}',
    "dob=⟦{}⟧ sex=f",
    "Patient born on ⟦{}⟧ in ward B2",
    "date_of_birth: ⟦{}⟧",
    "DOB ⟦{}⟧ checked",
)
_OTHER = (
    "user ⟦zebulon.q@planted-hospital.example⟧ signed in",
    "GET /reset?email=⟦zebulon.q%40planted-hospital.example⟧ 200",
    '{"email":"⟦a.b+c@x-y.example.org⟧"}',
    f"Authorization: Bearer ⟦{JWT}⟧",
    f"GET /x?access_token=⟦{JWT}⟧ 401",
    f"token {'⟦'}{JWT}{'⟧'} was refused",
    "curl -H 'X-API-Key: ⟦9f8e7d6c5b4a39281706f5e4d3c2b1a0⟧'",
    '{"password": "⟦pl4nted-Passw0rd Marmalade⟧", "remember": true}',
    "password=⟦pl4nted-Passw0rd⟧&remember=1",
    "DATABASE_URL=postgresql://app:⟦s3cretpw⟧@db:5432/app",  # pragma: allowlist secret
    "using key ⟦sk-proj0123456789abcdefghij⟧",
    "aws ⟦AKIAIOSFODNN7EXAMPLE⟧ used",  # pragma: allowlist secret
    "push with ⟦ghp_0123456789abcdefghijklmnopqrstuvwxyz⟧ done",  # pragma: allowlist secret
    "Cookie: ⟦session=abcdef0123456789⟧",
    '{"client_secret": "⟦f00dfacecafe⟧"}',
    "refreshToken: ⟦0123456789abcdef0123⟧",
    "ssn=⟦219-09-9999⟧ ok",
    "patient with ⟦219-09-9999⟧ was not found",
    "NHS number ⟦943 476 5919⟧ matched",
    "nhs_number: ⟦9434765919⟧",
    "AHV ⟦756.9217.0769.85⟧ checked",
    "codice fiscale ⟦RSSMRA85T10A562S⟧",
    "cpf ⟦390.533.447-05⟧ valid",
    "DNI ⟦12345678Z⟧",
    "NIR ⟦2 69 05 49 588 157 80⟧",
    "personnummer ⟦811228-9874⟧",
    '{"ssn": ⟦219099999⟧, "n": 1}',
    "MRN ⟦00482913⟧ merged",
    '{"mrn":"⟦A-482913⟧"}',
    "patient_id=⟦482913⟧ opened",
    "patientId: ⟦P482913⟧",
    "medical record number: ⟦482913⟧",
    "PID|⟦1||482913^^^MRN||QUACKENBUSH^ZEBULON||19840312|M|||1 High St^^Town||0171-5550137⟧",
    "NK1|⟦1|QUACKENBUSH^ADA|SPO⟧",
    "card ⟦4111 1111 1111 1111⟧ declined",
    '"given":["⟦Zebulon⟧"],"family":"⟦Quackenbush⟧"',
    # pragma: allowlist nextline secret
    "key -----BEGIN RSA PRIVATE KEY----- ⟦MIIEowIBAAKCAQEA⟧ -----END RSA PRIVATE KEY----- done",
)

RUNNING_TEXT = (
    "⟦Quackenbush⟧ called about his knee",
    "note: spoke with ⟦Ingrid Øverland⟧ and her son",
    "message from ⟦Zebulon⟧: my knee hums",
    "transfer of ⟦Watson⟧ to B2",
)
"""Names in running text, behind no key or title: known not to be found, and said so in the documentation."""

HARMLESS = (
    '{"timestamp":"2026-11-22T18:40:00.123456Z","level":"info","event":"request","status":200,"ms":12.3}',
    '{"request_id":"0193a6f2-7b1c-7c4e-9f00-0123456789ab","route":"/api/patients/{id}","pid":4711}',
    "2026-11-22 18:40:00,123 INFO [worker-3] com.example.Job - run 4711 took 123 ms",
    '127.0.0.1 - - [22/Nov/2026:18:40:00 +0000] "GET /index.html HTTP/1.1" 200 5120',
    "version 1.2.3-45 built 2026-11-22, checksum 9f86d081884c7d659a2feaa0c55ad015",
    "disk 42.0 % of 100 GB used; 1732300800 seconds; 20261122 rows",
    "started 4 workers on port 8000, pool 20, queue 0/100",
    "list of patients loaded, 42 rows",
    "connection to 10.0.0.12:5432 lost; retry in 2.5 s",
    "vacuum finished: 120-45 pages, 10/20 done, ratio 0.25-0.75",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "SELECT count(*) FROM visits WHERE at > now() - interval '7 days'",
)  # fmt: skip


def corpus() -> list[tuple[str, tuple[str, ...]]]:
    """Return lines with what is planted in each."""
    made = [form.format(name) for form, name in itertools.product(_NAME_FORMS, NAMES)]
    made += [form.format(phone) for form, phone in itertools.product(_PHONE_FORMS, PHONES)]
    made += [form.format(birth) for form, birth in itertools.product(_BIRTH_FORMS, BIRTHS)]
    made += _OTHER
    return [(_MARK.sub(r"\1", line), tuple(_MARK.findall(line))) for line in made]


def running_text() -> list[tuple[str, tuple[str, ...]]]:
    """Return lines with names in running text."""
    return [(_MARK.sub(r"\1", line), tuple(_MARK.findall(line))) for line in RUNNING_TEXT]
