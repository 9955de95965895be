"""
The sources of an answer, each as a sheet beside the page that opens by its address. Pure.

A sheet shows the passage with what was quoted marked, what it stands in, and the way to all of it.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from bot.web.forms import Forms, safe
from bot.web.icons import icon
from bot.web.markup import flag
from bot.web.passage import passage
from handlers.conversation import Source, Sources


class Drawers:
    """Draws for the article `turn`."""

    def __init__(self, forms: Forms, turn: str) -> None:
        self._say = forms.say
        self._here = forms.here
        self._turn = turn

    def all(self, block: Sources) -> str:
        """Return one sheet for each source."""
        return "".join([self._one(source, block) for source in block.items])

    def _one(self, source: Source, block: Sources) -> str:
        id_ = f"s{self._turn}-{source.number}"
        numbers = f'<nav class="nums" aria-label="{self._say("sources")}">'
        for other in block.items:
            numbers += self._number(other, current=other.number == source.number)
        close = self._say("close")
        head = (
            f'<div class="row apart">{numbers}</nav><a class="btn quiet sq" href="#t{self._turn}"'
            f' data-close aria-label="{close}">{icon("close")}</a></div>'
        )
        title = f'<h2 id="{id_}h" tabindex="-1">{escape(source.title)}</h2>'
        place = f'<p class="soft">{escape(source.place)}</p>' if source.place else ""
        picture = f'<div class="pic a4">{passage(source.excerpt)}</div>'
        return (
            f'<aside class="drawer" id="{id_}" data-of="{self._turn}" aria-labelledby="{id_}h">'
            f"{head}<div>{title}{place}</div><figure>{picture}</figure>"
            f"{self._facts(source)}{self._ways(source, block.answer)}</aside>"
        )

    def _number(self, source: Source, *, current: bool) -> str:
        here = flag('aria-current="true"', on=current)
        name = escape(f"{source.title} {source.place}".strip())
        label = f'aria-label="{self._say("source")} {source.number}: {name}"'
        return f'<a href="#s{self._turn}-{source.number}"{here} {label}>{source.number}</a>'

    def _facts(self, source: Source) -> str:
        rows: Sequence[tuple[str, str]] = (
            (self._say("fact_version"), source.version),
            (self._say("fact_updated"), source.updated),
            (self._say("fact_owner"), source.owner),
        )
        facts = ""
        for name, value in rows:
            if value:
                facts += f"<dt>{name}</dt><dd>{escape(value)}</dd>"
        if source.stale:
            warning = f'<span class="chip warn">{self._say("stale")}</span>'
            facts += f"<dt>{self._say('fact_review')}</dt><dd>{warning}</dd>"
        return f'<dl class="facts">{facts}</dl>' if facts else ""

    def _ways(self, source: Source, answer: str) -> str:
        back = f"{self._here}#s{self._turn}-{source.number}"
        names = {"passage": source.id, "answer": answer, "number": source.number, "from": back}
        here = escape(f"/source?{urlencode(names)}")
        leaf = escape(f"/source?{urlencode(names | {'on': 'page'})}")
        ways = f'<a class="btn" href="{here}">{self._say("around")}</a>'
        page = f"{icon('doc')}{self._say('on_page')}"
        ways = f'<a class="btn" href="{leaf}">{page}</a>{ways}'
        if safe(source.url):
            link = f"{icon('globe')}{self._say('original')}"
            ways += f'<a class="btn quiet" href="{escape(source.url)}" rel="noopener">{link}</a>'
        return f'<div class="row">{ways}</div>'
