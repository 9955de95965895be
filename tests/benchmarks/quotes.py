"""
Every line that answers show, held against the document it comes from: is it whole, in order, and with what it belongs to?

    nice -n 5 python tests/benchmarks/quotes.py [--shared FOLDER] [--show] [--write FILE]

The documents are the samples, the deck and the corpora of everyday questions; the questions are those of the corpora and the
samples. What a whole line is comes from other libraries than the product's readers, or from the files themselves: a sentence
from its beginning to its end, a list's item, a table's row. `--show` names each fault, `--write` keeps the answers as JSON lines
for a judge of their content.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from handlers.answer_text import lines as read_lines
from knowledge.answering.answers import Answers
from knowledge.answering.question import Turn
from knowledge.deck import digest
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.samples.catalogue import shelve
from knowledge.text.sanitise import sanitise
from knowledge.values import Answer, Metadata

ALL = frozenset({"all"})
TODAY = date(2026, 11, 24)
SETS = ("everyday", "everyday2")
SAMPLE_QUESTIONS = (
    "Are personal ChatGPT accounts allowed?",
    "Is a taxi allowed on business trips?",
    "Is there a retirement allowance?",
    "Which tools may I use?",
    "What must not be entered into GenAI tools?",
    "Whom do I tell when something went wrong?",
    "個人のchatgptって仕事で使っていいですか",
    "利用記録はどのくらい残りますか",
    "自宅のパソコンから使えますか",
    "社外秘の情報は入力できますか",
    "間違えて入力したらどこへ連絡しますか",
    "導入はどう進めますか",
    "方法の違いを比べて",
    "相談窓口はどこ?",
)
MARK = re.compile(
    r"\s*(?:[-*+・•◦●○■□◆◇▶▪✓※]|[(（]?(?:\d{1,2}|[a-zA-Z]|[一二三四五六七八九十]+|[ア-ン])[.)．）]|[①-⑳])\s*"
)
LEADS = re.compile(r"(?:[:：]|とおり|以下|次の[^。]*|following[^.]*)[^。.]{0,12}[。.]?\s*$")
ENDED = re.compile(r"[。．！？!?.:：][」』）)】”\"*_\]]*$")
STOP = re.compile(r"[。！？!?][」』）)】”\"*]*|[.][)\"”*]*(?=\s|$)")
RULE = re.compile(r"[-=_*\s|:]+")
TAG = re.compile(r"\[[^\]]*\]")
HEADING = 20  # wide letters; an unfinished line longer than that says something by itself
NARROW = 0.6  # of the widest line: a line shorter than this was not broken for lack of room


@dataclass
class Source:
    """
    A document as others read it: `text` without white space and signs of layout, and where in it something whole begins or ends.

    `items` are the flat beginnings of list items with the flat head each stands under, "" for none that announces it.
    """

    text: str = ""
    begins: set[int] = field(default_factory=set)
    ends: set[int] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    prose: bool = True


def flat(text: str) -> str:
    folded = unicodedata.normalize("NFKC", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))
    return re.sub(r"[\s|*_`#>~=\-\u2010-\u2015\ufffe\x02]+", "", folded).lower()


def source(given: list[str], *, wrapped: bool) -> Source:
    """Return the document of these lines; `wrapped` where a line may go on in the next one."""
    lines = [
        line[: len(line) - len(line.lstrip())] + sanitise(line) for line in given
    ]  # links are never shown
    found = Source(lines=[line for line in lines if line.strip()], prose=wrapped)
    widest = max((len(line) for line in lines), default=0)
    before = ""
    for at, line in enumerate(lines):
        follows = lines[at + 1] if at + 1 < len(lines) else ""
        if not wrapped or _new(before, line, widest):
            found.begins.add(len(found.text))
        mark = MARK.match(line)
        if mark:
            found.begins.add(len(found.text) + len(flat(mark.group())))
        done = 0
        for stop in STOP.finditer(line):
            found.text += flat(line[done : stop.end()])
            done = stop.end()
            found.begins.add(len(found.text))
            found.ends.add(len(found.text))
        found.text += flat(line[done:])
        if not wrapped or _new(line, follows, widest):
            found.ends.add(len(found.text))
        before = line
    return found


def _new(before: str, line: str, widest: int) -> bool:
    """Whether a line that follows `before` begins something."""
    bare = before.strip()
    if (
        not bare
        or not line.strip()
        or RULE.fullmatch(before)
        or RULE.fullmatch(line)
        or ENDED.search(bare)
    ):
        return True
    if MARK.match(line) or line.lstrip().startswith(("#", "|", ">", "[", "**", "第")):
        return True
    unmarked = MARK.sub("", bare, count=1)
    if before.lstrip().startswith(("#", "|", "[")) or (
        unmarked.startswith("**") and unmarked.endswith("**")
    ):
        return True
    return len(before) < NARROW * widest and not line.lstrip()[:1].islower() and bare[-1].isascii()


def lines_of(name: str, content: Path) -> tuple[list[str], bool]:
    """Return a file's lines as another library gives them, and whether they may be broken for lack of room."""
    match name.rpartition(".")[2]:
        case "docx":
            lines = []
            for part in docx.Document(str(content)).iter_inner_content():
                rows = getattr(part, "rows", ())
                lines += (
                    [" | ".join(cell.text for cell in row.cells) for row in rows]
                    if rows
                    else [part.text]
                )
            return lines, False
        case "xlsx":
            book = openpyxl.load_workbook(content, data_only=True)
            rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
            return [
                " | ".join(str(cell) for cell in row if cell is not None) for row in rows
            ], False
        case "pptx":
            shapes = [
                shape for slide in pptx.Presentation(str(content)).slides for shape in slide.shapes
            ]
            slides = pptx.Presentation(str(content)).slides
            notes = [
                slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide
            ]
            texts = [shape.text_frame.text for shape in shapes if shape.has_text_frame]
            tables = [row for shape in shapes if shape.has_table for row in shape.table.rows]
            rows = [" | ".join(cell.text for cell in row.cells) for row in tables]
            return [line for text in (*texts, *notes) for line in text.splitlines()] + rows, False
        case "pdf":
            pages = pypdfium2.PdfDocument(str(content))
            return [
                line for page in pages for line in page.get_textpage().get_text_range().splitlines()
            ], True
        case "csv":
            return content.read_text("utf-8-sig").replace(",", " | ").splitlines(), False
        case _:
            return content.read_text("utf-8-sig").splitlines(), True


def faults(answer: Answer, sources: dict[str, Source]) -> list[tuple[str, str]]:
    """Return what is wrong with the lines shown, as (kind, line)."""
    found: list[tuple[str, str]] = []
    behind = {c.number: c.passage.document for c in answer.citations}
    quoted = [line for line in answer.sentences if line.role == "line" and line.citations]
    shown = [(line.text, behind[line.citations[0]]) for line in quoted]
    reached: dict[str, int] = {}
    for at, (text, document) in enumerate(shown):
        known = sources.get(document)
        if known is None:
            continue
        places = _places(text, known)
        if not places:
            found.append(("not found", text))
            continue
        whole = [place for place in places if place[0] in known.begins and place[1] in known.ends]
        if not whole:
            starts = any(place[0] in known.begins for place in places)
            found.append(("cut at its end" if starts else "cut at its beginning", text))
        later = [begin for begin, _ in places if begin >= reached.get(document, 0)]
        if not later:
            found.append(("before what it follows", text))
        reached[document] = min(later, default=places[0][0])
        follows = shown[at + 1][0] if at + 1 < len(shown) and shown[at + 1][1] == document else ""
        found += [(kind, text) for kind in _alone(text, follows, known)]
        found += (
            [("item without its head", text)] if _headless(text, shown, document, known) else []
        )
    return found


def _places(text: str, known: Source) -> list[tuple[int, int]]:
    for form in (text, MARK.sub("", text, count=1)):
        wanted = flat(form)
        if wanted and (found := [m.start() for m in re.finditer(re.escape(wanted), known.text)]):
            return [(begin, begin + len(wanted)) for begin in found]
    return []


def _alone(text: str, follows: str, known: Source) -> list[str]:
    if TAG.fullmatch(text.strip()):
        return ["a tag"]
    heads = [
        at
        for at, line in enumerate(known.lines)
        if flat(line).endswith(flat(text)) and LEADS.search(line)
    ]
    listed = [at for at in heads if at + 1 < len(known.lines) and MARK.match(known.lines[at + 1])]
    if LEADS.search(text) and listed and not follows:
        return ["head without its list"]
    size = len(text.encode("cp932", "replace")) / 2
    open_ = size < HEADING and not (ENDED.search(text.strip()) or MARK.match(text) or " | " in text)
    return ["a heading alone"] if known.prose and open_ and not follows else []


def _headless(text: str, shown: list[tuple[str, str]], document: str, known: Source) -> bool:
    """Whether an item of a list that a line announces is shown without that line."""
    own = next((at for at, line in enumerate(known.lines) if flat(line) == flat(text)), -1)
    if own < 0 or not (MARK.match(known.lines[own]) and MARK.match(text)):
        return False
    said = [flat(one) for one, behind in shown if behind == document]
    depth = len(known.lines[own]) - len(known.lines[own].lstrip())
    for line in reversed(known.lines[:own]):
        inside = len(line) - len(line.lstrip())
        if MARK.match(line) and inside >= depth:
            continue
        announces = bool(LEADS.search(line)) and not line.startswith("#")
        return announces and not any(
            one and (one in flat(line) or flat(line) in one) for one in said
        )
    return False


def questions(shared: Path) -> list[list[tuple[str, str]]]:
    """Return talks: (id, text) of each question, those of one conversation together."""
    talks = [[(f"sample{at}", text)] for at, text in enumerate(SAMPLE_QUESTIONS, 1)]
    for name in SETS:
        rows = [
            json.loads(line)
            for line in (shared / "bench" / name / "questions.jsonl")
            .read_text("utf-8")
            .splitlines()
        ]
        talks += [
            [(turn["id"], turn["text"]) for turn in row.get("turns") or [row]] for row in rows
        ]
    return talks


def expected_words(shared: Path) -> dict[str, str]:
    """Return "yes" or "no" for each question of the sets whose right answer begins so."""
    expected: dict[str, str] = {}
    for name in SETS:
        path = shared / "bench" / name / "questions.jsonl"
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            for turn in row.get("turns") or [row]:
                words = str(turn.get("first") or turn.get("expected") or "").lower()
                if words.startswith(("yes", "はい", "ある")):
                    expected[turn["id"]] = "yes"
                elif words.startswith(("no", "いいえ")):
                    expected[turn["id"]] = "no"
    return expected


def said_word(answer: Answer) -> str:
    """Return "yes" or "no" where an answer begins so."""
    first = answer.sentences[0].text.lower() if answer.sentences else ""
    if first.startswith(("はい、", "yes:", "yes,")):
        return "yes"
    return "no" if first.startswith(("いいえ、", "no:", "no,")) else ""


async def shelf(library: Library, shared: Path) -> tuple[dict[str, Source], dict[str, str]]:
    """Put everything on the shelf; return the documents' sources and file names by id."""
    sources, names = {}, {}
    async for done in shelve(library):
        lines, wrapped = lines_of(done.sample.path.name, done.sample.path)
        sources[done.document.id] = source(
            [*sources.get(done.document.id, Source()).lines, *lines], wrapped=wrapped
        )
        names[done.document.id] = done.sample.name
    deck = await digest.shelve(library)
    slides = yaml.safe_load(digest.FILE.read_text("utf-8"))["slides"]
    texts = [
        slide[spoken][part]
        for slide in slides
        for spoken in digest.LANGUAGES
        for part in ("title", "text")
    ]
    sources[deck.id] = source([line for text in texts for line in text.splitlines()], wrapped=False)
    names[deck.id] = "deck"
    for path in sorted(
        path for name in SETS for path in (shared / "bench" / name / "corpus").iterdir()
    ):
        reading = await read(path.name, path.read_bytes())
        document, version, _ = await library.stage(reading, Metadata(), by="benchmark")
        await library.publish(document.id, version.id)
        lines, wrapped = lines_of(path.name, path)
        sources[document.id], names[document.id] = source(lines, wrapped=wrapped), path.name
    return sources, names


async def measure(shared: Path, *, show: bool, kept: Path | None) -> None:
    lines, answered, counts, rows = 0, Counter(), Counter(), []
    with tempfile.TemporaryDirectory() as place:
        async with Library(open_index(None, Path(place), version=VERSION)) as library:
            sources, names = await shelf(library, shared)
            answers = Answers(library, today=lambda: TODAY)
            expected = expected_words(shared)
            for talk in questions(shared):
                history: tuple[Turn, ...] = ()
                for id_, text in talk:
                    answer = await answers.answer(text, readers=ALL, language="ja", history=history)
                    history = (*history, Turn(text, answer.text))
                    answered["refused" if answer.mode == "refused" else answer.certainty] += 1
                    lines += len(answer.sentences)
                    found = faults(answer, sources)
                    word, right = said_word(answer), expected.get(id_, "")
                    counts[f"{word or 'no word'} said, {right or 'nothing'} expected"] += 1
                    if word and word != right:
                        found.append((f"{word} said", answer.sentences[0].text))
                    counts.update(kind for kind, _ in found)
                    counts["answers with a fault, said to be sure"] += (
                        bool(found) and answer.certainty == "sure"
                    )
                    cited = [
                        {"document": names.get(c.passage.document, c.passage.title)}
                        for c in answer.citations
                    ]
                    said = "\n".join(
                        (
                            *read_lines(answer.sentences),
                            *(note.to(answer.language) for note in answer.notes),
                        )
                    )
                    rows.append({"id": id_, "text": said, "mode": answer.mode, "citations": cited})
                    if show and found:
                        print(
                            f"{id_} {text}",
                            *(f"  {kind}: {line}" for kind, line in found),
                            sep="\n",
                        )
    print(
        f"{sum(answered.values())} questions: "
        + ", ".join(f"{n} {kind}" for kind, n in sorted(answered.items()))
    )
    print(f"{lines} lines shown")
    print(*(f"{kind}: {n}" for kind, n in sorted(counts.items())), sep="\n")
    if kept:
        kept.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--write", type=Path)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.shared, show=chosen.show, kept=chosen.write))


if __name__ == "__main__":
    main()
