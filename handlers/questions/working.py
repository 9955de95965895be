"""The screen while an answer is being looked for: the steps, and what is written so far."""

from handlers.conversation import Block, Paragraph, Reply, Step, Steps
from handlers.texts import Texts
from knowledge.answering.answers import Stage
from knowledge.values import Language

STEPS = ("tidy", "search", "write")


def working(texts: Texts, language: Language, stage: Stage | None) -> Reply:
    """Return the steps with `stage` in progress; None is the very first moment."""
    at = 0
    if stage is not None and stage.name in STEPS:
        at = STEPS.index(stage.name)
    items = tuple(_step(texts, language, number, at, stage) for number in range(len(STEPS)))
    step = texts.say(f"ask.step_{STEPS[at]}", language)
    text = texts.say("ask.working", language, number=at + 1, step=step)
    blocks: list[Block] = [Steps(texts.say("ask.steps", language), items)]
    if stage is not None and stage.text:
        blocks.append(Paragraph(stage.text, "answer"))
    return Reply(text, tuple(blocks), final=False)


def _step(texts: Texts, language: Language, number: int, at: int, stage: Stage | None) -> Step:
    name = STEPS[number]
    id_, title = f"t{number + 1}", texts.say(f"ask.step_{name}", language)
    output = ""
    if stage is not None and name == "search" and stage.candidates:
        output = texts.say("demo.found", language, n=stage.candidates)
    if number < at:
        return Step(id_, title, "complete", output)
    if number == at:
        return Step(id_, title, "in_progress", output)
    return Step(id_, title, "pending", output)
