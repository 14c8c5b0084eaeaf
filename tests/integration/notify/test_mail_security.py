"""Mail over TLS: a certificate that is not trusted, or none at all, gets no message and no password."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from smtplib import SMTPAuthenticationError, SMTPException

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bedside.notify.channels.email.mail import send_by_mail
from bedside.notify.letter import Letter, compose
from bedside.notify.mail_security import MailSecurity
from bedside.notify.settings import NotifySettings
from bedside.platform.config import load_settings
from bedside.platform.errors import SettingsError
from tests.integration.notify.test_notify import free_port

# The server does not see that the whole connection is encrypted, and uses a name of its own that it dislikes.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
]

LETTER = Letter("Subject", "Body", recipient="nurse@example.org")
NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of its own for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


class Mailroom:
    """Takes mail from who knows the password."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.tried: list[tuple[bytes, bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken += envelope.rcpt_tos
        return "250 OK"

    def authenticate(self, _s: SMTP, _session: Session, _e: Envelope, _m: str, data: LoginPassword) -> AuthResult:
        self.tried.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


class TlsController(Controller):
    """Wakes its server by a client's context; the library would use the server's own."""

    def _trigger_server(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((self.hostname, self.port), 1) as plain, context.wrap_socket(plain) as tls:
            tls.recv(1024)


@contextmanager
def serving(room: Mailroom, certificate: tuple[Path, Path], security: MailSecurity) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    asks_password = {"authenticator": room.authenticate, "auth_required": True}
    match security:
        case MailSecurity.TLS:
            options = {"ssl_context": context, "auth_require_tls": False, **asks_password}
        case MailSecurity.STARTTLS:
            options = {"tls_context": context, "require_starttls": True, **asks_password}
        case _:
            options = {}
    kind = TlsController if security is MailSecurity.TLS else Controller
    controller = kind(room, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def settings(port: int, security: MailSecurity, password: str = "right") -> NotifySettings:
    return NotifySettings(
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security=security,
        smtp_user="bedside",
        smtp_password=SecretStr(password),
        mail_from="Mercy <bedside@mercy.example>",
        timeout_seconds=5,
    )


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_mail_goes_to_a_trusted_server(
    security: MailSecurity, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Mailroom()
    with serving(room, certificate, security) as port:
        with pytest.raises(ssl.SSLError):
            send_by_mail(settings(port, security), LETTER, NOW)
        assert (room.taken, room.tried) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        with pytest.raises(SMTPAuthenticationError):
            send_by_mail(settings(port, security, "wrong"), LETTER, NOW)
        assert room.taken == []
        send_by_mail(settings(port, security), LETTER, NOW)
        assert room.taken == ["nurse@example.org"]


def test_a_server_without_tls_gets_nothing(certificate: tuple[Path, Path]) -> None:
    room = Mailroom()
    with serving(room, certificate, MailSecurity.NONE) as port, pytest.raises(SMTPException, match="STARTTLS"):
        send_by_mail(settings(port, MailSecurity.STARTTLS), LETTER, NOW)
    assert (room.taken, room.tried) == ([], [])


def test_a_message_says_that_a_machine_wrote_it() -> None:
    message = compose(LETTER, sender="Mercy <bedside@mercy.example>", now=NOW)
    assert isinstance(message, EmailMessage)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Sun, 22 Nov 2026 12:00:00 +0000"
    assert "bedside.invalid" in message["Message-ID"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"SMTP_HOST": "mail.example"}, "MAIL_FROM"),
        ({"SMTP_HOST": "mail.example", "MAIL_FROM": "Mercy Hospital"}, "MAIL_FROM must be an address"),
        ({"SMTP_USER": "a"}, "belong together"),
        ({"SMTP_PASSWORD": "planted"}, "belong together"),
        ({"SMTP_SECURITY": "perhaps"}, "SMTP_SECURITY"),
        ({"SMTP_PORT": "99999"}, "SMTP_PORT"),
        ({"NOTIFY_URLS": "planted"}, "service://"),
        (
            {
                "ENVIRONMENT": "production",
                "SMTP_HOST": "mail.example",
                "MAIL_FROM": "a@b.example",
                "SMTP_SECURITY": "none",
            },
            "SMTP_SECURITY is none",
        ),
    ],
)
def test_settings_that_can_not_work_refuse_the_start(
    values: dict[str, str], says: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says) as error:
        load_settings([NotifySettings])
    assert "planted" not in str(error.value)
