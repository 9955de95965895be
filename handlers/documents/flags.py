"""What to look at in a file: unreadable text, scans, hidden text, instructions. Pure."""

from collections.abc import Sequence

from handlers.conversation import Message
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.texts import Texts
from knowledge.values import Flag, Language, Version

PAGES = 20  # page numbers, or places, written out
NAMED = ("formula", "unread_part", "doubtful")  # their flags say themselves what they are about
COUNTED = ("garbled", "image_only", "hidden_text", "instruction")  # said even when there is none


def flag_fact(context: Context, message: Message, version: Version, kind: str) -> str:
    """Return on how many pages there is something of this kind."""
    pages = {flag.page for flag in version.flags if flag.kind == kind}
    if kind == "garbled":
        return _percent(len(pages), version.pages)
    if not pages:
        return context.say("none", message)
    if kind == "hidden_text":
        return where(context.texts, message.person.language, version.flags, kind)
    return context.say("on_pages", message, n=len(pages), pages=_pages(version.flags, kind))


def where(texts: Texts, language: Language, flags: Sequence[Flag], kind: str) -> str:
    """
    Return where the things of this kind stand: on which pages, in which sheet, somewhere in the
    file; or what they are, where the flags name them.
    """
    if kind in NAMED:
        return _named(flags, kind)
    places: list[str] = []
    others: list[int] = []
    for flag in flags:
        if flag.kind != kind:
            continue
        place = _sheet(texts, language, flag.detail)
        if place:
            places.append(place)
        else:
            others.append(flag.page)
    if any(others):
        pages = _pages(flags, kind)
        places.append(texts.say("documents.at_pages", language, pages=pages))
    elif others:
        places.append(texts.say("documents.at_file", language))
    separator = "、" if language == "ja" else "; "
    return separator.join(places[:PAGES])


def _named(flags: Sequence[Flag], kind: str) -> str:
    """Return the details of the flags of a kind whose details name things in the file."""
    details = [display(flag.detail) for flag in flags if flag.kind == kind]
    more = "…" if len(details) > PAGES else ""
    return "; ".join(details[:PAGES]) + more


def _sheet(texts: Texts, language: Language, detail: str) -> str:
    """Return what of which sheet is hidden ("hidden_rows: 3: 月次"), "" where it is no sheet."""
    what, _, rest = detail.partition(": ")
    if what == "hidden_sheet":
        return texts.say("documents.at_sheet", language, name=display(rest))
    count, _, name = rest.partition(": ")
    if not name:
        return ""
    if what == "hidden_rows":
        return texts.say("documents.at_rows", language, n=count, name=display(name))
    if what == "hidden_columns":
        return texts.say("documents.at_columns", language, n=count, name=display(name))
    return ""


def _percent(pages: int, of: int) -> str:
    return f"{round(100 * pages / of)} %" if pages and of else "0 %"


def _pages(flags: Sequence[Flag], kind: str) -> str:
    """Return the pages with this flag, "–" when it is the whole file's."""
    flagged = {flag.page for flag in flags if flag.kind == kind and flag.page}
    pages = sorted(flagged)
    written = ", ".join(str(page) for page in pages[:PAGES])
    if len(pages) > PAGES:
        written += "…"
    return written or "–"
