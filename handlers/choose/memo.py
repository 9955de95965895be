"""
The decision memo: one list of sections, written as Markdown and as DOCX, that anyone can recompute.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.choose.section import Section
from handlers.conversation import Attachment, Bar
from knowledge.advisor.values import Criterion

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def attachments(view: ResultView) -> tuple[Attachment, ...]:
    """Return the memo of a result as two files, in the view's language."""
    from handlers.choose.memo_docx import document

    title = view.say("memo_title")
    parts = sections(view)
    name = f"llm-choose-memo-{view.language}"
    paper = document(title, parts, view.say("axis"), view.language)
    return (
        Attachment(f"{name}.md", "text/markdown; charset=utf-8", markdown(title, parts).encode()),
        Attachment(f"{name}.docx", DOCX, paper),
    )


def sections(view: ResultView) -> tuple[Section, ...]:
    """Return the memo's sections; those that would be empty are left out."""
    return tuple(section for section in _sections(view) if not section.bare)


def _sections(view: ResultView) -> Iterator[Section]:
    say = view.say
    yield _result(view)
    yield _points(view)
    yield Section(say("all_reasons"), items=tuple(view.reasons()))
    yield Section(say("separates"), items=tuple(view.separates()))
    yield Section(say("flips"), items=tuple(view.flips()) or (say("no_flips"),))
    yield Section(say("levers"), items=tuple(view.levers()))
    yield Section(say("excluded"), items=tuple(view.excluded()))
    yield _ranges(view)
    yield Section(say("risks"), items=tuple(view.risks()))
    yield Section(say("prerequisites"), items=tuple(view.prerequisites()))
    steps = tuple(view.steps())
    yield Section(say("steps", count=len(steps)), steps=steps)
    yield Section(say("rules"), items=tuple(view.rules()))
    yield Section(say("memo_answers"), table=_answers(view))
    yield _model(view)


def answers_file(view: ResultView) -> str:
    """Return the answers as YAML that `llm-choose choose --answers` takes."""
    head = f"model: {view.result.model.sha256}"
    if not view.result.answers:
        return f"{head}\nanswers: {{}}"
    rows = [head, "answers:"]
    for criterion, option in view.result.answers.items():
        rows.append(f"  {criterion}: {json.dumps(option)}")
    return "\n".join(rows)


def _result(view: ResultView) -> Section:
    rows = [(view.say("memo_item"), view.say("memo_said"))]
    rows += [(fact.label, fact.value) for fact in view.decisions()]
    summary = view.advice.summary.to(view.language)
    return Section(view.say("memo_result"), (view.headline(), summary), table=tuple(rows))


def _points(view: ResultView) -> Section:
    chart = view.chart()
    rows = [(view.say("configuration"), view.say("point"), view.say("memo_note"))]
    rows += [(bar.label, bar.shown, _note(bar, view)) for bar in chart.bars]
    return Section(chart.title, bars=chart.bars, table=tuple(rows))


def _note(bar: Bar, view: ResultView) -> str:
    match bar.state:
        case "best":
            return view.say("recommendation")
        case "excluded":
            return f"{view.say('ruled_out')} ({bar.note})"
        case _:
            return ""


def _ranges(view: ResultView) -> Section:
    say = view.say
    note = view.advisor.guidance.note.to(view.language)
    head = (say("memo_item"), say("rough"), say("grade_column"))
    return Section(
        say("ranges"),
        (note, say("grades")),
        table=(head, *view.ranges()),
        items=tuple(view.texts_of(view.advice.evidence)),
    )


def _answers(view: ResultView) -> tuple[tuple[str, ...], ...]:
    """
    Return every question with its answer, the open ones, too, and the names `--answers` takes.
    """
    rows = [(view.say("question_column"), view.say("answer"), "ID")]
    rows += [_answer(view, criterion) for criterion in view.result.model.questions]
    return tuple(rows)


def _answer(view: ResultView, criterion: Criterion) -> tuple[str, str, str]:
    question = criterion.question.to(view.language)
    option = view.result.answers.get(criterion.id)
    if not option:
        return question, view.say("not_sure"), criterion.id
    text = criterion.option(option).text.to(view.language)
    return question, text, f"{criterion.id}={option}"


def _model(view: ResultView) -> Section:
    say, model = view.say, view.result.model
    today = datetime.now(UTC).date().isoformat()
    paragraphs = (
        say("memo_made", date=today, name=view.run.name),
        say("memo_model_text", id=model.id, version=model.version, sha256=model.sha256),
        say("memo_recompute"),
    )
    return Section(say("memo_model"), paragraphs, code=answers_file(view))


def markdown(title: str, parts: tuple[Section, ...]) -> str:
    """Return the memo as Markdown; it ends with a line break."""
    rows = [f"# {title}"]
    for part in parts:
        rows.append(f"## {part.title}")
        rows += part.paragraphs
        if part.bars:
            rows.append(_drawn(part.bars))
        if part.table:
            rows.append(_grid(part.table))
        if part.items:
            rows.append("\n".join(f"- {item}" for item in part.items))
        if part.steps:
            rows.append("\n".join(f"{n}. {step}" for n, step in enumerate(part.steps, 1)))
        if part.code:
            rows.append(f"```yaml\n{part.code}\n```")
    return "\n\n".join(rows) + "\n"


def _drawn(bars: tuple[Bar, ...]) -> str:
    """
    Return the chart in letters: bar, number, then name, since full-width names first never line up.
    """
    rows = [f"{figures.drawn(bar, bars)} {bar.shown:>6} {bar.short}" for bar in bars]
    return "\n".join(("```text", *rows, "```"))


def _grid(table: tuple[tuple[str, ...], ...]) -> str:
    rows = [_row(cells) for cells in table]
    rows.insert(1, _row(("---",) * len(table[0])))
    return "\n".join(rows)


def _row(cells: tuple[str, ...]) -> str:
    safe = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(safe)} |"
