"""
Trying another answer and keeping it, and two options side by side. Pure; nothing here changes a
run.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from handlers.actions.choose import CompareTwo, KeepAnswers, OfRun, ResumeRun, TryAnswer
from handlers.choose import figures
from handlers.choose.result import ResultView
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
from knowledge.advisor.questions import OPTION
from knowledge.advisor.record import Comparison, Result, Standing
from knowledge.advisor.values import UNKNOWN, Criterion


def change(run: Run, advisor: Advisor, say: Wording, criterion: str, option: str) -> Reply:
    """
    Ask which answer to change, then to what; with both, show what it would lead to beside what is,
    and offer to keep it.
    """
    known = {criterion.id: criterion for criterion in advisor.model.questions}
    if criterion not in known:
        return _which_answer(run, advisor, say)
    if option not in (*known[criterion].names, UNKNOWN):
        return _to_what(run, known[criterion], say)
    before = advisor.evaluate(run.answers)
    after = advisor.evaluate({**run.answers, criterion: option})
    changed = _changed(advisor, criterion, option, say)
    text = leads_to(before, ResultView(advisor, after, say, run), changed)
    keep = Button(say("keep"), KeepAnswers(run.id, run.rev, f"{criterion}={option}"), "primary")
    again = Button(say("whatif_again"), TryAnswer(run.id, run.rev))
    table = Table(
        changed,
        (Column(say("configuration")), _number("now", say), _number("then", say)),
        tuple(_beside(before, after, advisor, say)),
    )
    return Reply(text, (Paragraph(text), table, _ways((keep, again), run, say)))


def leads_to(before: Result, after: ResultView, change: str) -> str:
    """Return what a change leads to: the suggestion that stays or comes, and what bars it."""
    say, result = after.say, after.result
    name = after.words.name(result.advice.id)
    if result.headline == "none_fits":
        return say("whatif_none", change=change, headline=after.words.headline())
    if before.advice.id != result.advice.id or before.headline == "none_fits":
        text = say("whatif_changed", change=change, name=name)
    else:
        text = say("whatif_same", change=change, name=name)
    if result.headline == "first" and before.headline != "first":
        text = f"{text} {after.words.headline()}"
    return text


def _changed(advisor: Advisor, criterion: str, option: str, say: Wording) -> str:
    """Return the other answer in words, "not sure" among them."""
    if option == UNKNOWN:
        return f"{figures.subject(advisor, criterion, say.language)}: {say('not_sure')}"
    return figures.answer(advisor, criterion, option, say.language)


def pair(run: Run, advisor: Advisor, say: Wording, first: str, second: str) -> Reply:
    """Ask which two bases to compare, or show what each answer gives the one over the other."""
    result = advisor.evaluate(run.answers)
    known = {standing.base for standing in result.standings}
    if first not in known:
        return _which_two(run, result, advisor, say)
    if second not in known or first == second:
        return _with_which(run, result, advisor, say, first)
    one, two = result.standing(first), result.standing(second)
    compared = advisor.compare(run.answers, one.id, two.id)
    name = figures.name(advisor, one.id, say.language)
    other = figures.name(advisor, two.id, say.language)
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
    return Reply(text, (Paragraph(text), table, _ways((again,), run, say)))


def _which_answer(run: Run, advisor: Advisor, say: Wording) -> Reply:
    questions = advisor.model.questions
    options = [Option(one.id, _now(run, one, advisor, say)) for one in questions]
    label = say("whatif_ask")
    field = Field("criterion", "choice", label, options=tuple(options))
    return form_about(TryAnswer(run.id, run.rev), (field,), label, say)


def _to_what(run: Run, criterion: Criterion, say: Wording) -> Reply:
    given = run.answers.get(criterion.id)
    others = [option for option in criterion.options if option.id != given]
    options = [Option(option.id, option.text.to(say.language)) for option in others]
    if given is not None:
        options.append(Option(UNKNOWN, say("not_sure")))
    label = say("whatif_to", question=criterion.question.to(say.language))
    field = Field("option", "choice", label, options=tuple(options))
    return form_about(TryAnswer(run.id, run.rev, criterion.id), (field,), label, say)


def _which_two(run: Run, result: Result, advisor: Advisor, say: Wording) -> Reply:
    """Ask for both; the advice and the next best are chosen beforehand."""
    options = tuple(_bases(result, advisor, say))
    chosen = result.advice.base
    others = [standing.base for standing in result.standings if standing.base != chosen]
    fields = (
        Field("first", "choice", say("first"), initial=chosen, options=options),
        Field("second", "choice", say("second"), initial=others[0], options=options),
    )
    return form_about(CompareTwo(run.id, run.rev), fields, say("compare_ask"), say)


def _with_which(run: Run, result: Result, advisor: Advisor, say: Wording, first: str) -> Reply:
    name = figures.name(advisor, result.standing(first).id, say.language)
    label = say("compare_with", name=name)
    options = [option for option in _bases(result, advisor, say) if option.id != first]
    field = Field("second", "choice", label, options=tuple(options))
    return form_about(CompareTwo(run.id, run.rev, first), (field,), label, say)


def _bases(result: Result, advisor: Advisor, say: Wording) -> Iterator[Option]:
    for standing in result.standings:
        name = figures.name(advisor, standing.id, say.language)
        yield Option(standing.base, name[:OPTION])


def _beside(
    before: Result, after: Result, advisor: Advisor, say: Wording
) -> Iterable[tuple[str, str, str]]:
    """Yield each base with its best option's points now and then, in the order of now."""
    for standing in before.standings:
        block = advisor.model.block(standing.base)
        then = after.standing(standing.base)
        yield block.label.to(say.language), _score(standing), _score(then)


def _differences(compared: Comparison, advisor: Advisor, say: Wording) -> list[tuple[str, str]]:
    rows = []
    for reason in compared.reasons:
        answer = figures.answer(advisor, reason.criterion, reason.option, say.language)
        rows.append((answer, figures.signed(reason.points)))
    rows.append((say("offset"), figures.signed(compared.offset)))
    return rows


def _ways(buttons: tuple[Button, ...], run: Run, say: Wording) -> Buttons:
    """Offer to go on, or to go back to the result."""
    return Buttons((*buttons, Button(say("to_result"), ResumeRun(run.id, run.rev))))


def _now(run: Run, criterion: Criterion, advisor: Advisor, say: Wording) -> str:
    """Return "予算 (いま: 500万円未満)", cut to what every platform can show."""
    now = state(run, criterion, advisor, say)
    subject = figures.subject(advisor, criterion.id, say.language)
    return say("whatif_now", subject=subject, now=now)[:OPTION]


def state(run: Run, criterion: Criterion, advisor: Advisor, say: Wording) -> str:
    """Return an answer in words, or what became of the question: three different things."""
    match run.state(criterion.id):
        case "given":
            return figures.text(advisor, criterion.id, run.answers[criterion.id], say.language)
        case "not_sure":
            return say("not_sure")
        case "skipped":
            return say("state_skipped")
        case _:
            return say("state_not_asked")


def form_about(form: OfRun, fields: tuple[Field, ...], text: str, say: Wording) -> Reply:
    """Ask something about a result, with the way back to it."""
    ask = Ask(
        form=form.name,
        title=say("title"),
        text=text,
        fields=fields,
        submit=say("show"),
        stop=say("cancel"),
        state=form.data,
        buttons=(Button(say("to_result"), ResumeRun(form.run, form.revision)),),
        required_error=say("required"),
    )
    return Reply(text, ask=ask)


def _score(standing: Standing) -> str:
    points = figures.points(standing.score)
    if standing.excluded_by:
        return f"✕ {points}"
    return points


def _number(name: Literal["now", "then", "difference"], say: Wording) -> Column:
    return Column(say(name), "number")
