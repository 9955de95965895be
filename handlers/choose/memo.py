"""
The decision memo: two pages a manager can bring to a meeting, written as Markdown, DOCX and PDF,
that anyone can recompute.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.choose.reviews import review_day
from handlers.choose.runs import State
from handlers.choose.section import Section
from handlers.choose.whatif import state
from handlers.conversation import Attachment

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BLANK = "____________"  # what is filled in by hand
SITUATION = 600  # characters of a situation that two pages have room for
TOP = 3  # things to check before starting, and organisations alike, that a memo has room for
UNGIVEN: tuple[Literal["not_sure", "skipped", "not_asked"], ...] = (
    "not_sure",
    "skipped",
    "not_asked",
)


def attachments(view: ResultView) -> tuple[Attachment, ...]:
    """Return the memo of a result as three files, in the view's language. About 100 ms."""
    from handlers.choose import memo_docx, memo_pdf

    title = _title(view)
    parts = sections(view)
    name = f"llm-choose-memo-{view.language}"
    paper = memo_docx.document(title, parts, view.language)
    print_ = memo_pdf.document(title, parts, view.language)
    return (
        Attachment(f"{name}.md", "text/markdown; charset=utf-8", markdown(title, parts).encode()),
        Attachment(f"{name}.docx", DOCX, paper),
        Attachment(f"{name}.pdf", PDF, print_),
    )


def sections(view: ResultView) -> tuple[Section, ...]:
    """Return the memo's sections; those that would be empty are left out."""
    return tuple(section for section in _sections(view) if not section.bare)


def _title(view: ResultView) -> str:
    title = view.run.title or view.run.goal
    if title:
        return view.say("memo_title_of", goal=title)
    return view.say("memo_title")


def _sections(view: ResultView) -> Iterator[Section]:
    say, words = view.say, view.words
    yield Section(say("memo_frame"), tuple(_situation(view)), table=_frame(view))
    decided = [words.headline(), words.certainty(), words.objection(), *words.warnings()]
    paragraphs = tuple(text for text in decided if text)
    yield Section(say("memo_decision"), paragraphs, table=_route(view))
    yield Section(say("memo_ways"), items=tuple(words.way(way) for way in view.result.ways))
    yield Section(say("memo_options"), table=_options(view))
    yield Section(say("why_this"), items=tuple(words.deciding()))
    yield Section(say("against"), items=tuple(words.against()))
    flips = words.flips_by_question() or [say("no_flips")]
    yield Section(say("flips"), items=tuple(flips))
    yield Section(say("memo_dissent"), items=tuple(_lines(view.run.dissent)))
    yield Section(say("twins"), items=tuple(words.twins()[:TOP]))
    yield Section(say("rules"), items=tuple(words.rules()))
    yield Section(say("memo_before"), items=(*words.cautions(), *words.before()[:TOP]))
    yield Section(say("memo_review"), items=tuple(_review(view)))
    yield Section(say("memo_signatures"), table=_signatures(view))
    yield Section(say("memo_answers"), items=tuple(_answers(view)), annex=True)
    yield Section(say("firmness"), items=tuple(words.firmness()), annex=True)
    yield Section(say("sources"), items=tuple(words.sources()), annex=True)
    yield _model(view)


def _frame(view: ResultView) -> tuple[tuple[str, ...], ...]:
    """Return goal, measure, status and people as a table; what nobody said stands open."""
    say, run = view.say, view.run
    open_ = say("memo_open")
    people = say("memo_people_text", name=run.name, decider=run.decider or BLANK)
    return (
        (say("memo_item"), say("memo_said")),
        (view.words.to(view.advisor.model.goal.label), run.goal or open_),
        (say("memo_metric"), run.measure or open_),
        (say("memo_status"), say("memo_proposed")),
        (say("memo_people"), people),
    )


def _route(view: ResultView) -> tuple[tuple[str, ...], ...]:
    head = tuple(column.title for column in view.columns())
    return (head, *[view.words.row(leg) for leg in view.result.route])


def _options(view: ResultView) -> tuple[tuple[str, ...], ...]:
    """Return every base with its best option; what can be done says so, or what forbids it."""
    say = view.say
    head = (
        say("configuration"),
        say("point"),
        say("first_year"),
        say("time"),
        say("staff"),
        say("possible"),
    )
    return (head, *[view.option(standing) for standing in view.result.standings])


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text that hold something."""
    for line in text.splitlines():
        if line.strip():
            yield line.strip()


def _situation(view: ResultView) -> Iterator[str]:
    text = view.run.situation
    if len(text) > SITUATION:
        text = f"{text[:SITUATION]}…"
    if text:
        yield view.say("memo_situation", text=text)


def _answers(view: ResultView) -> Iterator[str]:
    """Yield the answers in four groups: given, not sure, skipped and not asked."""
    groups: dict[State, list[str]] = {"given": [], "not_sure": [], "skipped": [], "not_asked": []}
    for criterion in view.advisor.model.questions:
        became = view.run.state(criterion.id)
        subject = figures.subject(view.advisor, criterion.id, view.language)
        if became == "given":
            answer = state(view.run, criterion, view.advisor, view.say)
            subject = f"{subject}: {answer}{_source(view, criterion.id)}"
        groups[became].append(subject)
    yield from groups["given"]
    for became in UNGIVEN:
        if groups[became]:
            yield view.say(f"memo_{became}", list=view.say.listed(groups[became]))


def _source(view: ResultView, criterion: str) -> str:
    """Return where an answer comes from where that is not the person's own choice."""
    rule = view.run.rules.get(criterion)
    if rule is not None and rule.option == view.run.answers.get(criterion):
        return view.say("memo_from_rule", source=rule.source)
    words = view.run.words.get(criterion)
    if words:
        return view.say("memo_from_words", words=words)
    return ""


def _review(view: ResultView) -> Iterator[str]:
    """Yield when the decision is looked at again, and what brings that forward."""
    yield view.say("memo_review_date", date=review_day(view.run).isoformat())
    yield view.say("memo_triggers")


def _signatures(view: ResultView) -> tuple[tuple[str, ...], ...]:
    say = view.say
    decider = view.run.decider or BLANK
    return (
        (say("memo_role"), say("person"), say("memo_date")),
        (say("memo_author"), view.run.name, datetime.now(UTC).date().isoformat()),
        (say("memo_decider"), decider, BLANK),
    )


def _model(view: ResultView) -> Section:
    say, model = view.say, view.result.model
    paragraphs = (
        say("memo_model_text", id=model.id, version=model.version, sha256=model.sha256),
        say("memo_recompute"),
    )
    return Section(say("memo_model"), paragraphs, code=answers_file(view), annex=True)


def answers_file(view: ResultView) -> str:
    """Return the answers as YAML that `llm-choose choose --answers` takes."""
    head = f"model: {view.result.model.sha256}"
    if not view.result.answers:
        return f"{head}\nanswers: {{}}"
    rows = [head, "answers:"]
    for criterion, option in view.result.answers.items():
        rows.append(f"  {criterion}: {json.dumps(option)}")
    return "\n".join(rows)


def markdown(title: str, parts: tuple[Section, ...]) -> str:
    """Return the memo as Markdown; it ends with a line break."""
    rows = [f"# {title}"]
    for part in parts:
        rows.append(f"## {part.title}")
        rows += part.paragraphs
        if part.table:
            rows.append(_grid(part.table))
        if part.items:
            rows.append("\n".join(f"- {item}" for item in part.items))
        if part.code:
            rows.append(f"```yaml\n{part.code}\n```")
    return "\n\n".join(rows) + "\n"


def _grid(table: tuple[tuple[str, ...], ...]) -> str:
    rows = [_row(cells) for cells in table]
    rows.insert(1, _row(("---",) * len(table[0])))
    return "\n".join(rows)


def _row(cells: tuple[str, ...]) -> str:
    safe = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(safe)} |"
