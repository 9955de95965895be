"""
How the trace of an answer looks: stages, limits, candidates, prompt, with and without RAG, sentence
by sentence. Pure.
"""

import math
from collections.abc import Sequence
from typing import Literal

from handlers.answer_text import titled
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Details,
    Flat,
    Heading,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
    Table,
)
from handlers.texts import Texts
from knowledge.answering.trace import Candidate, Stage, Trace
from knowledge.values import Language

SHOWN = 10  # candidates in the table
PARTS = ("words", "title", "share", "pairs", "cue", "missing")  # of what the second stage weighs
PROMPT = 6000  # characters of the prompt shown in chat; the whole is in `llm-choose demo --json`
TINY = 1e-9  # a score of nothing
Kind = Literal["text", "number"]


class TraceView:
    """`readers` are the labels of whoever will look: what they may not see is counted."""

    def __init__(self, texts: Texts, language: Language, readers: frozenset[str]) -> None:
        self._texts = texts
        self._language: Language = language
        self.readers = readers

    def say(self, name: str, **values: object) -> str:
        return self._texts.say(f"demo.{name}", self._language, **values)

    def reply(self, trace: Trace, answer: str, *, alone: str = "", changed: str = "") -> Reply:
        """
        Show the trace of the answer with this id; `alone` is what a model said without documents,
        `changed` a comparison.
        """
        seen = [c for c in trace.candidates if c.audience in self.readers]
        hidden = len(trace.candidates) - len(seen)
        blocks: list[Block] = [
            Heading(self.say("title")),
            Paragraph(self.say("question", question=trace.question)),
        ]
        if trace.rewritten != trace.question:
            blocks.append(Paragraph(self.say("rewritten", question=trace.rewritten), "quiet"))
        if changed:
            blocks.append(Paragraph(changed, "note"))
        blocks.append(self.stages(trace))
        if trace.limits:
            rows = "\n".join(f"- {limit.text.to(self._language)}" for limit in trace.limits)
            blocks.append(Details(self.say("limits"), (Paragraph(rows, "warning"),), open=True))
        if seen:
            blocks.append(self.candidates(seen[:SHOWN]))
            blocks.append(Details(self.say("weighed"), (self._parts(seen[:SHOWN]),)))
        if hidden:
            blocks.append(Paragraph(self.say("hidden", n=hidden), "quiet"))
        blocks.append(
            Details(self.say("with_without"), self._both(trace, seen, alone, whole=not hidden))
        )
        prompt = trace.prompt[:PROMPT] if trace.prompt and not hidden else ""
        told = self.say("prompt_hidden") if trace.prompt and hidden else self.say("no_prompt")
        blocks.append(
            Details(self.say("prompt"), (Paragraph(prompt, "code") if prompt else Paragraph(told),))
        )
        if trace.checks and not hidden:
            blocks.append(
                Details(self.say("check"), (Paragraph(self.say("check_how")), self._checks(trace)))
            )
        blocks += self._buttons(trace, answer)
        blocks.append(
            Paragraph(
                self.say("kept_for", id=trace.id, at=trace.at[:16].replace("T", " ")), "quiet"
            )
        )
        used = sum(c.used for c in seen)
        text = self.say("text", question=trace.question, found=len(seen), used=used)
        return Reply(text, tuple(blocks), private=True, title=self.say("title"))

    def stages(self, trace: Trace) -> Steps:
        total = sum(s.milliseconds for s in trace.stages)
        steps = tuple(
            Step(f"d{n}", self.say(f"stage_{s.name}"), "complete", self._detail(s, trace))
            for n, s in enumerate(trace.stages, 1)
        )
        return Steps(self.say("stages", n=len(steps), time=_time(total)), steps)

    def candidates(self, seen: Sequence[Candidate]) -> Table:
        """
        Return the passages, best first; after the second stage by how far each lies behind the
        first.
        """
        ranked = any(c.parts for c in seen)
        kinds: tuple[tuple[str, Kind], ...] = (
            ("rank", "number"),
            ("document", "text"),
            ("place", "text"),
            ("first", "number"),
            ("behind" if ranked else "score", "number"),
            ("outcome", "text"),
        )
        rows = tuple(
            (
                str(n),
                titled(c.title, self._language),
                c.place.to(self._language),
                str(c.rank),
                _behind(c.score, seen[0].score) if ranked else f"{c.score:.1f}",
                self._outcome(c),
            )
            for n, c in enumerate(seen, 1)
        )
        columns = tuple(Column(self.say(f"column_{name}"), kind) for name, kind in kinds)
        return Table(self.say("candidates"), columns, rows)

    def _outcome(self, candidate: Candidate) -> str:
        if candidate.used:
            return self.say("used", n=candidate.number)
        return self.say("beyond" if candidate.dropped == "rank" else "unused")

    def _parts(self, seen: Sequence[Candidate]) -> Flat:
        rows = []
        for n, c in enumerate(seen, 1):
            known = dict(c.parts)
            if known:
                rows.append((str(n), *(f"{known.get(name, 0.0):.2f}" for name in PARTS)))
        if not rows:
            return Paragraph(self.say("not_weighed"))
        heads = (
            Column(self.say("column_rank"), "number"),
            *(Column(self.say(f"part_{name}"), "number") for name in PARTS),
        )
        return Table(self.say("weighed"), heads, tuple(rows))

    def _detail(self, stage: Stage, trace: Trace) -> str:
        parts = [_time(stage.milliseconds)]
        if stage.name == "search":
            parts.append(self.say("found", n=stage.candidates))
            parts.append(self.say(f"kind_{trace.kind}"))
        if stage.name == "write":
            parts.append(self.say("kept", n=stage.used))
        if stage.tokens_in:
            parts.append(self.say("tokens", n=f"{stage.tokens_in:,}", m=f"{stage.tokens_out:,}"))
        return " · ".join(parts)

    def _both(
        self, trace: Trace, seen: Sequence[Candidate], alone: str, *, whole: bool
    ) -> tuple[Paragraph, Paragraph]:
        kept = [c for c in trace.checks if c.kept]
        used = [c for c in seen if c.used]
        titles = "、" if self._language == "ja" else ", "
        names = titles.join(dict.fromkeys(titled(c.title, self._language) for c in used))
        if not kept:
            with_ = self.say("with_nothing")
        elif whole:
            with_ = self.say("with", n=len(kept), said=kept[0].sentence)
        else:
            with_ = self.say("with_hidden", n=len(kept))
        if alone:
            without = self.say("without_said", said=alone)
        elif trace.model:
            without = self.say("without_ask")
        else:
            without = (
                self.say("without_unknown", names=names) if names else self.say("without_nothing")
            )
        return Paragraph(with_), Paragraph(without)

    def _checks(self, trace: Trace) -> Table:
        rows = tuple(
            (
                str(n),
                check.sentence,
                "".join(f"[{k}]" for k in check.citations) or "–",
                f"{check.support:.2f}",
                self.say("kept_sentence")
                if check.kept
                else self.say(f"dropped_{check.reason or 'words'}"),
            )
            for n, check in enumerate(trace.checks, 1)
        )
        heads: tuple[tuple[str, Kind], ...] = (
            ("rank", "number"),
            ("sentence", "text"),
            ("cites", "text"),
            ("overlap", "number"),
            ("verdict", "text"),
        )
        return Table(
            self.say("check"),
            tuple(Column(self.say(f"column_{name}"), kind) for name, kind in heads),
            rows,
        )

    def _buttons(self, trace: Trace, answer: str) -> list[Block]:
        def again(name: str, limit: int, kind: str) -> Button:
            return Button(
                self.say(name), Press("demo.rerun", {"aid": answer, "k": limit, "s": kind})
            )

        offers = [
            again("again_more", 10, trace.kind)
            if trace.limit < 10
            else again("again_usual", 6, "whole"),
            again("again_fewer", 2, trace.kind)
            if trace.limit > 2
            else again("again_usual", 6, "whole"),
            again("again_words", trace.limit, "words")
            if trace.kind != "words"
            else again("again_whole", trace.limit, "whole"),
            again("again_first", trace.limit, "first")
            if trace.kind != "first"
            else again("again_whole", trace.limit, "whole"),
        ]
        more = [
            Button(self.say("why"), Press("demo.why", {"aid": answer})),
            *(
                [Button(self.say("alone"), Press("demo.alone", {"aid": answer}))]
                if trace.model
                else []
            ),
            Button(self.say("share"), Press("demo.share", {"aid": answer})),
            Button(self.say("tour_button"), Press("demo.tour")),
        ]
        fresh = list({(b.label): b for b in offers}.values())
        return [Buttons(tuple(fresh), "again", self.say("again")), Buttons(tuple(more))]


def _behind(score: float, best: float) -> str:
    """Return how far a score lies behind the best one, in powers of e, with a minus sign."""
    gap = math.log(max(score, TINY) / max(best, TINY))
    return "0.0" if gap > -0.05 else f"−{-gap:.1f}"


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"
