"""
The decision memo: one list of sections, written as Markdown and as DOCX, that anyone can recompute.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.conversation import Attachment, Bar

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Section:
    """
    A heading and what stands under it, in this order; any part may be empty.

    `table` has its head as first row, `bars` are drawn as a chart, `steps` are numbered, `code` is
    kept letter by letter.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    items: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    code: str = ""


def attachments(view: ResultView) -> tuple[Attachment, ...]:
    """Return the memo of a result as two files, in the view's language."""
    from handlers.choose.memo_docx import document

    title, parts = view.say("memo_title"), sections(view)
    name = f"llm-choose-memo-{view.language}"
    return (
        Attachment(f"{name}.md", "text/markdown; charset=utf-8", markdown(title, parts).encode()),
        Attachment(f"{name}.docx", DOCX, document(title, parts, view.say("axis"), view.language)),
    )


def sections(view: ResultView) -> tuple[Section, ...]:
    """Return the memo's sections; those that would be empty are left out."""
    say, result = view.say, view.result
    found = [
        Section(
            say("memo_result"),
            (view.headline(), view.advice.summary.to(view.language)),
            table=(
                (say("memo_item"), say("memo_said")),
                *((f.label, f.value) for f in view.decisions()),
            ),
        ),
        _points(view),
        Section(say("all_reasons"), items=tuple(view.reasons())),
        Section(say("separates"), items=tuple(view.separates())),
        Section(say("flips"), items=tuple(view.flips()) or (say("no_flips"),)),
        Section(say("levers"), items=tuple(view.levers())),
        Section(say("excluded"), items=tuple(view.excluded())),
        Section(
            say("ranges"),
            (view.advisor.guidance.note.to(view.language), say("grades")),
            table=((say("memo_item"), say("rough"), say("grade_column")), *view.ranges()),
            items=tuple(view.texts_of(view.advice.evidence)),
        ),
        Section(say("risks"), items=tuple(view.risks())),
        Section(say("prerequisites"), items=tuple(view.prerequisites())),
        Section(say("steps", count=len(view.steps())), steps=tuple(view.steps())),
        Section(say("rules"), items=tuple(view.rules())),
        Section(say("memo_answers"), table=_answers(view)),
        Section(
            say("memo_model"),
            (
                say("memo_made", date=datetime.now(UTC).date().isoformat(), name=view.run.name),
                say(
                    "memo_model_text",
                    id=result.model.id,
                    version=result.model.version,
                    sha256=result.model.sha256,
                ),
                say("memo_recompute"),
            ),
            code=answers_file(view),
        ),
    ]
    return tuple(
        s for s in found if any((s.paragraphs, s.bars, len(s.table) > 1, s.items, s.steps, s.code))
    )


def answers_file(view: ResultView) -> str:
    """Return the answers as YAML that `llm-choose choose --answers` takes."""
    rows = [f"  {id_}: {json.dumps(option)}" for id_, option in view.result.answers.items()]
    return "\n".join(
        (f"model: {view.result.model.sha256}", "answers:" if rows else "answers: {}", *rows)
    )


def _points(view: ResultView) -> Section:
    chart = view.chart()
    head = (view.say("configuration"), view.say("point"), view.say("memo_note"))
    notes = {"best": view.say("recommendation"), "normal": "", "excluded": ""}
    excluded = view.say("ruled_out")
    rows = tuple(
        (b.label, b.shown, f"{excluded} ({b.note})" if b.state == "excluded" else notes[b.state])
        for b in chart.bars
    )
    return Section(chart.title, bars=chart.bars, table=(head, *rows))


def _answers(view: ResultView) -> tuple[tuple[str, ...], ...]:
    """
    Return every question with its answer, the open ones, too, and the names `--answers` takes.
    """
    rows = [(view.say("question_column"), view.say("answer"), "ID")]
    for criterion in (*view.result.model.criteria, *view.result.model.advisory):
        given = view.result.answers.get(criterion.id)
        said = criterion.option(given).text.to(view.language) if given else view.say("not_sure")
        rows.append(
            (
                criterion.question.to(view.language),
                said,
                f"{criterion.id}={given}" if given else criterion.id,
            )
        )
    return tuple(rows)


def markdown(title: str, parts: tuple[Section, ...]) -> str:
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
    head, *rows = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in table]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))
