"""
One step of the dialog: what is asked next, what an answer changes, what was read from plain words.

A step is applied by compare-and-set on the run's revision, so that of two equal presses on two
machines one counts.
"""

from collections.abc import Mapping
from dataclasses import replace

from handlers.choose.decision_models import DecisionModels
from handlers.choose.guidelines import Guidelines
from handlers.choose.prefill import Prefill
from handlers.choose.question import EXPRESS, confirm, describe, nothing_read, question
from handlers.choose.result import ResultView
from handlers.choose.runs import Rule, Run, Runs
from handlers.conversation import Message, Paragraph, Reply
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import UNKNOWN, Criterion


class Dialog:
    def __init__(
        self, models: DecisionModels, runs: Runs, texts: Texts, guidelines: Guidelines | None
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._guidelines = guidelines
        self._prefill = Prefill.load()

    async def begin(self, message: Message, run: Run) -> Run:
        """
        Save a new run, on the current model where it names none; of two begun at once the first
        stays.
        """
        advisor = await self._models.of(run.model) or await self._models.current()
        await self._models.keep(advisor)
        return await self._runs.begin(replace(run, model=advisor.model.sha256))

    # ----------------------------------------------------------------- asking

    async def ask(self, message: Message, run: Run, note: str = "") -> Reply:
        """Return the next question, or the result when there is none."""
        language, advisor = message.person.language, await self._advisor(run)
        current = None if run.done else self._next(run, advisor)
        if current is None:
            view = ResultView(advisor, self._texts, advisor.evaluate(run.answers), language, run)
            return replace(_noted(view.full(), note), private=not run.open)
        guide = (
            await self._guidelines.guide(current.id, message)
            if self._guidelines is not None
            else None
        )
        if (
            guide is not None
            and guide.option in {o.id for o in current.options}
            and current.id not in run.rules
        ):
            changed = replace(
                run, rules={**run.rules, current.id: Rule(guide.option, guide.text, guide.source)}
            )
            run = await self._runs.save(changed) or await self._runs.load(run.id) or run
        shown = question(
            run, current, guide, advisor, self._texts, language, note, message.audience.private
        )
        return replace(shown, private=not run.open)

    def _next(self, run: Run, advisor: Advisor) -> Criterion | None:
        """
        Return what to ask next: the engine's choice, at the very end the impact of mistakes, which
        scores nothing.
        """
        if run.express and len(run.asked) >= EXPRESS:
            return None
        found = advisor.next_question(run.answers, run.asked)
        if found is not None:
            return found.criterion
        advisory = advisor.model.advisory if not run.express else ()
        return next(
            (c for c in advisory if c.id not in run.asked and c.id not in run.answers), None
        )

    # ----------------------------------------------------------------- answering

    async def edit(
        self,
        message: Message,
        run: Run,
        verb: str,
        data: Mapping[str, str | int],
        values: Mapping[str, str],
    ) -> Reply:
        """Apply one step, or show where the run stands when the step is not of now."""
        advisor = await self._advisor(run)
        if data.get("rev") != run.rev or run.done:
            return await self._again(message, run, data, values)
        if verb == "describe":
            if not values:
                return replace(
                    describe(run, self._texts, message.person.language), private=not run.open
                )
            return await self.read(message, run, values.get("text", ""))
        changed = self._changed(run, advisor, verb, data, values)
        if isinstance(changed, str):
            return (
                await self._again(message, run, data, values)
                if changed == "old"
                else await self._required(message, run)
            )
        changed = replace(changed, done=self._next(changed, advisor) is None)
        saved = await self._runs.save(changed)
        if saved is None:
            newer = await self._runs.load(run.id)
            return await self._again(message, newer or run, data, values)
        if saved.done:
            await self._runs.finished(saved)
        return await self.ask(message, saved)

    def _changed(
        self,
        run: Run,
        advisor: Advisor,
        verb: str,
        data: Mapping[str, str | int],
        values: Mapping[str, str],
    ) -> Run | str:
        """
        Return the run after a step, or why there is none: "old" when another question is current,
        "empty" without answer.
        """
        current = self._next(run, advisor)
        match verb:
            case "prefill":
                return replace(run, answers={**run.answers, **advisor.validate(values)})
            case "express":
                return replace(run, express=True)
            case "open":
                return replace(run, open=True)
            case "back":
                return run.stepped_back()
            case _:
                if current is None or data.get("c", current.id) != current.id:
                    return "old"
                option = (
                    UNKNOWN if verb == "skip" else str(data.get("o") or values.get(current.id, ""))
                )
                if not option:
                    return "empty"
                advisor.validate({current.id: option})
                return run.answered(current.id, option)

    async def _required(self, message: Message, run: Run) -> Reply:
        return await self.ask(message, run, self._say(message, "required"))

    async def _again(
        self, message: Message, run: Run, data: Mapping[str, str | int], values: Mapping[str, str]
    ) -> Reply:
        """Show where the run stands; the same click twice is no reason to say anything."""
        criterion = str(data.get("c", ""))
        given = str(data.get("o") or values.get(criterion, ""))
        double = (
            bool(criterion)
            and criterion in run.asked
            and run.answers.get(criterion, UNKNOWN) == given
        )
        return await self.ask(message, run, "" if double else self._say(message, "old_click"))

    # ----------------------------------------------------------------- plain words

    async def read(self, message: Message, run: Run, text: str, note: str = "") -> Reply:
        """
        Propose what was read from plain words; nothing of it counts before the person confirms it.
        """
        advisor, language = await self._advisor(run), message.person.language
        known = {c.id for c in (*advisor.model.criteria, *advisor.model.advisory)}
        found, torn = self._prefill.read(text)
        found = {
            c: hit
            for c, hit in found.items()
            if c in known and hit[0] in {o.id for o in advisor.model.criterion(c).options}
        }
        if torn:
            said = self._say(message, "listed").join(
                self._torn(advisor, c, words, message) for c, words in torn.items() if c in known
            )
            note = "\n".join(
                part for part in (note, self._say(message, "torn", criteria=said)) if part
            )
        if not found:
            reply = nothing_read(
                run, note or self._say(message, "nothing_read"), self._texts, language
            )
        else:
            reply = confirm(run, found, advisor, self._texts, language, note)
        return replace(reply, private=not run.open)

    def _torn(
        self, advisor: Advisor, criterion: str, words: tuple[str, ...], message: Message
    ) -> str:
        name = advisor.guidance.criteria[criterion].to(message.person.language)
        return self._say(
            message,
            "torn_words",
            criterion=name,
            words=self._say(message, "torn_between").join(words),
        )

    async def _advisor(self, run: Run) -> Advisor:
        return await self._models.of(run.model) or await self._models.current()

    def _say(self, message: Message, key: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{key}", message.person.language, **values)


def _noted(reply: Reply, note: str) -> Reply:
    if not note:
        return reply
    return replace(
        reply, text=f"{note}\n{reply.text}", blocks=(Paragraph(note, "note"), *reply.blocks)
    )
