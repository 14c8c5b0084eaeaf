"""Every section of settings."""

from __future__ import annotations

from bedside.care.settings import CareSettings
from bedside.identity.check_settings import SignInCheckSettings
from bedside.identity.settings import IdentitySettings
from bedside.models.settings import ModelSettings
from bedside.notify.check_settings import NotifyCheckSettings
from bedside.notify.settings import NotifySettings
from bedside.ops.alerts.settings import AlertSettings
from bedside.ops.database.settings import DatabaseCheckSettings
from bedside.ops.installation.settings import InstallationCheckSettings
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.ops.maintenance.settings import MaintenanceSettings
from bedside.ops.queue.settings import QueueCheckSettings
from bedside.ops.rounds.settings import RoundSettings
from bedside.ops.settings import MonitoringSettings
from bedside.platform.access.settings import AccessSettings
from bedside.platform.config import Section, Settings, load_settings
from bedside.platform.config.core import CORE_SECTIONS
from bedside.platform.tracing.settings import TracingSettings

SECTIONS: tuple[type[Section], ...] = (
    *CORE_SECTIONS,
    AccessSettings,
    IdentitySettings,
    NotifySettings,
    CareSettings,
    ModelSettings,
    MonitoringSettings,
    AlertSettings,
    MachineCheckSettings,
    QueueCheckSettings,
    InstallationCheckSettings,
    NotifyCheckSettings,
    SignInCheckSettings,
    DatabaseCheckSettings,
    MaintenanceSettings,
    RoundSettings,
    TracingSettings,
)


def read_settings(*, generate_secrets: bool = True, allow_unsafe: bool = False) -> Settings:
    """Load every section. Raises SettingsError."""
    return load_settings(SECTIONS, generate_secrets=generate_secrets, allow_unsafe=allow_unsafe)
