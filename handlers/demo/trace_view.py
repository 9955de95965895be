"""
How the trace of an answer looks: stages, limits, candidates, prompt, with and without RAG, sentence
by sentence. Pure.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from handlers.actions.demo import AnswerAlone, AskWhyMissing, RunAgain, ShareTrace, TakeTour
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
    Reply,
    Step,
    Steps,
    Table,
)
from handlers.demo.comparison import Comparison
from handlers.texts import Texts
from knowledge.answering.composing import GAP
from knowledge.answering.trace import Candidate, Stage, Trace
from knowledge.text.language import language_of
from knowledge.values import Language

SHOWN = 10  # candidates in the table
PARTS = ("words", "title", "share", "pairs", "cue", "missing")  # of what the second stage weighs
PROMPT = 6000  # characters of the prompt shown in chat; the whole is in `llm-choose demo --json`
TINY = 1e-9  # a score of nothing
MOST, USUAL, FEW = 10, 6, 2  # passages a rerun may use
SECOND = 1000  # milliseconds
Kind = Literal["text", "number"]


class TraceView:
    """`readers` are the labels of whoever will look: what they may not see is counted."""

    def __init__(self, texts: Texts, language: Language, readers: frozenset[str]) -> None:
        self._texts = texts
        self._language: Language = language
        self.readers = readers

    def say(self, name: str, **values: object) -> str:
        """Return one of the demo's sentences."""
        return self._texts.say(f"demo.{name}", self._language, **values)

    def seen(self, trace: Trace) -> list[Candidate]:
        """Return the candidates whoever looks may see, best first."""
        return [one for one in trace.candidates if one.audience in self.readers]

    def reply(self, trace: Trace, answer: str, *, alone: str = "", changed: str = "") -> Reply:
        """
        Show the trace of the answer with this id; `alone` is what a model said without documents,
        `changed` a comparison.
        """
        seen = self.seen(trace)
        hidden = len(trace.candidates) - len(seen)
        blocks = (
            *self._question(trace, changed),
            self.stages(trace),
            *self._limits(trace),
            *self._found(seen, hidden),
            Details(self.say("with_without"), self._both(trace, seen, alone)),
            Details(self.say("figures"), (Paragraph(self.say("figures_mean")),)),
            Details(self.say("prompt"), (self._prompt(trace, hidden),)),
            *self._verification(trace, hidden),
            *self._buttons(trace, answer),
            self._footer(trace),
        )
        used = [one for one in seen if one.used]
        text = self.say("text", question=trace.question, found=len(seen), used=len(used))
        return Reply(text, blocks, private=True, title=self.say("title"))

    def difference(self, before: Trace, after: Trace) -> str:
        """Say which passages came into the answer and which left it."""
        old, new = self._used(before), self._used(after)
        came = [name for id_, name in new.items() if id_ not in old]
        left = [name for id_, name in old.items() if id_ not in new]
        sentences = []
        if came:
            sentences.append(self.say("changed_came", names=self._listed(came)))
        if left:
            sentences.append(self.say("changed_left", names=self._listed(left)))
        return " ".join(sentences) or self.say("changed_nothing")

    def beside(self, trace: Trace) -> tuple[Flat, ...]:
        """Return the answer with RAG beside the one without."""
        return self._both(trace, self.seen(trace), "")

    def stages(self, trace: Trace) -> Steps:
        """Return every stage with its time, in order."""
        total = sum(stage.milliseconds for stage in trace.stages)
        steps = []
        for number, stage in enumerate(trace.stages, 1):
            name = self.say(f"stage_{stage.name}")
            steps.append(Step(f"d{number}", name, "complete", self._detail(stage, trace)))
        return Steps(self.say("stages", n=len(steps), time=_time(total)), tuple(steps))

    def candidates(self, seen: Sequence[Candidate]) -> Table:
        """
        Return the passages, best first; after the second stage by how far each lies behind the
        first.
        """
        ranked = any(one.parts for one in seen)
        score = "behind" if ranked else "score"
        columns = (
            self._column("rank", "number"),
            self._column("document"),
            self._column("place"),
            self._column("first", "number"),
            self._column(score, "number"),
            self._column("outcome"),
        )
        rows = []
        for number, one in enumerate(seen, 1):
            shown = f"{one.score:.1f}"
            if ranked:
                shown = _behind(one.score, seen[0].score)
            title = titled(one.title, self._language)
            place = one.place.to(self._language)
            outcome = self._outcome(one, seen)
            rows.append((str(number), title, place, str(one.rank), shown, outcome))
        return Table(self.say("candidates"), columns, tuple(rows))

    # ----------------------------------------------------------------- parts, from top to bottom

    def _question(self, trace: Trace, changed: str) -> Iterator[Flat]:
        yield Heading(self.say("title"))
        yield Paragraph(self.say("question", question=trace.question))
        if trace.rewritten != trace.question:
            yield Paragraph(self.say("rewritten", question=trace.rewritten), "quiet")
        if changed:
            yield Paragraph(changed, "note")

    def _limits(self, trace: Trace) -> Iterator[Block]:
        if trace.limits:
            rows = [f"- {limit.text.to(self._language)}" for limit in trace.limits]
            warning = Paragraph("\n".join(rows), "warning")
            yield Details(self.say("limits"), (warning,), open=True)

    def _found(self, seen: Sequence[Candidate], hidden: int) -> Iterator[Block]:
        """Yield the candidates and how they were weighed; those `hidden` are only counted."""
        if seen:
            yield self.candidates(seen[:SHOWN])
            yield Details(self.say("weighed"), (self._weighed(seen[:SHOWN]),))
        if hidden:
            yield Paragraph(self.say("hidden", n=hidden), "quiet")

    def _outcome(self, candidate: Candidate, seen: Sequence[Candidate]) -> str:
        """Say whether a passage was used; where not, that it is in another language than those."""
        if candidate.used:
            return self.say("used", n=candidate.number)
        if candidate.dropped == "rank":
            return self.say("beyond")
        own = _language(candidate, self._language)
        others = [_language(one, self._language) for one in seen if one.used]
        if others and own not in others:
            return self.say("foreign")
        return self.say("unused")

    def _weighed(self, seen: Sequence[Candidate]) -> Flat:
        rows = []
        for number, one in enumerate(seen, 1):
            weights = dict(one.parts)
            if weights:
                figures = [f"{weights.get(name, 0.0):.2f}" for name in PARTS]
                rows.append((str(number), *figures))
        if not rows:
            return Paragraph(self.say("not_weighed"))
        columns = [Column(self.say(f"part_{name}"), "number") for name in PARTS]
        heads = (self._column("rank", "number"), *columns)
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

    def _both(self, trace: Trace, seen: Sequence[Candidate], alone: str) -> tuple[Flat, ...]:
        return Comparison(self._texts, self._language, trace).blocks(seen, alone)

    def _prompt(self, trace: Trace, hidden: int) -> Paragraph:
        """Return what the model was sent, unless it holds what whoever looks may not see."""
        if not trace.prompt:
            return Paragraph(self.say("no_prompt"))
        if hidden:
            return Paragraph(self.say("prompt_hidden"))
        return Paragraph(trace.prompt[:PROMPT], "code")

    def _verification(self, trace: Trace, hidden: int) -> Iterator[Block]:
        """Yield each sentence beside its support; nothing where something is hidden."""
        if not trace.checks or hidden:
            return
        rows = []
        sentences = [check for check in trace.checks if check.sentence != GAP]
        for number, check in enumerate(sentences, 1):
            cites = [f"[{citation}]" for citation in check.citations]
            verdict = self.say("kept_sentence")
            if not check.kept:
                verdict = self.say(f"dropped_{check.reason or 'words'}")
            support = f"{check.support:.2f}"
            rows.append((str(number), check.sentence, "".join(cites) or "–", support, verdict))
        columns = (
            self._column("rank", "number"),
            self._column("sentence"),
            self._column("cites"),
            self._column("overlap", "number"),
            self._column("verdict"),
        )
        table = Table(self.say("check"), columns, tuple(rows))
        yield Details(self.say("check"), (Paragraph(self.say("check_how")), table))

    def _buttons(self, trace: Trace, answer: str) -> tuple[Buttons, Buttons]:
        """Return the ways to run it again, each once, and the ways on."""
        again: dict[str, Button] = {}
        for button in self._reruns(trace, answer):
            again[button.label] = button
        ways = [Button(self.say("why"), AskWhyMissing(answer))]
        if trace.model:
            ways.append(Button(self.say("alone"), AnswerAlone(answer)))
        ways.append(Button(self.say("share"), ShareTrace(answer)))
        ways.append(Button(self.say("tour_button"), TakeTour()))
        reruns = Buttons(tuple(again.values()), "again", self.say("again"))
        return reruns, Buttons(tuple(ways))

    def _reruns(self, trace: Trace, answer: str) -> Iterator[Button]:
        """Yield more, fewer, words alone and no second stage; what is so already goes back."""
        usual = Button(self.say("again_usual"), RunAgain(answer, USUAL, "whole"))
        whole = Button(self.say("again_whole"), RunAgain(answer, trace.limit, "whole"))
        more = Button(self.say("again_more"), RunAgain(answer, MOST, trace.kind))
        fewer = Button(self.say("again_fewer"), RunAgain(answer, FEW, trace.kind))
        words = Button(self.say("again_words"), RunAgain(answer, trace.limit, "words"))
        first = Button(self.say("again_first"), RunAgain(answer, trace.limit, "first"))
        yield more if trace.limit < MOST else usual
        yield fewer if trace.limit > FEW else usual
        yield words if trace.kind != "words" else whole
        yield first if trace.kind != "first" else whole

    def _footer(self, trace: Trace) -> Paragraph:
        at = trace.at[:16].replace("T", " ")
        return Paragraph(self.say("kept_for", id=trace.id, at=at), "quiet")

    # ----------------------------------------------------------------- small pieces

    def _used(self, trace: Trace) -> dict[str, str]:
        """Return by passage what the answer rests on, as whoever looks may read it."""
        names = {}
        for one in self.seen(trace):
            if one.used:
                title = titled(one.title, self._language)
                names[one.passage] = f"{title} {one.place.to(self._language)}"
        return names

    def _listed(self, names: list[str]) -> str:
        return self._texts.say("choose.listed", self._language).join(names)

    def _column(self, name: str, kind: Kind = "text") -> Column:
        return Column(self.say(f"column_{name}"), kind)


def _language(candidate: Candidate, default: Language) -> Language:
    return language_of(candidate.excerpt, default)


def _behind(score: float, best: float) -> str:
    """Return how far a score lies behind the best one, in powers of e, with a minus sign."""
    gap = math.log(max(score, TINY) / max(best, TINY))
    if gap > -0.05:
        return "0.0"
    return f"−{-gap:.1f}"


def _time(milliseconds: float) -> str:
    if milliseconds >= SECOND:
        return f"{milliseconds / SECOND:.1f} s"
    return f"{milliseconds:.0f} ms"
