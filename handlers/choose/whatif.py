"""
Trying another answer, and two configurations side by side. Pure; the run itself stays as it is.
"""

from collections.abc import Iterable

from handlers.actions.choose import CompareTwo, OfRun, ResumeRun, TryAnswer
from handlers.choose import figures
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.conversation import (
    Ask,
    Button,
    Buttons,
    Column,
    Field,
    Option,
    Paragraph,
    Reply,
    Table,
)
from knowledge.advisor.engine import Advisor
from knowledge.advisor.model import OPTION
from knowledge.advisor.record import Comparison, Result, Standing
from knowledge.advisor.values import Criterion


def change(run: Run, advisor: Advisor, say: Wording, criterion: str, option: str) -> Reply:
    """
    Ask which answer to change, then to what; with both, show what it would lead to beside what is.
    """
    known = {criterion.id: criterion for criterion in advisor.model.criteria}
    if criterion not in known:
        return _which_answer(run, advisor, say)
    if option not in known[criterion].names:
        return _to_what(run, known[criterion], say)
    before = advisor.evaluate(run.answers)
    after = advisor.evaluate({**run.answers, criterion: option})
    changed = figures.answer(advisor, criterion, option, say.language)
    best = figures.name(advisor, after.recommendation, say.language)
    if before.recommendation == after.recommendation:
        text = say("whatif_same", change=changed, name=best)
    else:
        text = say("whatif_changed", change=changed, name=best)
    again = Button(say("whatif_again"), TryAnswer(run.id, run.rev))
    table = Table(
        changed,
        (Column(say("configuration")), _number("now", say), _number("then", say)),
        tuple(_beside(before, after, advisor, say)),
    )
    return Reply(text, (Paragraph(text), table, _ways(again, run, say)))


def pair(run: Run, advisor: Advisor, say: Wording, first: str, second: str) -> Reply:
    """Ask which two to compare, or show what each answer gives the one over the other."""
    known = {configuration.id for configuration in advisor.model.configurations}
    if first not in known:
        return _which_two(run, advisor, say)
    if second not in known or first == second:
        return _with_which(run, advisor, say, first)
    compared = advisor.compare(run.answers, first, second)
    name = figures.name(advisor, first, say.language)
    other = figures.name(advisor, second, say.language)
    difference = compared.first.score - compared.second.score
    text = say(
        "compared",
        first=name,
        second=other,
        one=figures.points(compared.first.score),
        two=figures.points(compared.second.score),
        difference=figures.points(abs(difference)),
    )
    rows = _differences(compared, advisor, say)
    rows.append((say("total"), figures.signed(difference)))
    columns = (Column(say("answer")), _number("difference", say))
    again = Button(say("compare_again"), CompareTwo(run.id, run.rev))
    table = Table(f"{name} − {other}", columns, tuple(rows))
    return Reply(text, (Paragraph(text), table, _ways(again, run, say)))


def _which_answer(run: Run, advisor: Advisor, say: Wording) -> Reply:
    options = tuple(
        Option(criterion.id, _now(run, criterion, advisor, say))
        for criterion in advisor.model.criteria
    )
    label = say("whatif_ask")
    field = Field("criterion", "choice", label, options=options)
    return _form(TryAnswer(run.id, run.rev), (field,), label, say)


def _to_what(run: Run, criterion: Criterion, say: Wording) -> Reply:
    others = [option for option in criterion.options if option.id != run.answers.get(criterion.id)]
    options = tuple(Option(other.id, other.text.to(say.language)) for other in others)
    label = say("whatif_to", question=criterion.question.to(say.language))
    field = Field("option", "choice", label, options=options)
    return _form(TryAnswer(run.id, run.rev, criterion.id), (field,), label, say)


def _which_two(run: Run, advisor: Advisor, say: Wording) -> Reply:
    """Ask for both; the recommendation and its runner-up are chosen beforehand."""
    result = advisor.evaluate(run.answers)
    options = tuple(_configurations(advisor, say))
    runner_up = result.runner_up or ""
    fields = (
        Field("first", "choice", say("first"), initial=result.recommendation, options=options),
        Field("second", "choice", say("second"), initial=runner_up, options=options),
    )
    return _form(CompareTwo(run.id, run.rev), fields, say("compare_ask"), say)


def _with_which(run: Run, advisor: Advisor, say: Wording, first: str) -> Reply:
    label = say("compare_with", name=figures.name(advisor, first, say.language))
    options = [option for option in _configurations(advisor, say) if option.id != first]
    field = Field("second", "choice", label, options=tuple(options))
    return _form(CompareTwo(run.id, run.rev, first), (field,), label, say)


def _configurations(advisor: Advisor, say: Wording) -> Iterable[Option]:
    for configuration in advisor.model.configurations:
        yield Option(configuration.id, configuration.text.to(say.language))


def _beside(
    before: Result, after: Result, advisor: Advisor, say: Wording
) -> Iterable[tuple[str, str, str]]:
    """Yield each configuration with its points now and then, in the order of now."""
    for standing in before.standings:
        name = figures.name(advisor, standing.id, say.language)
        yield name, _score(standing), _score(after.standing(standing.id))


def _differences(compared: Comparison, advisor: Advisor, say: Wording) -> list[tuple[str, str]]:
    rows = []
    for reason in compared.reasons:
        answer = figures.answer(advisor, reason.criterion, reason.option, say.language)
        rows.append((answer, figures.signed(reason.points)))
    rows.append((say("offset"), figures.signed(compared.offset)))
    return rows


def _ways(again: Button, run: Run, say: Wording) -> Buttons:
    """Offer to do it again or to go back to the result."""
    return Buttons((again, Button(say("to_result"), ResumeRun(run.id, run.rev))))


def _now(run: Run, criterion: Criterion, advisor: Advisor, say: Wording) -> str:
    """Return "予算 (いま: 500万円未満)", cut to what every platform can show."""
    now = say("not_sure")
    option = run.answers.get(criterion.id)
    if option:
        now = criterion.option(option).text.to(say.language)
    subject = advisor.guidance.criteria[criterion.id].to(say.language)
    return say("whatif_now", subject=subject, now=now)[:OPTION]


def _form(form: OfRun, fields: tuple[Field, ...], text: str, say: Wording) -> Reply:
    ask = Ask(
        form=form.name,
        title=say("title"),
        text=text,
        fields=fields,
        submit=say("show"),
        stop=say("cancel"),
        state=form.data,
        required_error=say("required"),
    )
    return Reply(text, ask=ask)


def _score(standing: Standing) -> str:
    points = figures.points(standing.score)
    if standing.excluded_by:
        return f"✕ {points}"
    return points


def _number(name: str, say: Wording) -> Column:
    return Column(say(name), "number")
