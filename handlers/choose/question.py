"""How one question of the guided dialog looks. Pure."""

from handlers.choose.guidelines import Guide
from handlers.choose.runs import Run
from handlers.conversation import (
    Ask,
    Button,
    Buttons,
    Confirm,
    Field,
    Guideline,
    Option,
    Paragraph,
    Press,
    Reply,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import UNKNOWN, Criterion
from knowledge.values import Language

EXPRESS = 5  # questions of an express run
TEXT = 1000  # characters of a situation told in plain words
WORDS = 300  # characters of a question about a result


def question(
    run: Run,
    criterion: Criterion,
    guide: Guide | None,
    advisor: Advisor,
    texts: Texts,
    language: Language,
    note: str,
    private: bool,
) -> Reply:
    """
    Return the question as an ask of one choice, with its reason, guideline, proposal and ways out.
    """
    say = texts.say
    counted = {c.id for c in advisor.model.criteria}
    last = criterion.id not in counted
    of = EXPRESS if run.express else len(counted)
    step = min(len({*run.asked, *run.answers} & counted) + 1, of)
    title = criterion.question.to(language)
    state: dict[str, str | int] = {"rid": run.id, "rev": run.rev, "c": criterion.id}
    progress = (
        say("choose.last", language) if last else say("choose.progress", language, step=step, of=of)
    )
    ruled = run.rules[criterion.id].option if criterion.id in run.rules else ""
    proposed = run.proposed.get(criterion.id, ruled)
    notes = [Paragraph(note, "note")] if note else []
    if proposed not in ("", UNKNOWN):
        named = criterion.option(proposed).text.to(language)
        notes.append(
            Paragraph(
                say(
                    "choose.ruled" if ruled == proposed else "choose.proposed",
                    language,
                    option=named,
                ),
                "note",
            )
        )
    if last:
        notes.append(Paragraph(progress, "quiet"))
    options = (
        *(Option(o.id, o.text.to(language)) for o in criterion.options),
        Option(UNKNOWN, say("choose.not_sure", language)),
    )
    ask = Ask(
        form="choose.answer",
        title=say("choose.title", language),
        text=title,
        fields=(
            Field(
                criterion.id,
                "choice",
                title,
                initial=proposed,
                hint=criterion.help.to(language),
                options=options,
            ),
        ),
        submit=say("choose.next", language),
        stop=say("choose.stop", language),
        state=state,
        intro=say("choose.saved", language),
        why=say("choose.why", language, why=criterion.why.to(language)) if criterion.why.ja else "",
        guideline=_guideline(guide, state, texts, language) if guide is not None else None,
        notes=tuple(notes),
        buttons=_buttons(run, state, texts, language, private),
        step=step,
        of=of,
        others=say("choose.others", language, name=run.name, step=step, of=of),
        required_error=say("choose.required", language),
    )
    return Reply("\n".join(part for part in (note, f"{progress}: {title}") if part), ask=ask)


def _guideline(
    guide: Guide, state: dict[str, str | int], texts: Texts, language: Language
) -> Guideline:
    press = Press("choose.source", {"rid": state["rid"], "p": guide.passage})
    quoted = texts.say("choose.quoted", language, text=guide.text)
    source = texts.say(
        "choose.rule_from" if guide.marked else "choose.guide_from", language, source=guide.source
    )
    return Guideline(quoted, source, Button(texts.say("choose.open_source", language), press))


def _buttons(
    run: Run, state: dict[str, str | int], texts: Texts, language: Language, private: bool
) -> tuple[Button, ...]:
    """Return the ways out of a question: at the start how to answer, later how to move."""
    names = [
        "describe",
        *([] if run.express else ["express"]),
        *([] if private or run.open else ["open"]),
    ]
    if not run.blank:
        names = [*(["back"] if run.asked else []), "skip", "preview"]
    buttons = [
        Button(texts.say(f"choose.{name}", language), Press(f"choose.{name}", state))
        for name in names
    ]
    if run.blank and not run.team:
        buttons.append(Button(texts.say("choose.as_team", language), Press("choose.team")))
    return tuple(buttons)


def describe(run: Run, texts: Texts, language: Language) -> Reply:
    """Ask for the situation in the person's own words."""
    field = Field("text", "text", "", hint=texts.say("choose.describe_hint", language), max=TEXT)
    return _text(run, "describe", field, texts, language)


def about(run: Run, texts: Texts, language: Language) -> Reply:
    """Ask what the person would like to know about the result."""
    field = Field("text", "text", "", hint=texts.say("choose.question_hint", language), max=WORDS)
    return _text(run, "question", field, texts, language)


def _text(run: Run, name: str, field: Field, texts: Texts, language: Language) -> Reply:
    text = texts.say(f"choose.{name}_ask", language)
    ask = Ask(
        form=f"choose.{name}",
        title=texts.say("choose.title", language),
        text=text,
        fields=(Field(field.id, field.kind, text, hint=field.hint, max=field.max),),
        submit=texts.say(f"choose.{name}_submit", language),
        stop=texts.say("choose.cancel", language),
        state={"rid": run.id, "rev": run.rev},
        required_error=texts.say("choose.text_required", language),
    )
    return Reply(text, ask=ask)


def confirm(
    run: Run,
    found: dict[str, tuple[str, str]],
    advisor: Advisor,
    texts: Texts,
    language: Language,
    note: str,
) -> Reply:
    """
    Show what was read from free text, each answer changeable, none counted before the person sends
    it.
    """
    say = texts.say
    fields = []
    for id_, (option, words) in found.items():
        criterion = advisor.model.criterion(id_)
        options = (
            *(Option(o.id, o.text.to(language)) for o in criterion.options),
            Option(UNKNOWN, say("choose.not_sure", language)),
        )
        hint = say("choose.read_from", language, words=words)
        fields.append(
            Field(
                id_,
                "choice",
                criterion.question.to(language),
                initial=option,
                hint=hint,
                options=options,
            )
        )
    text = say("choose.confirm", language, count=len(found))
    ask = Ask(
        form="choose.prefill",
        title=say("choose.title", language),
        text=text,
        fields=tuple(fields),
        submit=say("choose.confirm_submit", language),
        stop=say("choose.stop", language),
        state={"rid": run.id, "rev": run.rev},
        notes=(Paragraph(note, "note"),) if note else (),
        required_error=say("choose.required", language),
    )
    return Reply(f"{note}\n{text}".strip(), ask=ask)


def nothing_read(run: Run, text: str, texts: Texts, language: Language) -> Reply:
    """Say that nothing could be read, and go on with the questions."""
    return Reply(text, (Paragraph(text), Buttons((resume(run, texts, language),))))


def ways_on(run: Run, text: str, texts: Texts, language: Language) -> Reply:
    """Say something about an unfinished run and offer to go on or to begin again."""
    return Reply(
        text,
        (Paragraph(text), Buttons((resume(run, texts, language), restart(run, texts, language)))),
    )


def resume(run: Run, texts: Texts, language: Language) -> Button:
    return Button(
        texts.say("choose.resume", language),
        Press("choose.resume", {"rid": run.id, "rev": run.rev}),
        "primary",
    )


def restart(run: Run, texts: Texts, language: Language) -> Button:
    """Offer to begin again; asked back, since answers are left behind."""
    say = texts.say
    sure = Confirm(
        say("choose.restart_title", language),
        say("choose.restart_text", language),
        say("choose.restart", language),
        say("choose.cancel", language),
    )
    return Button(
        say("choose.restart", language),
        Press("choose.restart", {"rid": run.id, "rev": run.rev}),
        confirm=sure,
    )
