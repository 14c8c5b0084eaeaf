"""Care over HTTP."""

from bedside.care.routes.assessments import router as assessments
from bedside.care.routes.conversations import router as conversations
from bedside.care.routes.patients import router as patients

ROUTERS = (conversations, assessments, patients)
"""Care's routers, for bootstrap."""
