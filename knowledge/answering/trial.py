"""
Trying a language model as answers use it: one call, a prompt as long as is allowed, whose first
passage holds the answer, and whether what it writes stands the check.

A model that says "ready" may still be too slow for a whole prompt, read less than it is sent, or
write what nothing can be held against. Every answer would then be quotes, and nobody would know
why.
"""

from collections import Counter
from dataclasses import dataclass

from knowledge.answering.entailment import Entailment
from knowledge.answering.prompt import CHARACTERS, answering
from knowledge.answering.verification import Verifier
from knowledge.models.language_models import Model, Written
from knowledge.text.analysis import Analysis
from knowledge.values import Hit, Passage, Place

QUESTION = "会議室の予約は、いつまでにどこへ申し込みますか?"
TITLE = "施設利用規程"
RULE = "第1条 会議室の予約は、使用する日の前日の17時までに、総務課へ申し込む。"
OTHERS = 40  # articles in each further passage
KEPT = "kept"  # what is counted beside the reasons why sentences fall


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What a model wrote, and how many of its sentences were kept, or fell, and why: {"citation": 2}.
    """

    written: Written
    verdicts: dict[str, int]

    @property
    def verified(self) -> bool:
        """Whether people would see anything of it."""
        return KEPT in self.verdicts

    @property
    def why(self) -> str:
        """Why sentences fell, in a few words: "citation 2, figure 1"."""
        fallen = [f"{name} {count}" for name, count in self.verdicts.items() if name != KEPT]
        return ", ".join(fallen)


async def tried(model: Model, characters: int = CHARACTERS) -> Trial:
    """
    Ask a model that is open one question, with `characters` of passages.

    Raises:
        ModelFault: the provider failed.
    """
    prompt = answering(QUESTION, _passages(characters), "ja", (), characters)
    written = await model.write(prompt.text, _unheard)
    verifier = Verifier(Entailment(Analysis()))
    checks = verifier.check(written.text, prompt.sources, "ja", QUESTION)
    verdicts = Counter(check.reason or KEPT for check in checks)
    return Trial(written, dict(verdicts.most_common()))


def _passages(characters: int) -> list[Hit]:
    """Return the rule, and articles of other things up to that length."""
    hits = [_hit(1, RULE)]
    length = len(RULE)
    while length < characters:
        first = (len(hits) - 1) * OTHERS + 2
        text = "\n".join(map(_article, range(first, first + OTHERS)))
        length += len(text)
        hits.append(_hit(len(hits) + 1, text))
    return hits


def _article(number: int) -> str:
    return f"第{number}条 備品{number}の貸出は、台帳{number}に記録する。"


def _hit(number: int, text: str) -> Hit:
    place = Place("page", number)
    passage = Passage(f"trial-{number}", "trial", "v", number, TITLE, place, text)
    return Hit(passage, 1.0)


async def _unheard(_: str) -> None:
    """Nobody reads it while it is being written."""
