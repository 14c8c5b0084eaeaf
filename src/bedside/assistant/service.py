"""What the assistant does: one turn for one message, and turns that were broken in their middle."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

import structlog

from bedside.assistant.cases import case_of, choice_in_words
from bedside.assistant.engine import Engine
from bedside.assistant.lines import Service
from bedside.assistant.schemas import ReplyOut, Safety, SendMessage, TurnOut
from bedside.assistant.screening import screen_message
from bedside.assistant.state import Case, Finding
from bedside.assistant.wording import reply_text
from bedside.care import service as care
from bedside.care.schemas import AssessmentOut, Author, MessageOut, Transcript
from bedside.knowledge import service as knowledge
from bedside.knowledge.schemas import SearchHit
from bedside.platform.access.actor import Actor
from bedside.platform.errors import BadInput, BedsideError, Unavailable
from bedside.platform.metrics import CONVERSATIONS, RESPONSE_TIME
from bedside.platform.runtime import Runtime
from bedside.triage import service as triage
from bedside.triage.schemas import Level, TriageResult
from bedside.triage.service import Readings

__all__ = ["Engine", "Readings", "Started", "begin_turn", "finish_turn", "finish_unfinished", "screen", "take_turn"]

_log = structlog.get_logger(__name__)

HITS = 6


@dataclass(frozen=True, slots=True)
class Started:
    """A turn whose message is stored and committed. ``finished`` is there when it had been replied to before."""

    conversation_id: UUID
    message_id: UUID
    explicit: tuple[str, str] | None
    transcript: Transcript | None
    finished: TurnOut | None = None
    readings: Readings | None = None


async def screen(runtime: Runtime, text: str, readings: Readings | None = None) -> Safety | None:
    """Return what to do now when ``text`` tells of an emergency. Needs no database. Raises BadInput, TooLarge.

    ``readings`` keeps what was read, for the turn that follows.
    """
    numbers = triage.numbers(runtime.settings.core)
    return await runtime.part(Engine).compute(lambda: screen_message(text, numbers, readings), len(text))


async def take_turn(
    runtime: Runtime,
    actor: Actor,
    conversation_id: UUID,
    request: SendMessage,
    idempotency_key: str | None = None,
    readings: Readings | None = None,
) -> TurnOut:
    """Receive a message and reply to it; the same key again gives the same reply and counts once.

    Raises NotFound, BadInput, TooLarge and Conflict as ``care.receive_message``, Unavailable without a database.
    """
    started = await begin_turn(runtime, actor, conversation_id, request, idempotency_key, readings)
    return await finish_turn(runtime, started)


async def begin_turn(
    runtime: Runtime,
    actor: Actor,
    conversation_id: UUID,
    request: SendMessage,
    idempotency_key: str | None = None,
    readings: Readings | None = None,
) -> Started:
    """Store the message and commit it, so that nothing that comes after can lose it. Raises as ``take_turn``."""
    if fault := request.fault():
        raise BadInput(fault)
    engine = runtime.part(Engine)
    alone = not engine.busy(conversation_id)
    explicit = (request.question_id, request.choice) if request.question_id and request.choice else None
    async with engine.turn(), runtime.unit_of_work(actor) as ctx:
        text, *before = (request.text,)
        if explicit or request.change:
            text, *before = choice_in_words(await care.transcript(ctx, conversation_id, lock=True), request)
        received = await care.receive_message(ctx, conversation_id, text, idempotency_key, same_as=before)
        transcript = None
        if alone and received.finished_reply is None:
            transcript = await care.transcript(ctx, conversation_id)
            care.tell_of_message(ctx, transcript.assessment)
    finished = _turn(received.finished_reply, received.assessment) if received.finished_reply else None
    return Started(conversation_id, received.message.id, explicit, transcript, finished, readings)


async def finish_turn(runtime: Runtime, started: Started) -> TurnOut:
    """Compute the reply with no transaction open, then store it with the assessment in one. Raises Unavailable."""
    if started.finished:
        return started.finished
    began = time.perf_counter()
    engine = runtime.part(Engine)
    try:
        async with engine.turn_of(started.conversation_id), engine.turn():
            transcript = started.transcript or await _transcript(runtime, started.conversation_id)
            earlier = _replied(transcript, started.message_id)
            if earlier:
                return _turn(earlier, transcript.assessment)
            case = case_of(transcript, started.message_id, started.explicit, started.readings)
            found = await engine.find(case, lambda query: _search(runtime, query))
            turn = await _store(runtime, started, transcript, case, found)
    except BaseException:
        CONVERSATIONS.labels("failed").inc()
        raise
    RESPONSE_TIME.labels(_kind(found)).observe(time.perf_counter() - began)
    CONVERSATIONS.labels(_outcome(turn)).inc()
    return turn


async def finish_unfinished(runtime: Runtime) -> int:
    """Finish turns whose process died in their middle; return how many. Safe to run again and beside others."""
    async with runtime.unit_of_work(care.ASSISTANT) as ctx:
        turns = await care.unfinished_turns(ctx)
    done = 0
    for turn in turns:
        try:
            await finish_turn(runtime, Started(turn.conversation_id, turn.message_id, None, None))
            done += 1
        except BedsideError as error:
            _log.warning("a broken turn could not be finished yet", code=error.code, message_id=str(turn.message_id))
    return done


async def _store(runtime: Runtime, started: Started, transcript: Transcript, case: Case, found: Finding) -> TurnOut:
    core = runtime.settings.core
    assessment = transcript.assessment
    async with runtime.unit_of_work(care.ASSISTANT) as ctx:
        if found.understood.changes(case):
            assessment = await care.store_assessment(
                ctx,
                started.conversation_id,
                triage.with_numbers(_stored(found), triage.numbers(core)),
                found.understood.answers,
                _hands_over(case, found),
                model_output=_model_output(found),
                raised_by_model=found.raised,
            )
        text = reply_text(case, found, assessment, Service(core.organisation, core.emergency_number, core.crisis_line))
        reply = await care.store_reply(
            ctx, started.conversation_id, started.message_id, text, found.answer.citations, found.understood.question
        )
        care.tell_of_message(ctx, assessment)
    return _turn(reply, assessment)


def _hands_over(case: Case, found: Finding) -> bool:
    """A nurse gets what is concluded, and what is urgent at once, while the patient is still being asked."""
    urgent = found.result.level is not None and found.result.level.at_least(Level.URGENT)
    return case.handed_over or urgent or found.understood.question is None


def _stored(found: Finding) -> TriageResult:
    """What triage says by itself, even where that is below the level in force: care keeps the reasons of that level."""
    return found.result if found.raised else found.understood.found


def _model_output(found: Finding) -> dict[str, object] | None:
    if not found.used_model:
        return None
    return {
        "sentences": [sentence for sentence, _ in found.answer.sentences] if found.answer.phrased else [],
        "withheld": found.answer.withheld,
        "raises": [r.model_dump(mode="json") for r in found.result.record.raises],
    }


async def _transcript(runtime: Runtime, conversation_id: UUID) -> Transcript:
    async with runtime.unit_of_work(care.ASSISTANT) as ctx:
        ctx.purpose("conversation.turn")
        return await care.transcript(ctx, conversation_id)


async def _search(runtime: Runtime, query: str) -> list[SearchHit]:
    """Find passages; without an embedder by words alone. The vector is computed before the transaction begins."""
    vector: list[float] | None
    try:
        vector = await knowledge.embed_query(query)
    except Unavailable as error:
        _log.warning("searching by words alone", reason=error.message)
        vector = None
    async with runtime.unit_of_work(care.ASSISTANT) as ctx:
        return await knowledge.search(ctx, query, vector, k=HITS)


def _replied(transcript: Transcript, message_id: UUID) -> MessageOut | None:
    return next((m for m in transcript.messages if m.in_reply_to == message_id and m.author is Author.ASSISTANT), None)


def _turn(reply: MessageOut, assessment: AssessmentOut | None) -> TurnOut:
    shown = ReplyOut(id=reply.id, text=reply.text, citations=reply.citations)
    return TurnOut(reply=shown, question=reply.question, assessment=assessment)


def _kind(found: Finding) -> str:
    if found.answer.phrased:
        return "model"
    return "extractive" if found.answer.sentences else "protocol"


def _outcome(turn: TurnOut) -> str:
    if turn.assessment is None:
        return "greeted"
    if turn.assessment.level is Level.EMERGENCY:
        return "emergency"
    return "asking" if turn.question else "handed_over"
