"""Where two protocols give the level, the one whose signs are there says why and what to do."""

from __future__ import annotations

import pytest

from bedside.triage import service
from bedside.triage.schemas import Level, TriageInput, TriageResult


def assess(*words: str) -> TriageResult:
    return service.assess(TriageInput(utterances=list(words)))


def deciding(result: TriageResult) -> set[str]:
    return {reason.rule.split(".")[0] for reason in result.reasons if reason.deciding}


@pytest.mark.parametrize(
    "words",
    [
        ["My chest feels tight and my left arm is numb"],
        ["My chest feels tight.", "my left arm is tingling"],
        ["crushing chest pain spreading to my left arm, sweating, and the arm is numb"],
    ],
)
def test_a_numb_arm_with_chest_pain_is_a_heart_attack_s_sign(words: list[str]) -> None:
    result = assess(*words)
    assert (result.level, result.protocol.id) == (Level.EMERGENCY, "chest-pain")
    assert deciding(result) == {"chest-pain"}
    assert result.reasons[0].deciding
    said = " ".join(result.advice)
    assert "Sit down and rest" in said
    assert "Take aspirin only if the call handler tells you to." in said
    assert "swallowing" not in said
    # Kept for the nurse, who may see a stroke or a torn aorta in it.
    assert any(reason.rule.startswith("stroke.") for reason in result.reasons)
    assert "injury.open" not in {reason.rule for reason in result.reasons}


@pytest.mark.parametrize(
    "words",
    [
        "crushing chest pain and my face is drooping",
        "crushing chest pain and my speech is slurred",
        "my chest feels tight and my left leg is numb",
        "my chest feels tight and my right arm is weak",
        "my chest feels tight and I can't lift my left arm",
        "my left arm is numb",
    ],
)
def test_a_sign_of_stroke_proper_is_advised_as_a_stroke(words: str) -> None:
    result = assess(words)
    assert (result.level, result.protocol.id) == (Level.EMERGENCY, "stroke")
    assert "Take no aspirin unless the call handler tells you to." in result.advice


def test_a_splinter_is_no_limb_out_of_shape_and_a_bone_is() -> None:
    splinter = assess("Something sticking out of my finger, a splinter")
    assert splinter.level is Level.ROUTINE
    assert assess("a bone is sticking out of my finger after a fall").level is Level.EMERGENCY
    assert assess("my thumb is bent out of shape after I fell").level is Level.EMERGENCY


@pytest.mark.parametrize("words", ["you are useless", "you're so useless", "this app is useless", "useless bot"])
def test_anger_at_the_program_is_no_despair(words: str) -> None:
    assert "self-harm.hopeless" not in {reason.rule for reason in assess(words).reasons}


@pytest.mark.parametrize(
    "words",
    [
        "I am useless", "I feel so useless and worthless", "they say I am useless", "life is hopeless",
        "it's hopeless, I can't see a way out", "you know I am worthless",
    ],
)  # fmt: skip
def test_despair_about_oneself_stays_despair(words: str) -> None:
    assert "self-harm.hopeless" in {reason.rule for reason in assess(words).reasons}
