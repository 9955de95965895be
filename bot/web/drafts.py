"""The drafts that wait to be published, as one form on the documents' page. Pure."""

from collections.abc import Sequence
from html import escape

from bot.web.forms import Forms
from bot.web.icons import icon
from handlers.documents.names import display
from handlers.documents.waiting import waiting
from knowledge.values import Document


def drawn(documents: Sequence[Document], forms: Forms) -> str:
    """Return the drafts as a form; empty where none waits."""
    drafts = waiting(documents)
    if not drafts:
        return ""
    rows = ""
    for document, version in drafts:
        title = escape(display(document.metadata.title))
        name = escape(display(version.name))
        box = f'<input type="checkbox" name="draft" value="{escape(document.id)}" checked>'
        rows += (
            f'<li><label class="row">{box}<span>{title} <span class="tiny soft">v{version.number}'
            f" · {name}</span></span></label></li>"
        )
    say = forms.say
    delete = (
        f'<details class="confirm end"><summary class="btn danger">{say("drafts_delete")}</summary>'
        f"<div><p>{say('drafts_delete_sure')}</p><button"
        f' class="danger" name="verb" value="discard">{say("delete")}</button></div></details>'
    )
    publish = f'<button name="verb" value="publish">{icon("check")}{say("drafts_publish")}</button>'
    return (
        '<form class="card stack near" method="post" action="/drafts"'
        ' aria-labelledby="drafts-title">'
        f'<h2 id="drafts-title">{say("drafts_title", n=len(drafts))}</h2>'
        f'<p class="small soft">{say("drafts_lead")}</p>'
        f'<ul class="stack near">{rows}</ul><div class="row">{publish}{delete}</div></form>'
    )
