"""What machines read of our words, as JSON: the same by the command and over HTTP. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.documents.identity import Alike
from knowledge.values import Answer, Citation, Document, Hit, Language, Receipt, Version

Json = dict[str, Any]


def answer(value: Answer, id_: str, text: str, files: Mapping[str, str]) -> Json:
    """
    Return an answer as machines read it.

    `text` is all that a person reads of it; `files` are the names of the cited files by version.
    """
    language = value.language
    writer = value.mode if value.mode in ("extractive", "llm") else ""
    return {
        "id": id_,
        "question": value.question,
        "text": text,
        "answer": value.text,
        "first": _first(value),
        "language": language,
        "mode": _mode(value),
        "writer": writer,
        "certainty": value.certainty,
        "notes": [note.to(language) for note in value.notes],
        "table": [list(row) for row in value.table],
        "followups": list(value.followups),
        "choices": list(value.choices),
        "citations": [_citation(cited, language, files) for cited in value.citations],
        "nearest": [
            {"document": n.document, "title": n.title, "place": n.place.to(language)}
            for n in value.nearest
        ],
        "trace": value.trace,
        "milliseconds": {name: round(ms, 2) for name, ms in value.milliseconds.items()},
    }


def talk(text: str, said: str, language: Language, mode: str, id_: str) -> Json:
    """
    Return what was said back to a text that is no question to the documents; `mode` is "talk",
    "dialog" or "documents".
    """
    nothing: Json = {"citations": [], "nearest": [], "trace": "", "milliseconds": {}}
    return {
        "id": id_,
        "question": text,
        "text": said,
        "answer": said,
        "first": said.split("\n", 1)[0],
        "language": language,
        "mode": mode,
        "writer": "",
        "certainty": "none",
        "notes": [],
        "table": [],
        "followups": [],
        "choices": [],
    } | nothing


def _citation(cited: Citation, language: Language, files: Mapping[str, str]) -> Json:
    """Return one source; `document` is its file's name, or its title where it came without one."""
    passage = cited.passage
    file = files.get(passage.version, "")
    return {
        "number": cited.number,
        "document": file or passage.title,
        "id": passage.document,
        "passage": passage.id,
        "title": passage.title,
        "file": file,
        "place": passage.place.to(language),
        "page": passage.place.number,
        "quote": cited.quote,
        "stale": cited.stale,
    }


def _mode(value: Answer) -> str:
    """
    Return what became of a question: "answered", "unsure", "refused" or "asked_back".
    """
    if value.mode in ("refused", "asked_back"):
        return value.mode
    return "unsure" if value.certainty == "unsure" else "answered"


def _first(value: Answer) -> str:
    """Return the first line of an answer without its marks, "" where nothing is quoted."""
    for sentence in value.sentences:
        return sentence.text
    return ""


def hits(
    found: list[Hit], id_: str, question: str, language: Language, milliseconds: float
) -> Json:
    """Return hits as machines read them."""
    rows = [
        {
            "document": h.passage.document,
            "title": h.passage.title,
            "place": h.passage.place.to(language),
            "page": h.passage.place.number,
            "passage": h.passage.id,
            "score": round(h.score, 4),
            "text": h.passage.text,
        }
        for h in found
    ]
    return {"id": id_, "question": question, "hits": rows, "milliseconds": round(milliseconds, 2)}


def document(value: Document) -> Json:
    """Return a document as machines read it."""
    return {
        "document": value.id,
        "title": value.metadata.title,
        "kind": value.metadata.kind,
        "audience": value.metadata.audience,
        "owner": value.metadata.owner,
        "effective": value.metadata.effective,
        "review": value.metadata.review,
        "current": value.current,
        "versions": [
            {
                "version": v.id,
                "number": v.number,
                "name": v.name,
                "state": v.state,
                "pages": v.pages,
                "passages": v.passages,
                "receipt": receipt(v.receipt),
            }
            for v in value.versions
        ],
    }


def receipt(value: Receipt | None) -> Json | None:
    """
    Return how much of a file was read, in letters and digits; `largest` is the largest piece that
    is missing.
    """
    if value is None:
        return None
    counts = {
        "there": value.there,
        "read": value.read,
        "missing": value.there - value.read,
        "left_out": value.left_out,
    }
    largest = None
    if value.lost:
        place = value.place.to("en") if value.place else ""
        largest = {"characters": value.lost, "words": value.words, "place": place}
    return {"percent": value.percent, "enough": value.enough, **counts, "largest": largest}


def added(
    name: str, version: Version, id_: str, status: str, alike: Sequence[Alike], milliseconds: float
) -> Json:
    """
    Return one added file as machines read it; `alike` are the documents it may be a new
    version of.
    """
    return {
        "name": name,
        "status": status,
        "code": status,
        "reason": None,
        "document": id_,
        "version": version.number,
        "pages": version.pages,
        "passages": version.passages,
        "receipt": receipt(version.receipt),
        "flags": [{"kind": f.kind, "page": f.page} for f in version.flags],
        "alike": [
            {"document": a.document.id, "title": a.document.metadata.title, "percent": a.percent}
            for a in alike
        ],
        "milliseconds": round(milliseconds, 1),
    }
