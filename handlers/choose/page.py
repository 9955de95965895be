"""
The page that comes first: what should get better, and what the organisation's limits are. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from handlers.actions.choose import (
    AnswerPage,
    DescribeSituation,
    GoExpress,
    OpenRun,
    OpenTeam,
    SkipPage,
)
from handlers.choose.question import Setting, choice, guideline_of, ruled
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.conversation import Ask, Button, Field, Flat, Option, Paragraph, Reply
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import Criterion

GOAL = 300  # characters of a goal or a measure


def page(run: Run, setting: Setting, advisor: Advisor, say: Wording) -> Reply:
    """Return the page as one form; what was read or ruled before is filled in."""
    most = len(advisor.left(run.answers, run.asked))
    after = say("page_after", most=most)
    if run.express:
        after = say("page_after_express", count=len(advisor.model.rules.express))
    text = say("two_sentences", a=say("page"), b=after)
    form = AnswerPage(run.id, run.rev)
    notes: list[Flat] = [*say.note(setting.note), *_ruled(run, advisor, say)]
    buttons = list(_buttons(run, say, private=setting.private))
    guideline = guideline_of(run, setting.guideline, say)
    if guideline is not None:
        notes += [Paragraph(guideline.text, "quote"), Paragraph(guideline.source, "quiet")]
        buttons.insert(0, guideline.open)
    ask = Ask(
        form=form.name,
        title=say("title"),
        text=text,
        fields=tuple(_fields(run, advisor, say)),
        submit=say("next"),
        stop=say("stop"),
        state=form.data,
        notes=tuple(notes),
        buttons=tuple(buttons),
        others=say("others_page", name=run.name),
        required_error=say("required"),
        aside=say("page_aside"),
    )
    return Reply(f"{setting.note}\n{text}".strip(), ask=ask)


def _fields(run: Run, advisor: Advisor, say: Wording) -> Iterator[Field]:
    model = advisor.model
    for id_, initial in (("goal", run.goal), ("measure", run.measure)):
        words = model.goal if id_ == "goal" else model.measure
        label, hint = words.question.to(say.language), words.help.to(say.language)
        yield Field(id_, "text", label, required=False, initial=initial, hint=hint, max=GOAL)
    for id_ in model.rules.page:
        yield _choice(model.criterion(id_), run, say)
    for id_ in model.rules.optional:
        yield replace(_choice(model.criterion(id_), run, say), aside=True)


def _choice(criterion: Criterion, run: Run, say: Wording) -> Field:
    """Return the input of one question: a choice, or ticks where several answers may hold."""
    given = run.proposed.get(criterion.id, run.answers.get(criterion.id, ""))
    hint = criterion.words.help.to(say.language)
    if not criterion.many:
        return choice(criterion, given or ruled(run, criterion), hint, say, required=False)
    options = [Option(option.id, option.text.to(say.language)) for option in criterion.options]
    return Field(
        criterion.id,
        "toggle",
        criterion.question.to(say.language),
        required=False,
        initial=given,
        hint=hint,
        options=tuple(options),
    )


def values(advisor: Advisor, given: Mapping[str, str]) -> dict[str, str]:
    """
    Return what a page's form brought by question: an option, several with commas between, "not
    sure", or "" for none.
    """
    rules = advisor.model.rules
    return {id_: given.get(id_, "") for id_ in (*rules.page, *rules.optional)}


def _ruled(run: Run, advisor: Advisor, say: Wording) -> Iterator[Paragraph]:
    """Yield a note for each question on the page that a company rule answers."""
    for id_ in advisor.model.rules.page:
        criterion = advisor.model.criterion(id_)
        option = ruled(run, criterion)
        if option:
            text = criterion.option(option).text.to(say.language)
            yield Paragraph(say("ruled", option=text), "note")


def _buttons(run: Run, say: Wording, *, private: bool) -> Iterator[Button]:
    """Yield other ways to answer, and the way past the page."""
    at: tuple[str, int] = (run.id, run.rev)
    yield Button(say("describe"), DescribeSituation(*at))
    if not run.express:
        yield Button(say("express"), GoExpress(*at))
    if not private and not run.open:
        yield Button(say("open"), OpenRun(*at))
    if not run.team:
        yield Button(say("as_team"), OpenTeam())
    yield Button(say("later"), SkipPage(*at))
