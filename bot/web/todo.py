"""The first steps of an admin, shown until all are done. Pure."""

from dataclasses import dataclass

from bot.web.forms import Forms
from bot.web.icons import icon


@dataclass(frozen=True, slots=True)
class Steps:
    """How many documents of one's own there are, how many wait, and whether anything was asked."""

    documents: int
    drafts: int
    asked: bool = False


def drawn(steps: Steps, forms: Forms) -> str:
    """Return the steps as a line of stations; empty where nothing is left to do."""
    say = forms.say
    added = steps.documents > 0
    published = added and steps.drafts == 0
    waits = say("todo_waiting", n=steps.drafts) if steps.drafts else say("todo_none_waits")
    rows = [
        (say("todo_add"), say("todo_added", n=steps.documents), added, "/knowledge"),
        (say("todo_publish"), waits, published, "/knowledge"),
        (say("todo_ask"), say("todo_check"), steps.asked, "#ask"),
    ]
    if all(done for _, _, done, _ in rows):
        return ""
    stations = ""
    here = True
    for title, text, done, address in rows:
        kind, sign = "", ""
        if done:
            kind, sign = "done", icon("check")
        elif here:
            kind, here = "now", False
        link = f'<a href="{address}">{text}</a>'
        stations += f'<li class="{kind}"><b>{sign}{title}</b>{link}</li>'
    lead = f'{say("todo")} <span class="soft">{say("todo_for")}</span>'
    return (
        f'<section class="todo" aria-labelledby="td"><h2 id="td" class="small">{lead}</h2>'
        f"<ol>{stations}</ol></section>"
    )
