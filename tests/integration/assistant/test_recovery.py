"""What becomes of a turn when its process or its database dies in the middle."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

import psycopg
import pytest

from bedside.assistant import service as assistant
from bedside.assistant.jobs import FINISH_UNFINISHED
from bedside.care.schemas import Author
from bedside.kit.clock import Clock
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import Unavailable
from bedside.platform.runtime import Runtime
from bedside.triage.schemas import Level
from tests.support.postgres import TestCluster
from tests.support.talk import Talk


class Later(Clock):
    """The runtime's clock, some time from now."""

    def __init__(self, clock: Clock, ahead: timedelta) -> None:
        self._clock = clock
        self._ahead = ahead

    def now(self) -> datetime:
        return self._clock.now() + self._ahead


def pass_time(runtime: Runtime, ahead: timedelta) -> None:
    runtime.clock = runtime.units.clock = Later(runtime.clock, ahead)


async def test_a_killed_turn_is_finished_when_the_message_is_sent_again(talk: Talk) -> None:
    await talk.begin("I have a headache", key="k1")
    assert [m.author for m in (await talk.read()).messages] == [Author.PATIENT]
    turn = await talk.say("I have a headache", key="k1")
    assert turn.question
    assert len((await talk.read()).messages) == 2


async def test_a_killed_turn_is_finished_by_the_job_once(talk: Talk, runtime: Runtime) -> None:
    await talk.begin("I have crushing chest pain going down my left arm", key="k1")
    assert await assistant.finish_unfinished(runtime) == 0  # it may still be under way
    pass_time(runtime, timedelta(minutes=2))
    await FINISH_UNFINISHED(runtime)
    await FINISH_UNFINISHED(runtime)
    found = await talk.read()
    assert len(found.messages) == 2
    assert found.assessment
    assert found.assessment.level is Level.EMERGENCY
    assert (await talk.worklist())[0].conversation_id == talk.id
    again = await talk.say("I have crushing chest pain going down my left arm", key="k1")
    assert again.reply.id == found.messages[1].id


async def test_the_answer_of_a_killed_turn_still_counts(talk: Talk, runtime: Runtime) -> None:
    first = await talk.say("I have a headache")
    assert first.question
    await talk.begin("No")
    pass_time(runtime, timedelta(minutes=2))
    assert await assistant.finish_unfinished(runtime) == 1
    reply = (await talk.read()).messages[-1]
    assert reply.question is None or reply.question.id != first.question.id


async def test_two_recoveries_at_once_write_one_reply(talk: Talk, runtime: Runtime) -> None:
    await talk.begin("I have a headache")
    pass_time(runtime, timedelta(minutes=2))
    await asyncio.gather(*(assistant.finish_unfinished(runtime) for _ in range(4)))
    assert len((await talk.read()).messages) == 2


async def test_a_message_after_a_killed_turn_is_answered(talk: Talk) -> None:
    await talk.begin("I have a headache")
    turn = await talk.say("It began this morning")
    assert turn.assessment
    assert [m.author for m in (await talk.read()).messages].count(Author.PATIENT) == 2


async def test_a_database_that_is_killed_in_mid_turn_loses_nothing(
    talk: Talk, runtime: Runtime, cluster: TestCluster, urls: DatabaseUrls
) -> None:
    started = await talk.begin("I have a headache", key="k1")
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [psycopg.conninfo.conninfo_to_dict(urls.app)["dbname"]],
        )
    with contextlib.suppress(Unavailable):  # the connections were dead; the message is not
        await assistant.finish_turn(runtime, started)
    turn = await talk.say("I have a headache", key="k1")
    assert turn.question
    assert len((await talk.read()).messages) == 2


async def test_without_a_database_the_turn_says_so(talk: Talk, cluster: TestCluster, urls: DatabaseUrls) -> None:
    cluster.drop_database(str(psycopg.conninfo.conninfo_to_dict(urls.app)["dbname"]))
    with pytest.raises(Unavailable):
        await talk.say("I have a headache")
