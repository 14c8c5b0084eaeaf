"""Sample cases: real assessments in the worklist, made once, in development alone."""

from __future__ import annotations

from bedside.care import service
from bedside.care.sample import CASES, create_sample_cases
from bedside.kit.ids import new_id
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime
from tests.support.care import Ward


async def test_sample_cases_fill_the_worklist_once(ward: Ward, runtime: Runtime) -> None:
    account = new_id()
    assert await create_sample_cases(runtime, account, "Sam Patient") == 0
    core = runtime.settings.core.model_copy(update={"sample_data": True})
    runtime.settings = runtime.settings.replace(core)
    assert await create_sample_cases(runtime, account, "Sam Patient") == len(CASES)
    assert await create_sample_cases(runtime, account, "Sam Patient") == 0
    async with runtime.unit_of_work(ward.nurse) as ctx:
        found = await service.worklist(ctx)
    assert found.counts["total"] == len(CASES)
    assert found.items[0].level == "emergency"
    assert len({item.patient_id for item in found.items}) == len(CASES)
    async with runtime.unit_of_work(Actor(Role.PATIENT, account, name="Sam Patient")) as ctx:
        mine = await service.conversations_of_me(ctx, 10)
        detail = await service.conversation(ctx, mine.items[0].id)
    assert [m.author for m in detail.messages] == ["patient", "assistant"]
    async with runtime.unit_of_work(service.ASSISTANT) as ctx:
        assert await service.unfinished_turns(ctx) == []
