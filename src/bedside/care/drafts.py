"""Draft replies: authored sentences and the protocols' own advice, for a clinician to edit. None is sent by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bedside.care.schemas import Draft
from bedside.triage.schemas import Level, Subject

_READ = {
    Subject.SELF: "I am a {role} and have read what you wrote.",
    Subject.CHILD: "I am a {role} and have read what you wrote about your child.",
    Subject.OTHER: "I am a {role} and have read what you wrote about somebody else.",
}
_LEVELS = {
    Level.EMERGENCY: "This needs emergency care now. Call {number} now; do not wait for another answer here.",
    Level.URGENT: "Somebody should be examined for this {when}. Please come in, or call us to agree on a time.",
    Level.ROUTINE: "This can wait for the next days to weeks, but should be looked at: please make an appointment.",
    Level.SELF_CARE: "This can be looked after at home.",
}
_WHOLE_DAY = 24


def drafts(
    level: Level,
    *,
    within_hours: float | None,
    advice: Sequence[str],
    safety_net: Sequence[str],
    about: Subject,
    role: str,
    number: str,
) -> list[Draft]:
    """Return a draft for each level that a clinician can decide on.

    ``advice`` is the protocols' for ``level``, so drafts of other levels go without; ``safety_net`` holds at
    each. ``number`` is the emergency number.
    """
    return [
        Draft(
            level=each, text=_text(each, within_hours, advice if each is level else (), safety_net, about, role, number)
        )
        for each in Level
    ]


def _text(
    level: Level,
    within_hours: float | None,
    advice: Sequence[str],
    safety_net: Sequence[str],
    about: Subject,
    role: str,
    number: str,
) -> str:
    told = _LEVELS[level].format(when=_when(within_hours), number=number)
    parts = [
        _READ[about].format(role=role),
        told,
        _bullets("Until then:" if level is not Level.SELF_CARE else "What helps:", advice),
        _bullets("Get help sooner than that:", safety_net if level is not Level.EMERGENCY else ()),
    ]
    if level is Level.EMERGENCY:
        parts = [told, _bullets("Until help comes:", advice)]
    return "\n\n".join(part for part in parts if part)


def _when(hours: float | None) -> str:
    if hours is None or hours > _WHOLE_DAY:
        return "within 24 to 48 hours"
    return f"within {hours:g} hour{'' if hours == 1 else 's'}" if hours >= 1 else f"within {hours * 60:g} minutes"


def _bullets(title: str, lines: Iterable[str]) -> str:
    shown = "\n".join(f"- {line}" for line in lines)
    return f"{title}\n{shown}" if shown else ""
