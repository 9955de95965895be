"""
Buttons and questions into forms. Pure. A form says in which page and turn it stands; without
JavaScript it is just sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from bot.press import KEY, input_name, pack
from bot.web.inputs import Inputs
from bot.web.markup import Markup, css, flag
from bot.web.pages import lists, page_of
from handlers.conversation import Ask, Button, Confirm, Feedback, Form, Option, Press, Table
from handlers.questions.feedback import REASONS
from handlers.texts import Texts
from knowledge.values import Language

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
            return f'<a class="button" href="{escape(button.url)}">{escape(button.label)}</a>'
        if button.confirm is None:
            return self.press(button.label, button.press, KINDS[button.style])
        return self._confirmed(button, button.confirm)

    def _confirmed(self, button: Button, confirm: Confirm) -> str:
        kind = KINDS[button.style]
        sure = self.press(confirm.ok, button.press, kind.partition(" ")[0])
        question = f"<p><strong>{escape(confirm.title)}</strong> {escape(confirm.text)}</p>"
        return (
            f'<details class="confirm {kind}"><summary>{escape(button.label)}</summary>'
            f"<div>{question}{sure}</div></details>"
        )

    def press(self, label: str, press: Press, kind: str = "") -> str:
        """Return a form of one button."""
        style, _, end = kind.partition(" ")
        hidden = self._hidden({KEY: pack(press), "label": label})
        button = f"<button{css(style)}>{escape(label)}</button>"
        stays = self._stays(press.action)
        return f'<form method="post" action="/press"{css(end)}{stays}>{hidden}{button}</form>'

    def feedback(self, block: Feedback) -> str:
        """Return thumbs up as a press and thumbs down as its five reasons."""
        liked = Press("feedback.vote", {"aid": block.answer, "vote": "up"})
        up = self.press(self.text("up"), liked)
        disliked = Form("feedback.reason", {"aid": block.answer}, {"reason": ""})
        carried = {KEY: pack(disliked)}
        reasons = ""
        for reason in REASONS:
            name = self._texts.say(f"feedback.{reason}", self._language)
            carried[f"_said:reason:{reason}"] = name
            reasons += f'<button name="reason" value="{reason}">{escape(name)}</button>'
        down = (
            '<form class="buttons" method="post" action="/form" data-turn>'
            f"{self._hidden(carried)}{reasons}</form>"
        )
        return (
            f'<div class="feedback"><div class="buttons"><span>{self.say("helpful")}</span>{up}'
            f"<details><summary>{self.say('down')}</summary>{down}</details></div></div>"
        )

    # ----------------------------------------------------------------- questions

    def guided(self, ask: Ask, notes: str) -> str:
        """
        Return one question of a dialog: where we are, the question, the guideline, one button an
        option.
        """
        field = ask.fields[0]
        heading = f'<h2 class="question" id="q{self._turn}" tabindex="-1">'
        hint = f'<p class="soft">{escape(field.hint)}</p>' if field.hint else ""
        buttons = ""
        for option in field.options:
            buttons += _choice(input_name(field.id), option, field.initial)
        options = (
            f'<form class="options" method="post" action="/form"{self._stays(ask.form)}'
            f' aria-labelledby="q{self._turn}">{self._carried(ask)}{buttons}</form>'
        )
        return (
            f"{self._progress(ask)}{heading}{escape(ask.text)}</h2>{hint}{notes}"
            f"{self._guideline(ask)}{options}{self._why(ask)}{self._ways(ask)}"
        )

    def _progress(self, ask: Ask) -> str:
        where = self.say("progress", step=ask.step, of=ask.of)
        answered = ask.step - 1
        done = self.say("answered", done=answered, of=ask.of)
        return (
            f'<p class="where"><b>{where}</b><span>{escape(ask.intro)}</span></p>'
            f'<progress max="{ask.of}" value="{answered}" aria-label="{done}"></progress>'
        )

    def _why(self, ask: Ask) -> str:
        if not ask.why:
            return ""
        reason = f'<p class="small">{escape(ask.why)}</p>'
        return f"<details><summary>{self.say('why')}</summary>{reason}</details>"

    def _ways(self, ask: Ask) -> str:
        """Return the ways on from a question of a dialog; the way out stands last."""
        room = ask.form.partition(".")[0]
        stop = self.press(ask.stop, Press(f"{room}.stop", ask.state), "quiet end")
        return f'<div class="buttons ways">{self.buttons(ask.buttons)}{stop}</div>'

    def questions(self, ask: Ask, notes: str) -> str:
        """Return a form of any number of fields with one button to send it."""
        fields = "".join([self._inputs.field(field) for field in ask.fields])
        kinds = {field.kind for field in ask.fields}
        files = flag('enctype="multipart/form-data"', on="files" in kinds)
        intro = f'<p class="small soft">{escape(ask.intro)}</p>' if ask.intro else ""
        lead = f"<p>{Markup().inline(ask.text)}</p>"
        if len(ask.fields) == 1 and ask.fields[0].label == ask.text:
            lead = ""
        form = (
            f'<form class="form stack" method="post" action="/form"{files}{self._stays(ask.form)}>'
            f"{self._carried(ask)}{fields}"
            f'<div class="buttons"><button class="primary">{escape(ask.submit)}</button></div>'
            "</form>"
        )
        ways = self.buttons(ask.buttons)
        row = f'<div class="buttons">{ways}</div>' if ways else ""
        return f"{lead}{intro}{notes}{form}{row}"

    def narrowing(self, ask: Ask, path: str) -> str:
        """Return a form that asks for a page again, with what is filled in as its address."""
        fields = ""
        for field in ask.fields:
            fields += self._inputs.field(replace(field, required=False), listed=True)
        return (
            f'<form class="narrowing" method="get" action="{path}" role="search"'
            f' aria-label="{escape(ask.title)}">{fields}'
            f"<button>{escape(ask.submit)}</button></form>"
        )

    def runs(self, table: Table, runs: Sequence[Button], chosen: Sequence[str]) -> str:
        """
        Return past runs as a table: two can be ticked and put side by side, each opened, each memo
        taken away.
        """
        titles = [column.title for column in table.columns]
        head = ""
        for title in (self.text("side_by_side"), *titles, self.text("ways")):
            head += f'<th scope="col">{escape(title)}</th>'
        rows = ""
        for row, run in zip(table.rows, runs, strict=False):
            rows += self._run(row, run, chosen)
        compare = f"<button>{self.say('compare')}</button>" if len(runs) > 1 else ""
        caption = escape(table.caption)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
            f'<table class="wide-table"><caption class="hidden">{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
            f'<form id="pair-form" method="get" action="{self._here}">{compare}</form>'
        )

    def _run(self, row: Sequence[str], run: Button, chosen: Sequence[str]) -> str:
        id_ = str(run.press.data.get("rid", ""))
        name = escape(" ".join(row[:2]))
        ticked = flag("checked", on=id_ in chosen)
        tick = (
            f'<input type="checkbox" name="run" value="{escape(id_)}" form="pair-form"'
            f' aria-label="{name}"{ticked}>'
        )
        cells = "".join([f"<td>{escape(cell)}</td>" for cell in row[1:]])
        opens = self.press(self.text("open_run"), run.press)
        memo = self.press(self.text("memo"), Press("choose.memo", run.press.data))
        return (
            f'<tr><td>{tick}</td><th scope="row" class="nowrap">{escape(row[0])}</th>{cells}'
            f'<td><div class="buttons">{opens}{memo}</div></td></tr>'
        )

    def _guideline(self, ask: Ask) -> str:
        guideline = ask.guideline
        if guideline is None:
            return ""
        quote = Markup(strong="mark").prose(guideline.text)
        opens = self.button(guideline.open)
        return (
            f'<div class="note on stack"><p><strong>{self.say("guideline")}</strong></p>'
            f"<blockquote>{quote}</blockquote>"
            f'<div class="buttons"><span>{escape(guideline.source)}</span>{opens}</div></div>'
        )

    # ----------------------------------------------------------------- what comes along

    def _carried(self, ask: Ask) -> str:
        """Return what a question carries; the words of its options head the turn, not their ids."""
        inputs = {field.id: "" for field in ask.fields if field.kind != "files"}
        carried = {KEY: pack(Form(ask.form, ask.state, inputs))}
        for field in ask.fields:
            for option in field.options:
                carried[f"_said:{field.id}:{option.id}"] = option.text
        return self._hidden(carried)

    def _hidden(self, values: Mapping[str, str]) -> str:
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
    return url.startswith(("https://", "http://", "/files/"))


def _choice(name: str, option: Option, proposed: str) -> str:
    """Return an option of a guided question as a button of its form."""
    kind = ""
    if option.id == UNSURE:
        kind = "unsure"
    elif option.id == proposed:
        kind = "proposed"
    value = escape(option.id)
    return (
        f'<button name="{escape(name)}" value="{value}"{css(kind)}>{escape(option.text)}</button>'
    )
