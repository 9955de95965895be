"""
What one can do with a run without changing its answers: look, share, take away, try other answers,
compare, ask.
"""

from collections.abc import Mapping
from dataclasses import replace

from handlers.choose import figures, whatif
from handlers.choose.decision_models import DecisionModels
from handlers.choose.guidelines import Guidelines
from handlers.choose.memo import attachments
from handlers.choose.question import about, ways_on
from handlers.choose.result import ResultView
from handlers.choose.runs import Run, Runs
from handlers.conversation import (
    Button,
    Buttons,
    Column,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
    Table,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.errors import KnowledgeError
from knowledge.values import Language

VERBS = frozenset({"preview", "stop", "share", "memo", "whatif", "compare", "source", "question"})
OPEN = 5  # runs of a history that have a button


class Outcome:
    def __init__(
        self, models: DecisionModels, runs: Runs, texts: Texts, guidelines: Guidelines | None
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._guidelines = guidelines

    @staticmethod
    def does(verb: str) -> bool:
        return verb in VERBS

    async def use(
        self,
        message: Message,
        run: Run,
        advisor: Advisor,
        verb: str,
        data: Mapping[str, str | int],
        values: Mapping[str, str],
    ) -> Reply:
        """
        Do one of `VERBS`; what is shown is for the person alone unless the run is open or the
        result is shared.
        """
        language, texts = message.person.language, self._texts
        match verb:
            case "source":
                return await self._source(message, str(data.get("p", "")))
            case "stop":
                reply = ways_on(run, self._say(message, "stopped"), texts, language)
            case "share":
                return self._view(run, advisor, language).shared()
            case "memo":
                other: Language = "en" if language == "ja" else "ja"
                return self._memo(
                    message, run, advisor, other if data.get("lang") == other else language
                )
            case "whatif":
                reply = whatif.change(run, advisor, texts, language, *_changed(data, values))
            case "compare":
                first = str(values.get("first") or data.get("first", ""))
                reply = whatif.pair(run, advisor, texts, language, first, values.get("second", ""))
            case "question":
                reply = about(run, texts, language)
            case _:
                reply = self._view(run, advisor, language).preview()
        return replace(reply, private=not run.open)

    def topic(self, run: Run, advisor: Advisor, language: Language) -> tuple[str, str]:
        """
        Return the run as something that was talked about: its subject, and the result with the
        answers behind it.
        """
        result = advisor.evaluate(run.answers)
        name = figures.name(advisor, result.recommendation, language)
        given = "\n".join(
            f"- {figures.answer(advisor, c, o, language)}" for c, o in result.answers.items()
        )
        said = ResultView(advisor, self._texts, result, language, run).headline()
        return self._texts.say("choose.topic", language, name=name), f"{said}\n{given}"

    async def history(self, message: Message) -> Reply:
        """
        List the person's finished runs, latest first, each with what its own model recommended.
        """
        language, rows, buttons = message.person.language, [], []
        for run in await self._runs.history(message.person.id):
            advisor = await self._models.of(run.model)
            if advisor is None:
                continue
            result = advisor.evaluate(run.answers)
            name = figures.name(advisor, result.recommendation, language)
            points = figures.points(result.standing(result.recommendation).score)
            rows.append(
                (
                    run.began[:10] or "–",
                    name,
                    points,
                    str(len(result.answers)),
                    advisor.model.version,
                )
            )
            buttons.append(
                Button(
                    self._say(message, "open_run", date=run.began[:10], name=name),
                    Press("choose.resume", {"rid": run.id}),
                )
            )
        begin = Button(self._say(message, "begin"), Press("choose.start"), "primary")
        if not rows:
            text = self._say(message, "no_history")
            return Reply(text, (Paragraph(text), Buttons((begin,))), private=True)
        text = self._say(message, "history", count=len(rows))
        kinds = (
            ("date", "text"),
            ("recommendation", "text"),
            ("point", "number"),
            ("answered", "number"),
            ("model", "text"),
        )
        columns = tuple(
            Column(self._say(message, key), "number" if kind == "number" else "text")
            for key, kind in kinds
        )
        lines = "\n".join(f"- {row[0]} {row[1]}" for row in rows)
        blocks = (
            Heading(text),
            Table(text, columns, tuple(rows)),
            Buttons((*buttons[:OPEN], begin)),
        )
        return Reply(f"{text}\n{lines}", blocks, private=True)

    async def _source(self, message: Message, passage: str) -> Reply:
        """Open the passage behind a guideline; the rights are checked again."""
        try:
            if self._guidelines is None or not passage:
                return Reply(self._say(message, "no_source"), private=True)
            found, source = await self._guidelines.open(passage, message)
        except KnowledgeError:
            return Reply(self._say(message, "no_source"), private=True)
        blocks = (Paragraph(found.text, "quote"), Paragraph(source, "quiet"))
        return Reply(f"{source}\n{found.text}", blocks, private=True, title=source)

    def _memo(self, message: Message, run: Run, advisor: Advisor, language: Language) -> Reply:
        text = self._say(message, "memo_ready")
        other: Language = "en" if language == "ja" else "ja"
        again = Button(
            self._say(message, f"memo_{other}"),
            Press("choose.memo", {"rid": run.id, "rev": run.rev, "lang": other}),
        )
        files = attachments(self._view(run, advisor, language))
        return Reply(
            text, (Paragraph(text), Buttons((again,))), attachments=files, private=not run.open
        )

    def _view(self, run: Run, advisor: Advisor, language: Language) -> ResultView:
        return ResultView(advisor, self._texts, advisor.evaluate(run.answers), language, run)

    def _say(self, message: Message, key: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{key}", message.person.language, **values)


def _changed(data: Mapping[str, str | int], values: Mapping[str, str]) -> tuple[str, str]:
    """Return the criterion and the option to try, each empty until it is chosen."""
    return str(values.get("criterion") or data.get("criterion", "")), values.get("option", "")
