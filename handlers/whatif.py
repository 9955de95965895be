"""Trying another answer, and two configurations side by side. Pure; the run itself stays as it is."""

from handlers import figures
from handlers.conversation import Ask, Column, Field, Option, Paragraph, Reply, Table
from handlers.runs import Run
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.values import Language


def change(run: Run, advisor: Advisor, texts: Texts, language: Language, chosen: str) -> Reply:
    """Ask which answer to change, or show what `chosen` ("criterion=option") would lead to."""
    say = texts.say
    if not chosen:
        options = tuple(
            Option(f"{c.id}={o.id}", figures.answer(advisor, c.id, o.id, language)[:75])
            for c in advisor.model.criteria
            for o in c.options
            if run.answers.get(c.id) != o.id
        )
        label = say("choose.whatif_ask", language)
        return _form("choose.whatif", run, texts, language, (Field("change", "choice", label, options=options),), label)
    criterion, _, option = chosen.partition("=")
    before = advisor.evaluate(run.answers)
    after = advisor.evaluate({**run.answers, criterion: option})
    rows = tuple(
        (
            figures.name(advisor, s.id, language),
            _score(s.score, bool(s.excluded_by)),
            _score(after.standing(s.id).score, bool(after.standing(s.id).excluded_by)),
        )
        for s in before.standings
    )
    changed = figures.answer(advisor, criterion, option, language)
    same = "whatif_same" if before.recommendation == after.recommendation else "whatif_changed"
    text = say(f"choose.{same}", language, change=changed, name=figures.name(advisor, after.recommendation, language))
    columns = (Column(say("choose.configuration", language)), *_numbers(texts, language, "now", "then"))
    return Reply(text, (Paragraph(text), Table(changed, columns, rows)))


def pair(run: Run, advisor: Advisor, texts: Texts, language: Language, first: str, second: str) -> Reply:
    """Ask which two to compare, or show what each answer gives the one over the other."""
    say = texts.say
    result = advisor.evaluate(run.answers)
    known = {c.id for c in advisor.model.configurations}
    if first not in known or second not in known:
        options = tuple(Option(c.id, c.text.to(language)) for c in advisor.model.configurations)
        label = say("choose.compare_ask", language)
        fields = (
            Field("first", "choice", say("choose.first", language), initial=result.recommendation, options=options),
            Field("second", "choice", say("choose.second", language), initial=result.runner_up or "", options=options),
        )
        return _form("choose.compare", run, texts, language, fields, label)
    compared = advisor.compare(run.answers, first, second)
    names = figures.name(advisor, first, language), figures.name(advisor, second, language)
    rows = [(figures.answer(advisor, r.criterion, r.option, language), figures.signed(r.points)) for r in compared.reasons]
    rows.append((say("choose.offset", language), figures.signed(compared.offset)))
    total = compared.first.score - compared.second.score
    rows.append((say("choose.total", language), figures.signed(total)))
    text = say(
        "choose.compared",
        language,
        first=names[0],
        second=names[1],
        one=figures.points(compared.first.score),
        two=figures.points(compared.second.score),
        difference=figures.points(abs(total)),
    )
    columns = (Column(say("choose.answer", language)), *_numbers(texts, language, "difference"))
    return Reply(text, (Paragraph(text), Table(f"{names[0]} − {names[1]}", columns, tuple(rows))))


def _form(name: str, run: Run, texts: Texts, language: Language, fields: tuple[Field, ...], text: str) -> Reply:
    ask = Ask(
        form=name,
        title=texts.say("choose.title", language),
        text=text,
        fields=fields,
        submit=texts.say("choose.show", language),
        stop=texts.say("choose.cancel", language),
        state={"rid": run.id, "rev": run.rev},
        required_error=texts.say("choose.required", language),
    )
    return Reply(text, ask=ask)


def _score(value: float, excluded: bool) -> str:
    return f"✕ {figures.points(value)}" if excluded else figures.points(value)


def _numbers(texts: Texts, language: Language, *names: str) -> tuple[Column, ...]:
    return tuple(Column(texts.say(f"choose.{n}", language), "number") for n in names)
