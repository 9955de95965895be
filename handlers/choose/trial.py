"""
Trying other answers, any number at once: what they would lead to, beside the questions with what
was answered. Pure; nothing here changes a run.
"""

from collections.abc import Iterator
from dataclasses import replace

from handlers.actions.choose import KeepAnswers, ResumeRun, TryAnswers
from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Facts,
    Field,
    Option,
    Paragraph,
    Reply,
)
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import LIST, UNKNOWN, Criterion

EQUALS = "="  # between a question and its answer


def tried(run: Run, advisor: Advisor, say: Wording, changes: str) -> Reply:
    """Return what the changed answers would lead to, and every question with its answers."""
    known = {criterion.id: criterion for criterion in _questions(advisor)}
    other: dict[str, str] = {}
    for change in changes.split(LIST):
        name, _, option = change.partition(EQUALS)
        if name in known and option in (*known[name].names, UNKNOWN):
            other[name] = option
    changed = replace(run, answers={**run.answers, **other})
    before = advisor.evaluate(run.answers)
    view = ResultView.of(changed, advisor, say)
    text = _said(before.advice.id, view, advisor, say, changed=bool(other))
    blocks: list[Block] = [Paragraph(text), view.chart(), Facts(tuple(view.facts()))]
    if other:
        kept = LIST.join(f"{name}{EQUALS}{option}" for name, option in other.items())
        keep = KeepAnswers(run.id, run.rev, kept)
        blocks.append(Buttons((Button(say("keep"), keep, "primary"),), "keep"))
    action = TryAnswers(run.id, run.rev)
    ask = Ask(
        form=action.name,
        title=say("title"),
        text=text,
        fields=tuple(_fields(changed, advisor, say)),
        submit=say("show"),
        stop=say("cancel"),
        state=action.data,
        buttons=(Button(say("to_result"), ResumeRun(run.id, run.rev)),),
    )
    return Reply(text, tuple(blocks), ask=ask)


def _said(before: str, view: ResultView, advisor: Advisor, say: Wording, *, changed: bool) -> str:
    after = view.result.advice.id
    name = figures.name(advisor, after, say.language)
    if not changed:
        return say("trial_idle")
    if before == after:
        return say("trial_same", name=name)
    return say("trial_changed", name=name)


def _questions(advisor: Advisor) -> Iterator[Criterion]:
    """Yield the questions that take one answer of a few."""
    for criterion in advisor.model.questions:
        if not criterion.many and criterion.options:
            yield criterion


def _fields(run: Run, advisor: Advisor, say: Wording) -> Iterator[Field]:
    for criterion in _questions(advisor):
        options = [Option(one.id, one.text.to(say.language)) for one in criterion.options]
        options.append(Option(UNKNOWN, say("not_sure")))
        label = figures.subject(advisor, criterion.id, say.language)
        given = run.answers.get(criterion.id, UNKNOWN)
        yield Field(
            criterion.id,
            "choice",
            label,
            required=False,
            initial=given,
            options=tuple(options),
        )
