"""
Several documents changed together, as forms on the documents' page: the drafts that wait, and
whichever are ticked in the list. Pure.
"""

from collections.abc import Sequence
from html import escape

from bot.press import KEY, input_name, pack
from bot.web.forms import Forms
from bot.web.icons import icon
from handlers.conversation import Ask, Form
from handlers.documents.names import display
from handlers.documents.waiting import waiting
from knowledge.values import Document

SEVERAL = "document.several"
TICKED = "several"  # the form that the ticks in the list belong to
INPUTS = {"act": "", "readers": "", "documents": ""}
EVERY = "every"  # stands for all documents that match


def drawn(documents: Sequence[Document], forms: Forms) -> str:
    """Return the drafts that wait as a form; empty where none does."""
    drafts = waiting(documents)
    if not drafts:
        return ""
    rows = ""
    for document, version in drafts:
        title = escape(display(document.metadata.title))
        name = escape(display(version.name))
        box = ticking(document.id, display(document.metadata.title), checked=True)
        rows += (
            f'<li><label class="row">{box}<span>{title} <span class="tiny soft">v{version.number}'
            f" · {name}</span></span></label></li>"
        )
    say = forms.say
    act = input_name("act")
    carried = {KEY: pack(Form(SEVERAL, {"at_once": 1}, INPUTS))}
    for verb in ("publish", "discard"):
        carried[f"_said:act:{verb}"] = forms.word(f"documents.act_{verb}")
    delete = (
        f'<details class="confirm end"><summary class="btn danger">{say("drafts_delete")}</summary>'
        f"<div><p>{say('drafts_delete_sure')}</p><button"
        f' class="danger" name="{act}" value="discard">{say("delete")}</button></div></details>'
    )
    publish = (
        f'<button name="{act}" value="publish">{icon("check")}{say("drafts_publish")}</button>'
    )
    return (
        '<form class="card stack near" method="post" action="/form" data-turn data-wait'
        f' aria-labelledby="drafts-title">{forms.hidden(carried)}'
        f'<h2 id="drafts-title">{say("drafts_title", n=len(drafts))}</h2>'
        f'<p class="small soft">{say("drafts_lead")}</p>'
        f'<ul class="stack near">{rows}</ul><div class="row">{publish}{delete}</div></form>'
    )


def changing(ask: Ask, forms: Forms) -> str:
    """Return what is done with the documents that are ticked in the list."""
    documents, *others = ask.fields
    every = next(option for option in documents.options if option.id == EVERY)
    carried = {KEY: pack(Form(ask.form, ask.state, INPUTS))}
    inputs = ""
    for field in others:
        inputs += forms.listed(field)
        for option in field.options:
            carried[f"_said:{field.id}:{option.id}"] = option.text
    carried[f"_said:documents:{EVERY}"] = every.text
    name = escape(input_name("documents"))
    all_of_them = (
        f'<label class="row"><input type="checkbox" name="{name}" value="{EVERY}">'
        f" {escape(every.text)}</label>"
    )
    return (
        f'<form class="form row several" id="{TICKED}" method="post" action="/form" data-turn'
        f' data-wait aria-label="{escape(ask.title)}">{forms.hidden(carried)}{all_of_them}'
        f"{inputs}<button>{escape(ask.submit)}</button></form>"
    )


def ticking(document: str, title: str, *, checked: bool = False, form: str = "") -> str:
    """Return the tick of one document, with what it is called where its id would be shown."""
    belongs = f' form="{form}"' if form else ""
    name, value = escape(input_name("documents")), escape(document)
    mark = " checked" if checked else ""
    named = f' aria-label="{escape(title)}"' if form else ""
    said = f'<input type="hidden" name="_said:documents:{value}" value="{escape(title)}"{belongs}>'
    return f'<input type="checkbox" name="{name}" value="{value}"{mark}{belongs}{named}>{said}'
