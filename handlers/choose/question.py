"""How one question of the guided dialog looks. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.actions.choose import (
    AnswerQuestion,
    AskAboutResult,
    ConfirmReading,
    DeleteRun,
    DescribeSituation,
    FinishRun,
    GoBack,
    OfRun,
    OpenGuideline,
    PreviewResult,
    RestartRun,
    ResumeRun,
    SkipQuestion,
)
from handlers.choose import figures
from handlers.choose.guidelines import GuidelineQuote
from handlers.choose.reading import IS, TICKS, Told
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.conversation import (
    Ask,
    Button,
    Buttons,
    Confirm,
    Field,
    Guideline,
    Option,
    Paragraph,
    Reply,
)
from knowledge.advisor.engine import Advisor
from knowledge.advisor.questions import OPTION
from knowledge.advisor.values import LIST, UNKNOWN, Criterion

TEXT = 3000  # characters of a situation told in plain words that are kept, and that a form takes
WORDS = 300  # characters of a question about a result


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around a question. `private` says that nobody else would see it anyway."""

    guideline: GuidelineQuote | None
    note: str
    private: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Which question of how many, the page of limits left aside."""

    step: int
    of: int


def question(
    run: Run, criterion: Criterion, setting: Setting, advisor: Advisor, say: Wording
) -> Reply:
    """
    Return the question as an ask of one choice, with its reason, guideline, proposal and ways out.
    """
    progress = _progress(run, advisor)
    shown = say("progress", step=progress.step, of=progress.of)
    title = criterion.question.to(say.language)
    notes = [*say.note(setting.note), *_proposal(run, criterion, say)]
    why = say("why", why=criterion.words.why.to(say.language))
    hint = criterion.words.help.to(say.language)
    form = AnswerQuestion(run.id, run.rev, criterion.id)
    ask = Ask(
        form=form.name,
        title=say("title"),
        text=title,
        fields=(choice(criterion, _proposed(run, criterion), hint, say),),
        submit=say("next"),
        stop=say("stop"),
        state=form.data,
        intro=say("saved"),
        why=why,
        guideline=guideline_of(run, setting.guideline, say),
        notes=tuple(notes),
        buttons=tuple(_buttons(run, criterion, say)),
        step=progress.step,
        of=progress.of,
        others=say("others", name=run.name, step=progress.step, of=progress.of),
        required_error=say("required"),
    )
    text = f"{shown}: {title}"
    if setting.note:
        text = f"{setting.note}\n{text}"
    return Reply(text, ask=ask)


def _progress(run: Run, advisor: Advisor) -> Progress:
    """Count what is asked one by one; most runs end before the last."""
    behind = len(run.turns)
    left = len(advisor.left(run.answers, run.asked))
    if run.express:
        asked = {*run.asked, *run.answers}
        left = sum(1 for id_ in advisor.model.rules.express if id_ not in asked)
    return Progress(behind + 1, behind + max(left, 1))


def ruled(run: Run, criterion: Criterion) -> str:
    """Return the option a company rule asks for, empty where none does."""
    if criterion.id not in run.rules:
        return ""
    return run.rules[criterion.id].option


def _proposed(run: Run, criterion: Criterion) -> str:
    """Return the option that is chosen beforehand, empty for none."""
    return run.proposed.get(criterion.id, ruled(run, criterion))


def _proposal(run: Run, criterion: Criterion, say: Wording) -> tuple[Paragraph, ...]:
    """Return the note that says why an option is chosen beforehand."""
    proposed = _proposed(run, criterion)
    if proposed in ("", UNKNOWN):
        return ()
    option = criterion.option(proposed).text.to(say.language)
    if proposed == ruled(run, criterion):
        return say.note(say("ruled", option=option))
    return say.note(say("proposed", option=option))


def choice(
    criterion: Criterion, initial: str, hint: str, say: Wording, *, required: bool = True
) -> Field:
    """Return the field of a criterion: its options, then "not sure"."""
    options = [Option(option.id, option.text.to(say.language)) for option in criterion.options]
    options.append(Option(UNKNOWN, say("not_sure")))
    return Field(
        criterion.id,
        "choice",
        criterion.question.to(say.language),
        required=required,
        initial=initial,
        hint=hint,
        options=tuple(options),
    )


def guideline_of(run: Run, quote: GuidelineQuote | None, say: Wording) -> Guideline | None:
    if quote is None:
        return None
    source = say("guide_from", source=quote.source)
    if quote.marked:
        source = say("rule_from", source=quote.source)
    opened = Button(say("open_source"), OpenGuideline(run.id, guideline=quote.passage))
    return Guideline(say("quoted", text=quote.text), source, opened)


def _buttons(run: Run, criterion: Criterion, say: Wording) -> Iterator[Button]:
    """Yield the ways out of a question."""
    at: tuple[str, int, str] = (run.id, run.rev, criterion.id)
    yield Button(say("back"), GoBack(*at))
    yield Button(say("skip"), SkipQuestion(*at))
    yield Button(say("preview"), PreviewResult(run.id, run.rev))
    if run.turns:
        yield Button(say("finish"), FinishRun(run.id, run.rev))


def describe(run: Run, say: Wording) -> Reply:
    """Ask for the situation in the person's own words."""
    text = say("describe_ask")
    field = Field("text", "text", text, hint=say("describe_hint"), max=TEXT)
    form = DescribeSituation(run.id, run.rev)
    return _in_words(form, field, say("describe_submit"), say, run)


def about(run: Run, say: Wording) -> Reply:
    """Ask what the person would like to know about the result."""
    text = say("question_ask")
    field = Field("text", "text", text, hint=say("question_hint"), max=WORDS)
    return _in_words(AskAboutResult(run.id, run.rev), field, say("question_submit"), say, run)


def _in_words(form: OfRun, field: Field, submit: str, say: Wording, run: Run) -> Reply:
    """Ask for words; the way back leads to where the run stands."""
    ask = Ask(
        form=form.name,
        title=say("title"),
        text=field.label,
        fields=(field,),
        submit=submit,
        stop=say("cancel"),
        state=form.data,
        buttons=(_way_back(run, say),),
        required_error=say("text_required"),
    )
    return Reply(field.label, ask=ask)


def _way_back(run: Run, say: Wording) -> Button:
    """Offer to go back to the question or the result without answering."""
    if run.done:
        return Button(say("to_result"), ResumeRun(run.id, run.rev))
    return Button(say("resume"), ResumeRun(run.id, run.rev))


def confirm(run: Run, told: Told, advisor: Advisor, say: Wording, note: str) -> Reply:
    """
    Show what was read from free text, each answer changeable, where the text contradicts itself
    both answers to choose from, and statements that may hold to be ticked. None counts before the
    person sends it.
    """
    fields = []
    for id_, hit in told.hits.items():
        hint = say("read_from", words=hit.words)
        first = hit.option.split(LIST)[0]
        fields.append(choice(advisor.model.criterion(id_), first, hint, say))
    for id_, words in told.torn.items():
        hint = say("torn_from", words=say("torn_between").join(words))
        if len(words) == 1:
            hint = say("impossible_from", words=words[0])
        fields.append(choice(advisor.model.criterion(id_), "", hint, say, required=False))
    fields += _ticks(told, advisor, say)
    text = say("confirm", count=len(told.hits))
    if not told.hits:
        text = say("confirm_ticks")
    form = ConfirmReading(run.id, run.rev)
    ask = Ask(
        form=form.name,
        title=say("title"),
        text=text,
        fields=tuple(fields),
        submit=say("confirm_submit"),
        stop=say("stop"),
        state=form.data,
        notes=say.note(note),
        required_error=say("required"),
    )
    return Reply(f"{note}\n{text}".strip(), ask=ask)


def _ticks(told: Told, advisor: Advisor, say: Wording) -> Iterator[Field]:
    """Yield the statements that may hold, none of them ticked beforehand."""
    options = []
    for question_, option in told.near:
        words = figures.answer(advisor, question_, option, say.language)
        options.append(Option(f"{question_}{IS}{option}", words[:OPTION]))
    if options:
        hint = say("ticks_hint")
        yield Field(
            TICKS, "toggle", say("ticks"), required=False, hint=hint, options=tuple(options)
        )


def nothing_read(run: Run, text: str, say: Wording) -> Reply:
    """Say that nothing could be read, and go on with the questions."""
    return Reply(text, (Paragraph(text), Buttons((resume(run, say),))))


def ways_on(run: Run, text: str, say: Wording) -> Reply:
    """Say something about an unfinished run and offer to go on or to begin again."""
    return Reply(text, (Paragraph(text), Buttons((resume(run, say), restart(run, say)))))


def resume(run: Run, say: Wording) -> Button:
    """Offer to go on with a run."""
    return Button(say("resume"), ResumeRun(run.id, run.rev), "primary")


def restart(run: Run, say: Wording) -> Button:
    """Offer to begin again; asked back, since answers are left behind."""
    sure = Confirm(say("restart_title"), say("restart_text"), say("restart"), say("cancel"))
    return Button(say("restart"), RestartRun(run.id, run.rev), confirm=sure)


def delete(run: Run, say: Wording) -> Button:
    """Offer to delete a run; asked back, since nothing brings it back."""
    sure = Confirm(say("delete_title"), say("delete_text"), say("delete"), say("cancel"))
    return Button(say("delete"), DeleteRun(run.id, run.rev), "danger", confirm=sure)
