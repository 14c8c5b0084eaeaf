"""Features' long-lived objects, one of each for a process; each loads its heavy libraries at first use."""

from __future__ import annotations

from typing import Any

from bedside.assistant.service import Engine
from bedside.bootstrap.checks import CHECKS
from bedside.bootstrap.procedures import PROCEDURES
from bedside.bootstrap.retention import RETENTION
from bedside.bootstrap.seed import seed_anew
from bedside.bootstrap.site import site_description
from bedside.care import service as care
from bedside.care.sample import count_sample_records, delete_sample_records
from bedside.care.settings import CareSettings
from bedside.identity import service as identity
from bedside.identity.service.links import Messenger
from bedside.identity.service.views import staff_names
from bedside.notify.courier import Courier
from bedside.notify.service import send_privately
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.sampling import Sampler
from bedside.ops.alerts.service.evaluation import Evaluator
from bedside.ops.health.kept import KeptResults
from bedside.ops.monitoring.service import Monitor
from bedside.ops.procedures.service import Running
from bedside.ops.series.gauges import measure_machine, measure_operations
from bedside.ops.series.growth import Growth
from bedside.ops.series.service import CacheHits, Conversations
from bedside.platform.access.names import ActorNames
from bedside.platform.checks import CheckList
from bedside.platform.config import Settings
from bedside.platform.figures import FigureSources
from bedside.platform.gauges import Gauges
from bedside.platform.procedures import ProcedureList
from bedside.platform.retention import RetentionList
from bedside.platform.sample_data import SampleData
from bedside.platform.site import SiteDescription
from bedside.platform.traffic import Traffic


def build_parts(settings: Settings) -> dict[type[Any], Any]:
    """Return the parts by their class."""
    return {
        ActorNames: ActorNames(staff_names),
        CacheHits: CacheHits(),
        CheckList: CheckList(CHECKS),
        Conversations: Conversations(),
        Growth: Growth(),
        Courier: Courier(),
        Engine: Engine(settings),
        Evaluator: Evaluator(),
        FigureSources: FigureSources((identity.figures, care.figures)),
        Gauges: Gauges((identity.measure_sessions, care.measure_worklist, measure_machine, measure_operations)),
        KeptResults: KeptResults(),
        Messenger: Messenger(send_privately),
        Monitor: Monitor(settings.get(CareSettings).time_zone),
        RetentionList: RetentionList(RETENTION),
        Rules: Rules(settings, CHECKS, [procedure.name for procedure in PROCEDURES]),
        Sampler: Sampler(),
        SiteDescription: site_description(settings),
        ProcedureList: ProcedureList(PROCEDURES),
        Running: Running(),
        SampleData: SampleData(count_sample_records, delete_sample_records, seed_anew),
        Traffic: Traffic(),
    }
