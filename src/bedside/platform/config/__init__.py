"""Settings: each part owns a section, read from the environment, ``NAME_FILE`` files and one settings file."""

from bedside.platform.config.load import Settings, load_settings
from bedside.platform.config.section import Section, secret_field

__all__ = ["Section", "Settings", "load_settings", "secret_field"]
