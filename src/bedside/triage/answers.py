"""What the answers to questions say: choices to findings, free text to a choice."""

from __future__ import annotations

from bedside.platform.errors import BadInput
from bedside.triage.protocol import ChoiceDef, QuestionDef
from bedside.triage.protocol_set import ProtocolSet
from bedside.triage.reader import imply
from bedside.triage.schemas import Finding, State, Subject

UNKNOWN = "unknown"
_YES = frozenset(
    {"yes", "y", "yeah", "yep", "yup", "yea", "ya", "correct", "definitely", "absolutely", "true", "si", "oui", "sure"}
)
_NO = frozenset({"no", "n", "nope", "nah", "none", "never", "negative", "false", "non", "neither", "nothing"})
_UNSURE = (
    "don't know",
    "dont know",
    "not sure",
    "unsure",
    "no idea",
    "maybe",
    "dunno",
    "idk",
    "can't tell",
    "don't remember",
    "might",
)
_HEDGES = frozenset({"but", "except", "though", "although", "however", "only", "maybe"})


def choose(question: QuestionDef, answer: str) -> str:
    """The choice that an answer means: its value, its label, or words; `unknown` where it can't be told."""
    text = " ".join(answer.casefold().replace("\u2019", "'").split()).strip(" .!,")
    choices = question.all_choices()
    for choice in choices:
        if text in (choice.value, choice.label.casefold().replace("\u2019", "'")) or text in choice.says:
            return choice.value
    values = {c.value for c in choices}
    if {"yes", "no"} <= values:
        return _yes_no(text)
    return UNKNOWN


def _yes_no(text: str) -> str:
    words = text.replace(",", " ").split()
    if not words or any(phrase in text for phrase in _UNSURE):
        return UNKNOWN
    if words[0] in _YES:
        return "yes"
    # "no, but a little" must never be read as a plain no.
    if words[0] in _NO and not _HEDGES & set(words):
        return "no"
    return UNKNOWN


def resolve(protocols: ProtocolSet, answers: dict[str, str]) -> dict[str, str]:
    """Question id to choice value for all answers. Raises BadInput for a question that no protocol asks."""
    known = protocols.questions
    chosen = {}
    for question_id, answer in answers.items():
        if question_id not in known:
            raise BadInput(
                "An answer names a question that no protocol asks; send the ids that `questions` gave.",
                question=question_id[:80],
            )
        chosen[question_id] = choose(known[question_id].definition, answer)
    return chosen


def apply(protocols: ProtocolSet, answered: dict[str, str], said: dict[str, str], best: dict[str, Finding]) -> None:
    """Add to `best` what the answers set or clear. Something stated in the person's words is never cleared."""
    known = protocols.questions
    for question_id, value in answered.items():
        choice = next((c for c in known[question_id].definition.all_choices() if c.value == value), None)
        if choice is not None:
            _apply_choice(protocols, question_id, choice, said.get(question_id), best)
    imply(best, protocols.findings)


def _apply_choice(
    protocols: ProtocolSet, question_id: str, choice: ChoiceDef, words: str | None, best: dict[str, Finding]
) -> None:
    for name in choice.sets:
        if name not in best or not best[name].counts:
            best[name] = _finding(protocols, name, State.PRESENT, question_id, words or choice.label)
    for name in choice.clears:
        if name not in best or not best[name].counts:
            best[name] = _finding(protocols, name, State.ABSENT, question_id, words or choice.label)


def _finding(protocols: ProtocolSet, name: str, state: State, question_id: str, words: str) -> Finding:
    label = protocols.findings[name].label
    quote = words if state is State.ABSENT else f"{label}: {words}"
    return Finding(
        id=name, label=label, state=state, counts=state is State.PRESENT, quote=quote, subject=Subject.SELF,
        origin=f"answer:{question_id}",
    )  # fmt: skip
