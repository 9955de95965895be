"""The decision memo: one list of sections, written as Markdown and as DOCX."""

import io
from dataclasses import dataclass

import docx

from handlers.conversation import Attachment
from handlers.result import ResultView

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its list of lines and its table, whose first row is the head; either may be empty."""

    title: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


def attachments(view: ResultView) -> tuple[Attachment, ...]:
    """Return the memo of a result as two files, in the view's language."""
    title, sections = view.memo()
    name = f"llm-choose-memo-{view.language}"
    return (
        Attachment(f"{name}.md", "text/markdown; charset=utf-8", markdown(title, sections).encode()),
        Attachment(f"{name}.docx", DOCX, document(title, sections)),
    )


def markdown(title: str, sections: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]) -> str:
    parts = [f"# {title}"]
    for section in (Section(*row) for row in sections):
        parts.append(f"## {section.title}")
        if section.lines:
            parts.append("\n".join(f"- {line}" for line in section.lines))
        if section.table:
            head, *rows = [[cell.replace("|", "\\|") for cell in row] for row in section.table]
            marks = ["---"] * len(head)
            parts.append("\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows)))
    return "\n\n".join(parts) + "\n"


def document(title: str, sections: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]) -> bytes:
    """Return the memo as DOCX with real headings, lists and tables."""
    paper = docx.Document()
    paper.core_properties.title = title
    paper.add_heading(title, level=0)
    for section in (Section(*row) for row in sections):
        paper.add_heading(section.title, level=1)
        for line in section.lines:
            paper.add_paragraph(line, style="List Bullet")
        if section.table:
            grid = paper.add_table(rows=0, cols=len(section.table[0]), style="Light Grid Accent 1")
            for row in section.table:
                for cell, text in zip(grid.add_row().cells, row, strict=True):
                    cell.text = text
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()
