"""
Buttons and questions into forms. Pure. A form says in which page and turn it stands; without
JavaScript it is just sent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from html import escape

from bot.press import KEY, input_name, pack
from bot.web.icons import Icon, icon
from bot.web.inputs import Inputs
from bot.web.markup import Markup, css, flag
from bot.web.pages import lists, page_of
from handlers.conversation import Ask, Button, Confirm, Feedback, Field, Form, Option, Press
from handlers.questions.feedback import REASONS
from handlers.texts import Texts
from knowledge.values import Language

LONG = 4  # choices beyond which a form draws each as a list to open
UNSURE = "ns"  # the option that says nothing, drawn dashed
ELSEWHERE = ("choose.share",)  # a page has no thread to share in
KINDS = {"plain": "", "primary": "primary", "danger": "danger end"}


class Forms:
    """Draws what can be pressed or filled in on the page `here`, inside the article `turn`."""

    def __init__(self, texts: Texts, language: Language, here: str, turn: str) -> None:
        self._texts = texts
        self._language = language
        self._here = here
        self._turn = turn
        self._inputs = Inputs(turn, self.say("choose_one"))

    def say(self, name: str, **values: object) -> str:
        """Return a sentence of the page's, escaped."""
        return escape(self.text(name, **values))

    def text(self, name: str, **values: object) -> str:
        """Return a sentence of the page's as it is."""
        return self._texts.say(f"web.{name}", self._language, **values)

    def word(self, name: str) -> str:
        """Return any sentence as it is, by its full name and in the reader's language."""
        return self._texts.say(name, self._language)

    def sentence(self, name: str, language: Language) -> str:
        """Return any sentence as it is, by its full name and in its own language."""
        return self._texts.say(name, language)

    @property
    def here(self) -> str:
        """The path of the page that is drawn."""
        return self._here

    @property
    def elsewhere(self) -> Collection[str]:
        """The actions that have no sense on a page."""
        return ELSEWHERE

    # ----------------------------------------------------------------- what can be pressed

    def buttons(self, items: Sequence[Button]) -> str:
        """Return a row of buttons; what destroys stands last."""
        first, last = "", ""
        for button in items:
            if button.press.action in ELSEWHERE:
                continue
            if button.style == "danger":
                last += self.button(button)
            else:
                first += self.button(button)
        return first + last

    def button(self, button: Button) -> str:
        """Return one button: a link, a form, or a form behind the question whether one is sure."""
        if safe(button.url):
            return f'<a class="btn" href="{escape(button.url)}">{escape(button.label)}</a>'
        if button.confirm is None:
            return self.press(button.label, button.press, KINDS[button.style])
        return self._confirmed(button, button.confirm)

    def _confirmed(self, button: Button, confirm: Confirm) -> str:
        kind = KINDS[button.style]
        style, _, end = kind.partition(" ")
        sure = self.press(confirm.ok, button.press, style)
        question = f"<p><strong>{escape(confirm.title)}</strong> {escape(confirm.text)}</p>"
        return (
            f'<details class="confirm {end}"><summary class="btn {style}">{escape(button.label)}'
            f"</summary><div>{question}{sure}</div></details>"
        )

    def press(self, label: str, press: Press, kind: str = "", sign: Icon | None = None) -> str:
        """Return a form of one button; a `sign` stands before its label."""
        style, _, end = kind.partition(" ")
        hidden = self.hidden({KEY: pack(press), "label": label})
        drawn = icon(sign) if sign else ""
        button = f"<button{css(style)}>{drawn}{escape(label)}</button>"
        stays = self._stays(press.action)
        return f'<form method="post" action="/press"{css(end)}{stays}>{hidden}{button}</form>'

    def feedback(self, block: Feedback) -> str:
        """Return thumbs up as a press and thumbs down as its five reasons."""
        liked = Press("feedback.vote", {"aid": block.answer, "vote": "up"})
        up = self._vote(liked)
        disliked = Form("feedback.reason", {"aid": block.answer}, {"reason": ""})
        carried = {KEY: pack(disliked)}
        reasons = ""
        for reason in REASONS:
            name = self._texts.say(f"feedback.{reason}", self._language)
            carried[f"_said:reason:{reason}"] = name
            reasons += f'<button name="reason" value="{reason}">{escape(name)}</button>'
        down = (
            '<form class="row" method="post" action="/form" data-turn>'
            f"{self.hidden(carried)}{reasons}</form>"
        )
        named = f'<span class="hidden">{self.say("down")}</span>'
        summary = f'<summary class="btn quiet sq">{icon("down")}{named}</summary>'
        return f'{up}<details class="reasons">{summary}{down}</details>'

    def _vote(self, liked: Press) -> str:
        """Return the button that says an answer helped."""
        label = self.say("up")
        hidden = self.hidden({KEY: pack(liked), "label": self.text("up")})
        button = f'<button class="quiet sq" aria-label="{label}">{icon("up")}</button>'
        return f'<form method="post" action="/press" data-turn>{hidden}{button}</form>'

    # ----------------------------------------------------------------- questions

    def guided(self, ask: Ask, notes: str) -> str:
        """
        Return one question of a dialog: where we are, the question, the guideline, one button an
        option.
        """
        field = ask.fields[0]
        heading = f'<h2 class="mincho" id="q{self._turn}" tabindex="-1">'
        hint = f'<p class="soft">{escape(field.hint)}</p>' if field.hint else ""
        buttons = ""
        for number, option in enumerate(field.options, 1):
            buttons += _choice(number, input_name(field.id), option, field.initial)
        options = (
            f'<form method="post" action="/form"{self._stays(ask.form)}>{self._carried(ask)}'
            f'<div class="opts" role="group" aria-labelledby="q{self._turn}">{buttons}</div></form>'
        )
        return (
            f"{self._progress(ask)}{heading}{escape(ask.text)}</h2>{hint}{notes}"
            f"{self._guideline(ask)}{options}{self._ways(ask)}{self._why(ask)}"
        )

    def _progress(self, ask: Ask) -> str:
        """Return the stations of the dialog: done, here, and those that may not be needed."""
        done = ask.step - 1
        stops = '<li class="done"></li>' * done
        stops += '<li class="now"></li>'
        stops += '<li class="may"></li>' * max(0, ask.of - ask.step)
        where = self.say("progress", step=ask.step, of=ask.of)
        label = self.say("answered", done=done, of=ask.of)
        head = f'<p><b>{where}</b></p><p class="tiny soft">{escape(ask.intro)}</p>'
        line = f'<div class="stops" role="img" aria-label="{label}"><ol>{stops}</ol></div>'
        return f'<div class="row apart small">{head}</div>{line}'

    def _why(self, ask: Ask) -> str:
        if not ask.why:
            return ""
        reason = f'<p class="small">{escape(ask.why)}</p>'
        return f"<details><summary>{self.say('why')}</summary>{reason}</details>"

    def _ways(self, ask: Ask) -> str:
        """Return the ways on from a question of a dialog; the way out stands last."""
        room = ask.form.partition(".")[0]
        ways = ""
        for button in ask.buttons:
            ways += self.press(button.label, button.press, "quiet")
        ways += self.press(ask.stop, Press(f"{room}.stop", ask.state), "quiet")
        count = len(ask.fields[0].options)
        keys = f"{self.say('keys')} <kbd>1</kbd>–<kbd>{count}</kbd>"
        tail = f'<p class="tiny soft keys">{keys}</p>'
        return f'<div class="row apart"><div class="row">{ways}</div>{tail}</div>'

    def questions(self, ask: Ask, notes: str) -> str:
        """Return a form of any number of fields with one button to send it."""
        fields = self._fields(ask)
        kinds = {field.kind for field in ask.fields}
        files = flag('enctype="multipart/form-data"', on="files" in kinds)
        intro = f'<p class="small soft">{escape(ask.intro)}</p>' if ask.intro else ""
        lead = f"<p>{Markup().inline(ask.text)}</p>"
        if len(ask.fields) > 1:
            lead = f'<h2 class="mincho">{escape(ask.title)}</h2>{lead}'
        if len(ask.fields) == 1 and ask.fields[0].label == ask.text:
            lead = ""
        form = (
            f'<form class="form stack" method="post" action="/form"{files}{self._stays(ask.form)}>'
            f'{self._carried(ask)}<div class="fields">{fields}</div>'
            f'<div class="row"><button class="primary">{escape(ask.submit)}</button></div>'
            "</form>"
        )
        ways = self.buttons(ask.buttons)
        row = f'<div class="row">{ways}</div>' if ways else ""
        return f"{lead}{intro}{notes}{form}{row}"

    def _fields(self, ask: Ask) -> str:
        """Return the inputs of a form; a long one is lists to open, with what may wait folded."""
        choices = [field for field in ask.fields if field.kind == "choice"]
        listed = len(choices) > LONG
        shown, folded = "", ""
        opened = False
        for field in ask.fields:
            drawn = self._inputs.field(field, listed=listed)
            if field.aside:
                folded += drawn
                opened = opened or bool(field.initial)
            else:
                shown += drawn
        if folded:
            name = f"<summary>{escape(ask.aside)}</summary>"
            unfolded = flag("open", on=opened)
            inner = f'<div class="fields">{folded}</div>'
            shown += f'<details class="aside"{unfolded}>{name}{inner}</details>'
        return shown

    def listed(self, field: Field) -> str:
        """Return one input, a choice as a list to open."""
        return self._inputs.field(field, listed=True)

    def narrowing(self, ask: Ask, path: str) -> str:
        """Return a form that asks for a page again, with what is filled in as its address."""
        fields = ""
        for field in ask.fields:
            fields += self._inputs.field(replace(field, required=False), listed=True)
        return (
            f'<form class="narrowing row" method="get" action="{path}" role="search"'
            f' aria-label="{escape(ask.title)}">{fields}'
            f"<button>{escape(ask.submit)}</button></form>"
        )

    def _guideline(self, ask: Ask) -> str:
        """Return what the company's own documents say to a question, and the way to open it."""
        guideline = ask.guideline
        if guideline is None:
            return ""
        quote = escape(guideline.text.replace("**", ""))
        opens = self.press(guideline.open.label, guideline.open.press, "quiet", "doc")
        caption = f'<figcaption class="tiny soft">{self.say("guideline")}</figcaption>'
        source = f'<div class="row tiny"><span>{escape(guideline.source)}</span>{opens}</div>'
        return f'<figure class="guide">{caption}<p><mark>{quote}</mark></p>{source}</figure>'

    # ----------------------------------------------------------------- what comes along

    def _carried(self, ask: Ask) -> str:
        """Return what a question carries; the words of its options head the turn, not their ids."""
        inputs = {field.id: "" for field in ask.fields if field.kind != "files"}
        carried = {KEY: pack(Form(ask.form, ask.state, inputs))}
        for field in ask.fields:
            for option in field.options:
                carried[f"_said:{field.id}:{option.id}"] = option.text
        return self.hidden(carried)

    def hidden(self, values: Mapping[str, str]) -> str:
        """Return what a form says of where it stands, and what else it carries unseen."""
        rows = ""
        for name, value in {"_page": self._here, "_turn": self._turn, **values}.items():
            rows += f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        return rows

    def _stays(self, action: str) -> str:
        """Mark forms whose reply appears on this page, so that the script may put it there."""
        here = page_of(action, self._here) == self._here
        return flag("data-turn", on=here and not lists(action))


def safe(url: str) -> bool:
    """Report whether an address may be linked to."""
    return url.startswith(("https://", "http://", "/files/", "/documents/"))


def _choice(number: int, name: str, option: Option, proposed: str) -> str:
    """Return an option of a guided question as a button of its form."""
    kind = css("dunno" if option.id == UNSURE else "")
    pressed = flag('aria-pressed="true"', on=bool(proposed) and option.id == proposed)
    value = escape(option.id)
    key = f'<kbd aria-hidden="true">{number}</kbd>'
    marks = f'name="{escape(name)}" value="{value}"{kind}{pressed}'
    return f"<button {marks}>{key}{escape(option.text)}</button>"
