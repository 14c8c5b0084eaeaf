"""What crosses the border of the assistant: a message in, a turn out."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bedside.care.schemas import MESSAGE_MAXIMUM, AssessmentOut, Citation
from bedside.triage.schemas import Level, Question, Reason


class SendMessage(BaseModel):
    """What the patient says: words, or a choice of a question that was asked, or both.

    An earlier answer is changed by answering its question again (``question_id`` with another ``choice``), or taken
    back, to be asked again, by ``change``. What makes no sense together is refused by the service, once it is known
    who sends it: a stranger learns 401 first.
    """

    model_config = ConfigDict(extra="forbid")

    text: str = Field(default="", max_length=MESSAGE_MAXIMUM)
    question_id: str | None = Field(default=None, min_length=1, max_length=200, description="The question's id.")
    choice: str | None = Field(default=None, min_length=1, max_length=200, description="The choice's value.")
    change: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Alone: the id of a question whose answer is taken back; it becomes the next `question`.",
    )

    def fault(self) -> str | None:
        """Return why this says nothing, or more than one thing; None where it is well."""
        if (self.question_id is None) != (self.choice is None):
            return "question_id and choice belong together; send both or neither."
        if self.change is not None and (self.text or self.choice is not None):
            return "Send change alone."
        if not self.text and self.choice is None and self.change is None:
            return "Send text, question_id with choice, or change."
        return None


class Safety(BaseModel):
    """What the safety screen found in one message; shown whatever else fails."""

    level: Level
    advice: list[str]
    reasons: list[Reason]


class ReplyOut(BaseModel):
    """The reply. Every sentence of a source in ``text`` carries its citation's number in brackets."""

    id: UUID
    text: str
    citations: list[Citation]


class TurnOut(BaseModel):
    """What one message led to. All of it was committed before it left."""

    reply: ReplyOut
    question: Question | None = Field(description="What to ask next, one at a time; null when nothing is to be asked.")
    assessment: AssessmentOut | None
