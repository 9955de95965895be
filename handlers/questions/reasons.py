"""Who asks why is told where a document gives no reason: a rule alone does not answer that."""

import re
import unicodedata
from dataclasses import replace

from handlers.texts import Texts
from knowledge.values import Answer, Phrase

_WHY = re.compile(
    r"(?:なぜ|何故|どうして|なんで|何で)(?!も)|(?:理由|わけ|根拠|背景)(?:は|って|を|が)|\bwhy\b|\breasons?\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"ため[、。でにの]|[るたいだ]から[、。]|ので[、。]?|理由|なぜ|からです|目的|恐れ|おそれ|可能性|リスク"
    r"|\b(?:because|since|so that|in order|due to|reasons?|therefore|otherwise|risk)\b",
    re.IGNORECASE,
)


def said_without_reason(answer: Answer, texts: Texts) -> Answer:
    """Return an answer to a why with a note where nothing of it says why; any other as it is."""
    asked = unicodedata.normalize("NFKC", answer.question)
    shown = answer.mode == "extractive" and bool(answer.sentences)
    if not shown or not _WHY.search(asked):
        return answer
    told = "\n".join(sentence.text for sentence in answer.whole or answer.sentences)
    if _REASON.search(told):
        return answer
    note = Phrase(texts.say("ask.no_reason", "ja"), texts.say("ask.no_reason", "en"))
    return replace(answer, notes=(*answer.notes, note))
