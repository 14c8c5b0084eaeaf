"""Answers made of the sources' own sentences: which of them answer, numbered and cited word for word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from uuid import UUID

from bedside.assistant.aspects import telling_of
from bedside.assistant.terms import content_stems, quantities, source_stems, tokens
from bedside.care.schemas import Citation
from bedside.knowledge.schemas import PassageSentence, SearchHit
from bedside.triage.schemas import Level

MAX_SENTENCES = 4
MAX_TOLD = 6
"""Where all of them tell just what was asked, such as the signs of a stroke: half of a list would mislead."""
MIN_SIMILARITY = 0.30
"""Cosine of question and passage below which a passage is about something else."""
TOPIC_SIMILARITY = 0.65
"""Cosine of complaint and passage from which the passage is taken as the complaint's own topic."""
MIN_SHARE = 0.6
"""Share of the question's telling words, weighed by rarity, that a sentence must hold with its passage's title."""

_ASKING = content_stems(
    "take give safe okay ok thing know tell long much good bad best can could should may help make need want still now "
    "problem mean feel any some really go today hello hi sort kind like just day use dose against last worry worried "
    "about getting work working treat treatment cure fix better worse right wrong happen cause reason sign symptom "
    "how where why which whose stop start explain think "
    " highest maximum max wonder wondering ask question please doctor nurse bedside here there away often soon quickly "
    "long short normal allowed alright possible usually always never ever with without between before after during "
    "anything something everything stuff way different same also too very more most less many few lot sure"
)
_REASSURES = re.compile(
    r"\b(better (by|at|on|with)|at home|harmless|not serious|goes? away|no treatment|usually mild|clears? up|"
    r"few days|nothing to worry|does not need|do not need|wait)\b",
    re.IGNORECASE,
)
_CAUTIONS = re.compile(r"\b(do not|never|ask a (doctor|pharmacist)|avoid|emergency)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"\b(how (much|many|often)|dose|dosage|max|maximum|highest|limit)\b", re.IGNORECASE)
_TAKES = re.compile(r"\b(take|taking|use|using|give|giving|mix|combine)\b", re.IGNORECASE)
_GROUPS = {
    "children": content_stems("child baby toddler son daughter newborn infant kid boy girl"),
    "pregnancy": content_stems("pregnant pregnancy breastfeeding midwife"),
    "older people": content_stems("older elderly grandmother grandfather"),
}
"""Headings of passages about particular people, and the words that make them relevant."""
_PEOPLE = frozenset[str]().union(*_GROUPS.values()) | content_stems("old adult wife husband mother father mum dad")
_WEAK = content_stems("drink eat have mix combine together on tablet medicine pill")
"""Words that tell little beside the name of a medicine or an illness."""
_SITUATIONS = content_stems("operation surgery birth miscarriage transplant chemotherapy fracture vaccination")
"""What a sentence may presuppose: it is no answer for somebody of whom this is not known."""
_OWN_GROUP_BONUS = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences, each with its citation's number. ``phrased``: a model chose the words; ``withheld``: how many fell."""

    sentences: tuple[tuple[str, int], ...]
    citations: tuple[Citation, ...]
    phrased: bool = False
    withheld: int = 0

    @property
    def text(self) -> str:
        return "\n".join(f"- {sentence} [{number}]" for sentence, number in self.sentences)


NOTHING = Answer((), ())


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: SearchHit
    sentence: PassageSentence
    rank: int
    place: int
    score: float


def compose(
    query: str,
    hits: Sequence[SearchHit],
    *,
    level: Level | None,
    context: str = "",
    people: frozenset[str] = frozenset(),
) -> Answer:
    """Return up to ``MAX_SENTENCES`` or ``MAX_TOLD`` sentences that answer ``query``; none where nothing does.

    ``context`` is what else is known (the patient's own words): it makes passages about children or pregnancy
    relevant. Where the case is urgent, sentences that reassure are left out. ``people`` are groups whose medicines are
    others than everybody's (children, pregnancy): a question about taking something is answered for them or not.
    """
    telling = content_stems(query) - _ASKING - _PEOPLE
    asked = telling - _WEAK or telling
    if not asked:
        return NOTHING
    known = content_stems(f"{query} {context}")
    only_for = people if _is_about_taking(query) else frozenset[str]()
    pool = [
        (rank, place, hit, sentence)
        for rank, hit in enumerate(hits)
        if _about_the_same(hit) and _for_these_people(hit, known)
        for place, sentence in enumerate(hit.sentences)
        if not (level in {Level.URGENT, Level.EMERGENCY} and _REASSURES.search(sentence.text))
        if _is_for(only_for, hit, sentence)
        if source_stems(sentence.text) & _SITUATIONS <= known
    ]
    if len(asked) == 1 and any(asked & source_stems(hit.title) for _, _, hit, _ in pool):
        pool = [entry for entry in pool if asked & source_stems(entry[2].title)]
    weights = _weights(asked, [sentence.text for *_, sentence in pool])
    bonus = {hit.passage_id: _OWN_GROUP_BONUS for *_, hit, _ in pool if _is_own_group(hit, known)}
    scored = [c for entry in pool if (c := _score(query, asked, weights, bonus, *entry)) is not None]
    told = telling_of(query, scored, lambda c: c.sentence.text)
    chosen, most = (told, MAX_TOLD) if told else (scored, MAX_SENTENCES)
    best = sorted(chosen, key=lambda c: (-c.score, c.rank, c.place))[:most]
    return _numbered(sorted(best, key=lambda c: (c.rank, c.place)))


def passages_for(query: str, hits: Sequence[SearchHit], people: frozenset[str]) -> list[SearchHit]:
    """Return the passages that may answer a question about taking something for ``people``: those about just them."""
    if not people or not _is_about_taking(query):
        return list(hits)
    return [hit for hit in hits if all(name in hit.heading.casefold() for name in people)]


def _is_about_taking(query: str) -> bool:
    return bool(_TAKES.search(query) or _AMOUNT.search(query))


def reworded(asks: str, kinds: Sequence[tuple[str, str]], hits: Sequence[SearchHit]) -> list[str]:
    """Return the question with the name of a medicine that no passage has replaced by its kind, once for each kind."""
    texts = " ".join(hit.text for hit in hits).casefold()
    return [asks.replace(word, kind) for word, kind in kinds if word in asks and word.casefold() not in texts]


def about_topic(complaint: str, hits: Sequence[SearchHit], *, level: Level | None, context: str = "") -> Answer:
    """Return the first sentences of the topic that is the complaint's own; none where no topic is plainly that.

    ``hits`` are those of a search for the complaint with the part of a topic that matters at ``level``.
    """
    asked = content_stems(complaint) - _ASKING
    known = content_stems(f"{complaint} {context}")
    topic = max(hits, key=lambda hit: hit.similarity or 0.0, default=None)
    if topic is None or not _is_topic_of(topic, asked):
        return NOTHING
    chosen = [
        _Candidate(hit, sentence, rank, place, 0)
        for rank, hit in enumerate(hits)
        if hit.source_id == topic.source_id and _for_these_people(hit, known)
        for place, sentence in enumerate(hit.sentences)
        if not (level is Level.URGENT and _REASSURES.search(sentence.text))
    ]
    return _numbered(chosen[:MAX_SENTENCES])


def _is_topic_of(hit: SearchHit, asked: frozenset[str]) -> bool:
    """Whether a passage is plainly about the complaint: by meaning, or by its title where there are no vectors."""
    if hit.similarity is not None:
        return hit.similarity >= TOPIC_SIMILARITY
    title = source_stems(hit.title) - _ASKING
    return bool(title) and title <= asked


def cited(number: int, hit: SearchHit, quote: str) -> Citation:
    """Return the citation of a quote from a passage."""
    sources = next((s.citations for s in hit.sentences if s.text == quote), None)
    url = sources[0].url if sources else hit.url
    title = sources[0].title if sources else hit.title
    return Citation(number=number, passage_id=str(hit.passage_id), title=title, url=url or hit.url, quote=quote)


def _about_the_same(hit: SearchHit) -> bool:
    return hit.text_match == "all" or hit.similarity is None or hit.similarity >= MIN_SIMILARITY


def _for_these_people(hit: SearchHit, known: frozenset[str]) -> bool:
    heading = hit.heading.casefold()
    return all(name not in heading or words & known for name, words in _GROUPS.items())


def _is_own_group(hit: SearchHit, known: frozenset[str]) -> bool:
    """Whether a passage is about just such people as the patient, whose dose is another than everybody's."""
    heading = hit.heading.casefold()
    return any(name in heading and words & known for name, words in _GROUPS.items())


def _is_for(people: frozenset[str], hit: SearchHit, sentence: PassageSentence) -> bool:
    """Whether a sentence speaks of each of these people, itself or by the heading that it stands under."""
    heading = hit.heading.casefold()
    return all(name in heading or source_stems(sentence.text) & _GROUPS[name] for name in people)


def _weights(asked: frozenset[str], texts: Sequence[str]) -> dict[str, float]:
    """Rare words among the candidates tell more; a word that none of them has tells most."""
    counts = Counter(stem for text in texts for stem in source_stems(text) & asked)
    return {stem: log(1 + len(texts) / (1 + counts[stem])) + 0.1 for stem in asked}


def _score(
    query: str,
    asked: frozenset[str],
    weights: dict[str, float],
    bonus: dict[UUID, float],
    rank: int,
    place: int,
    hit: SearchHit,
    sentence: PassageSentence,
) -> _Candidate | None:
    here = source_stems(sentence.text)
    own = asked & here
    if not own:
        return None
    held = own | (asked & source_stems(hit.title))
    share = sum(weights[s] for s in held) / sum(weights.values())
    if share < MIN_SHARE:
        return None
    score = (
        bonus.get(hit.passage_id, 0) + share + 0.5 * sum(weights[s] for s in own) / sum(weights.values()) - 0.08 * rank
    )
    if _TAKES.search(query) and _CAUTIONS.search(sentence.text):
        score += 0.15
    if _AMOUNT.search(query) and quantities(sentence.text):
        score += 0.2
    return _Candidate(hit, sentence, rank, place, score - 0.002 * len(tokens(sentence.text)))


def _numbered(chosen: Sequence[_Candidate]) -> Answer:
    citations = tuple(cited(number, c.hit, c.sentence.text) for number, c in enumerate(chosen, start=1))
    return Answer(tuple((c.sentence.text, number) for number, c in enumerate(chosen, start=1)), citations)
