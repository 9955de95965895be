"""How a team looks: its people, where they differ and what they agree on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from handlers.actions.choose import OpenTeam, ShareResult
from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.choose.runs import Run
from handlers.choose.team import Member, Team
from handlers.choose.wording import Wording
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Heading,
    Paragraph,
    Reply,
    Table,
)
from knowledge.advisor.engine import Advisor
from knowledge.advisor.team import Choice, Disagreement, agreement, disagreements

Kind = Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One member and how far they are."""

    member: Member
    run: Run


Title = Literal[
    "person",
    "recommendation",
    "point",
    "answered",
    "question_column",
    "team_answers",
    "team_effect",
]


class TeamView:
    """A team as one of its members, or its channel, may see it."""

    def __init__(
        self, team: Team, advisor: Advisor, progress: Sequence[Progress], say: Wording
    ) -> None:
        self._team = team
        self._advisor = advisor
        self._everyone = progress
        self._done = [one for one in progress if one.run.done]
        self._say = say

    def standing(self) -> Reply:
        """
        Show each finished person's result, then the differences and the result of what all agree
        on.
        """
        say, team = self._say, self._team
        text = say("team_status", done=len(self._done), count=len(self._everyone), id=team.id)
        blocks: list[Block] = [Heading(say("team_title")), Paragraph(text), *self._waiting()]
        blocks.append(self._people())
        if len(self._done) > 1:
            answers = agreement([one.run.answers for one in self._done])
            view = self._agreed(answers)
            found = disagreements(self._advisor, [one.run.answers for one in self._done])
            sentence = self._agreement(view, len(answers), found)
            text = f"{text}\n{sentence}"
            blocks.append(self._differences(found))
            blocks.append(Paragraph(sentence, "note"))
            blocks.append(Paragraph(view.words.certainty(), "quiet"))
            blocks.append(view.chart())
        again = Button(say("team_again"), OpenTeam(team.id))
        share = Button(say("do_share"), ShareResult(team=team.id))
        return Reply(text, (*blocks, Buttons((again, share))))

    def _agreement(self, view: ResultView, count: int, found: Sequence[Disagreement]) -> str:
        """Return what all agree on; nothing is advised while a hard answer is in dispute."""
        hard = [self._subject(one) for one in found if one.hard]
        if hard:
            return self._say("team_undecided", subjects=self._say.listed(hard))
        return self._say("team_agreed", count=count, headline=view.words.headline())

    def _subject(self, difference: Disagreement) -> str:
        return figures.subject(self._advisor, difference.criterion, self._say.language)

    def _waiting(self) -> tuple[Paragraph, ...]:
        """Return who is not done yet; nothing where everybody is."""
        names = [one.member.name for one in self._everyone if not one.run.done]
        waiting = self._say.listed(names)
        if not waiting:
            return ()
        return (Paragraph(self._say("team_waiting", names=waiting), "quiet"),)

    def _people(self) -> Table:
        rows = [self._person(one) for one in self._done]
        columns = (
            self._column("person"),
            self._column("recommendation"),
            self._column("point", "number"),
            self._column("answered", "number"),
        )
        return Table(self._say("team_people"), columns, tuple(rows))

    def _person(self, one: Progress) -> tuple[str, ...]:
        best = self._advisor.evaluate(one.run.answers).advice
        points = figures.points(best.score)
        return one.member.name, self._name(best.id), points, str(len(one.run.answers))

    def _differences(self, differences: Sequence[Disagreement]) -> Table | Paragraph:
        """Return what people differ about, what decides the result first."""
        if not differences:
            return Paragraph(self._say("team_no_differences"), "note")
        rows = []
        for difference in differences:
            subject = self._subject(difference)
            rows.append((subject, self._answers(difference), self._effect(difference)))
        columns = (
            self._column("question_column"),
            self._column("team_answers"),
            self._column("team_effect"),
        )
        return Table(self._say("team_differences", count=len(rows)), columns, tuple(rows))

    def _answers(self, difference: Disagreement) -> str:
        """Return each answer with the people who gave it."""
        answers = []
        for choice in difference.choices:
            names = self._say.listed([self._done[number].member.name for number in choice.people])
            option = self._option(difference, choice)
            answers.append(self._say("team_answer", answer=option, names=names))
        return " / ".join(answers)

    def _effect(self, difference: Disagreement) -> str:
        """Return where the answers lead, or how far they move the lead."""
        if not difference.decides:
            return self._say("team_harmless", points=figures.points(difference.swing))
        ways = []
        for choice in difference.choices:
            option = self._option(difference, choice)
            ways.append(f"{option} → {self._name(choice.recommendation)}")
        return self._say("team_decides", ways=" / ".join(ways))

    def _agreed(self, answers: dict[str, str]) -> ResultView:
        """Return the result under what nobody contradicts."""
        agreed = replace(self._done[0].run, answers=answers)
        return ResultView.of(agreed, self._advisor, self._say)

    def _option(self, difference: Disagreement, choice: Choice) -> str:
        language = self._say.language
        return figures.text(self._advisor, difference.criterion, choice.option, language)

    def _name(self, configuration: str) -> str:
        return figures.name(self._advisor, configuration, self._say.language)

    def _column(self, name: Title, kind: Kind = "text") -> Column:
        return Column(self._say(name), kind)
