"""
The answer with RAG beside the one without: the model's own where there is one, else an example that
was recorded and says so. Pure.
"""

from collections.abc import Sequence
from pathlib import Path

from handlers.answer_text import lines, titled
from handlers.conversation import Column, Flat, Paragraph, Table
from handlers.texts import Texts
from knowledge.answering.trace import Candidate, Trace
from knowledge.sentences import yaml_values
from knowledge.text.sanitise import sanitise
from knowledge.values import Language, Sentence

RECORDED = Path(__file__).with_name("recorded.yaml")
SHOWN = 5  # sentences of an answer with RAG


class Comparison:
    """`seen` are the candidates whoever looks may see."""

    def __init__(self, texts: Texts, language: Language, trace: Trace) -> None:
        self._texts = texts
        self._language: Language = language
        self._trace = trace

    def blocks(self, seen: Sequence[Candidate], alone: str) -> tuple[Flat, ...]:
        """
        Return both answers side by side; `alone` is what the model said without documents, "" when
        it was not asked.
        """
        whole = len(seen) == len(self._trace.candidates)
        rows = (
            (self._say("side_answer"), self._with_rag(whole=whole), self._without_rag(seen, alone)),
            (self._say("side_sources"), self._sources(seen), self._say("side_no_sources")),
        )
        columns = (Column(""), Column(self._say("side_with")), Column(self._say("side_without")))
        table = Table(self._say("with_without"), columns, rows)
        if alone or self._trace.model:
            return (table,)
        return table, *self._recorded()

    def _with_rag(self, *, whole: bool) -> str:
        """Return the answer; only how long it is where something is hidden."""
        sentences = [check.sentence for check in self._trace.checks if check.kept]
        if not sentences:
            return self._say("with_nothing")
        if not whole:
            return self._say("with_hidden", n=len(sentences))
        return "\n".join(lines([Sentence(one) for one in sentences[:SHOWN]]))

    def _without_rag(self, seen: Sequence[Candidate], alone: str) -> str:
        if alone:
            return sanitise(alone)
        if self._trace.model:
            return self._say("without_ask")
        titles = [titled(one.title, self._language) for one in seen if one.used]
        if titles:
            names = self._texts.say("choose.listed", self._language).join(dict.fromkeys(titles))
            return self._say("without_unknown", names=names)
        return self._say("without_nothing")

    def _sources(self, seen: Sequence[Candidate]) -> str:
        used = [one for one in seen if one.used]
        if not used:
            return self._say("side_no_sources")
        rows = []
        for one in used:
            title = titled(one.title, self._language)
            rows.append(f"[{one.number}] {title} {one.place.to(self._language)}")
        return "\n".join(rows)

    def _recorded(self) -> tuple[Flat, ...]:
        """Return the recorded example: a real model, asked without documents, and when."""
        record = yaml_values(RECORDED.read_text("utf-8"))
        own = record[self._language]
        text = self._say(
            "recorded",
            model=record["model"],
            day=record["day"],
            question=own["question"],
            said=own["answer"],
        )
        return Paragraph(text, "quote"), Paragraph(self._say("recorded_lesson"), "quiet")

    def _say(self, name: str, **values: object) -> str:
        return self._texts.say(f"demo.{name}", self._language, **values)
