"""The conversation as a graph: understand, look up, phrase or compose. Import it only through ``loader.py``.

The safety screen comes before the graph, in the route. No checkpointer: its tables would escape row-level security
and erasure, so the state is rebuilt from the transcript in each turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from bedside.assistant import compose, phrasing, understanding
from bedside.assistant.state import Tools, TurnState
from bedside.triage import service as triage
from bedside.triage.schemas import Level

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph


def build_graph() -> CompiledStateGraph[TurnState, Tools, TurnState, TurnState]:
    """Return the compiled graph; it holds no state and may run many turns at once."""
    graph = StateGraph(TurnState, context_schema=Tools)
    graph.add_node("understand", _understand)
    graph.add_node("retrieve", _retrieve)
    graph.add_node("phrase", _phrase)
    graph.add_node("compose", _compose)
    graph.add_edge(START, "understand")
    graph.add_conditional_edges("understand", _after_understanding, ["retrieve", END])
    graph.add_conditional_edges("retrieve", _after_retrieving, ["phrase", "compose", END])
    graph.add_conditional_edges("phrase", _after_phrasing, ["compose", END])
    graph.add_edge("compose", END)
    return graph.compile()


async def _understand(state: TurnState, runtime: Runtime[Tools]) -> TurnState:
    case = state["case"]
    found = await runtime.context.compute(lambda: understanding.understand(case), case.characters)
    return {"understood": found, "result": found.result}


async def _retrieve(state: TurnState, runtime: Runtime[Tools]) -> TurnState:
    query = state["understood"].searches
    return {"hits": await runtime.context.search(query) if query else []}


async def _phrase(state: TurnState, runtime: Runtime[Tools]) -> TurnState:
    model, case, result = runtime.context.model, state["case"], state["result"]
    if model is None:
        return {}
    understood = state["understood"]
    question = understood.asks or understood.searches or ""
    said = [*case.earlier, *case.utterances]
    hits = compose.passages_for(question, state["hits"], understood.people)
    phrased = await phrasing.phrase(model, question, said, hits, result.level)
    found: TurnState = {"answer": phrased.answer, "used_model": phrased.used}
    if phrased.level is not None and (result.level is None or phrased.level.rank < result.level.rank):
        why = f"A language model judged this more urgent than the protocols, by the words: {phrased.evidence}"
        by = f"model:{runtime.context.model_name}"
        found["result"] = triage.raise_level(result, phrased.level, by=by, why=why)
        found["raised"] = True
    return found


async def _compose(state: TurnState, runtime: Runtime[Tools]) -> TurnState:
    case, understood = state["case"], state["understood"]
    context = " ".join((*case.earlier, *case.utterances, *understood.people))
    level = state["result"].level
    hits, asks = state["hits"], understood.asks

    def work() -> compose.Answer:
        if asks:
            questions = (asks, *compose.reworded(asks, understood.kinds, hits))
            tried = (
                compose.compose(question, hits, level=level, context=context, people=understood.people)
                for question in questions
            )
            return next((answer for answer in tried if answer.sentences), compose.NOTHING)
        return compose.about_topic(understood.searches or "", hits, level=level, context=context)

    return {"answer": await runtime.context.compute(work, len(context))}


def _after_understanding(state: TurnState) -> str:
    return "retrieve" if state["understood"].searches else END


def _after_retrieving(state: TurnState, runtime: Runtime[Tools]) -> str:
    if not state["hits"]:
        return END
    return "phrase" if runtime.context.model else "compose"


def _after_phrasing(state: TurnState) -> str:
    if state["result"].level is Level.EMERGENCY or state["answer"].sentences:
        return END
    return "compose"
