"""
Trying another answer, and two configurations side by side. Pure; the run itself stays as it is.
"""

from handlers.choose import figures
from handlers.choose.runs import Run
from handlers.conversation import (
    Ask,
    Button,
    Buttons,
    Column,
    Field,
    Option,
    Paragraph,
    Press,
    Reply,
    Table,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.model import OPTION
from knowledge.advisor.values import Criterion
from knowledge.values import Language


def change(
    run: Run, advisor: Advisor, texts: Texts, language: Language, criterion: str, option: str
) -> Reply:
    """
    Ask which answer to change, then to what; with both, show what it would lead to beside what is.
    """
    say = texts.say
    known = {c.id: c for c in advisor.model.criteria}
    if criterion not in known:
        options = tuple(
            Option(c.id, _now(run, c, advisor, texts, language)) for c in advisor.model.criteria
        )
        label = say("choose.whatif_ask", language)
        return _form(
            "choose.whatif",
            run,
            {},
            texts,
            language,
            (Field("criterion", "choice", label, options=options),),
            label,
        )
    if option not in {o.id for o in known[criterion].options}:
        options = tuple(
            Option(o.id, o.text.to(language))
            for o in known[criterion].options
            if o.id != run.answers.get(criterion)
        )
        label = say("choose.whatif_to", language, question=known[criterion].question.to(language))
        fields = (Field("option", "choice", label, options=options),)
        return _form("choose.whatif", run, {"criterion": criterion}, texts, language, fields, label)
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
    text = say(
        f"choose.{same}",
        language,
        change=changed,
        name=figures.name(advisor, after.recommendation, language),
    )
    columns = (
        Column(say("choose.configuration", language)),
        *_numbers(texts, language, "now", "then"),
    )
    return Reply(
        text,
        (Paragraph(text), Table(changed, columns, rows), _ways(run, "whatif", texts, language)),
    )


def pair(
    run: Run, advisor: Advisor, texts: Texts, language: Language, first: str, second: str
) -> Reply:
    """Ask which two to compare, or show what each answer gives the one over the other."""
    say = texts.say
    result = advisor.evaluate(run.answers)
    known = {c.id for c in advisor.model.configurations}
    if first not in known or second not in known or first == second:
        options = tuple(Option(c.id, c.text.to(language)) for c in advisor.model.configurations)
        picked = first if first in known else ""
        label = say("choose.compare_ask", language)
        fields: tuple[Field, ...] = (
            Field(
                "first",
                "choice",
                say("choose.first", language),
                initial=result.recommendation,
                options=options,
            ),
            Field(
                "second",
                "choice",
                say("choose.second", language),
                initial=result.runner_up or "",
                options=options,
            ),
        )
        if picked:
            label = say(
                "choose.compare_with", language, name=figures.name(advisor, picked, language)
            )
            left = tuple(o for o in options if o.id != picked)
            fields = (Field("second", "choice", label, options=left),)
        return _form(
            "choose.compare",
            run,
            {"first": picked} if picked else {},
            texts,
            language,
            fields,
            label,
        )
    compared = advisor.compare(run.answers, first, second)
    names = figures.name(advisor, first, language), figures.name(advisor, second, language)
    rows = [
        (figures.answer(advisor, r.criterion, r.option, language), figures.signed(r.points))
        for r in compared.reasons
    ]
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
    table = Table(f"{names[0]} − {names[1]}", columns, tuple(rows))
    return Reply(text, (Paragraph(text), table, _ways(run, "compare", texts, language)))


def _ways(run: Run, again: str, texts: Texts, language: Language) -> Buttons:
    """Offer to do it again or to go back to the result."""
    data: dict[str, str | int] = {"rid": run.id, "rev": run.rev}
    names = ((again, f"{again}_again"), ("resume", "to_result"))
    return Buttons(
        tuple(
            Button(texts.say(f"choose.{label}", language), Press(f"choose.{verb}", data))
            for verb, label in names
        )
    )


def _now(run: Run, criterion: Criterion, advisor: Advisor, texts: Texts, language: Language) -> str:
    """Return "予算 (いま: 500万円未満)", cut to what every platform can show."""
    given = run.answers.get(criterion.id)
    now = (
        criterion.option(given).text.to(language)
        if given
        else texts.say("choose.not_sure", language)
    )
    subject = advisor.guidance.criteria[criterion.id].to(language)
    return texts.say("choose.whatif_now", language, subject=subject, now=now)[:OPTION]


def _form(
    name: str,
    run: Run,
    chosen: dict[str, str | int],
    texts: Texts,
    language: Language,
    fields: tuple[Field, ...],
    text: str,
) -> Reply:
    ask = Ask(
        form=name,
        title=texts.say("choose.title", language),
        text=text,
        fields=fields,
        submit=texts.say("choose.show", language),
        stop=texts.say("choose.cancel", language),
        state={"rid": run.id, "rev": run.rev, **chosen},
        required_error=texts.say("choose.required", language),
    )
    return Reply(text, ask=ask)


def _score(value: float, excluded: bool) -> str:
    return f"✕ {figures.points(value)}" if excluded else figures.points(value)


def _numbers(texts: Texts, language: Language, *names: str) -> tuple[Column, ...]:
    return tuple(Column(texts.say(f"choose.{n}", language), "number") for n in names)
