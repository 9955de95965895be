"""
Buttons and questions into forms. Pure. A form says in which page and turn it stands; without
JavaScript it is just sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import assert_never

from bot.press import KEY, input_name, pack
from bot.web.markup import Markup
from bot.web.pages import lists, page_of
from handlers.conversation import Ask, Button, Confirm, Feedback, Field, Form, Press, Table
from handlers.questions.feedback import REASONS
from handlers.texts import Texts
from knowledge.values import Language

UNSURE = "ns"  # the option that says nothing, drawn dashed
MANY = 7  # options beyond which a choice becomes a list to open
SHORT = 120  # characters a text of one line may have
ELSEWHERE = ("choose.share",)  # a page has no thread to share in
KINDS = {"plain": "", "primary": "primary", "danger": "danger end"}


class Forms:
    """Draws what can be pressed or filled in on the page `here`, inside the article `turn`."""

    def __init__(self, texts: Texts, language: Language, here: str, turn: str) -> None:
        self._texts = texts
        self._language = language
        self._here = here
        self._turn = turn

    def say(self, name: str, **values: object) -> str:
        return escape(self.text(name, **values))

    def text(self, name: str, **values: object) -> str:
        return self._texts.say(f"web.{name}", self._language, **values)

    def buttons(self, items: Sequence[Button]) -> str:
        """Return a row of buttons; what destroys stands last."""
        here = [b for b in items if b.press.action not in ELSEWHERE]
        return "".join(self.button(b) for b in sorted(here, key=lambda b: b.style == "danger"))

    def button(self, button: Button) -> str:
        if safe(button.url):
            return f'<a class="button" href="{escape(button.url)}">{escape(button.label)}</a>'
        if button.confirm is None:
            return self.press(button.label, button.press, KINDS[button.style])
        return self._confirmed(button, button.confirm)

    def _confirmed(self, button: Button, confirm: Confirm) -> str:
        kind = KINDS[button.style]
        sure = self.press(confirm.ok, button.press, kind.partition(" ")[0])
        said = f"<p><strong>{escape(confirm.title)}</strong> {escape(confirm.text)}</p>"
        return f'<details class="confirm {kind}"><summary>{escape(button.label)}</summary><div>{said}{sure}</div></details>'

    def press(self, label: str, press: Press, kind: str = "") -> str:
        """Return a form of one button."""
        style, _, end = kind.partition(" ")
        action = press.action
        hidden = self._hidden({KEY: pack(press), "label": label})
        button = f"<button{_kind(style)}>{escape(label)}</button>"
        return f'<form method="post" action="/press"{_kind(end)}{self._stays(action)}>{hidden}{button}</form>'

    def feedback(self, block: Feedback) -> str:
        """Return thumbs up as a press and thumbs down as its five reasons."""
        up = self.press(
            self.text("up"), Press("feedback.vote", {"aid": block.answer, "vote": "up"})
        )
        names = [
            (reason, self._texts.say(f"feedback.{reason}", self._language)) for reason in REASONS
        ]
        reasons = "".join(
            f'<button name="reason" value="{r}">{escape(name)}</button>' for r, name in names
        )
        said = {f"_said:reason:{r}": name for r, name in names}
        asked = Form("feedback.reason", {"aid": block.answer}, {"reason": ""})
        hidden = self._hidden({KEY: pack(asked), **said})
        down = (
            f'<form class="buttons" method="post" action="/form" data-turn>{hidden}{reasons}</form>'
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
        done = self.say("answered", done=ask.step - 1, of=ask.of)
        parts = [
            f'<p class="where"><b>{self.say("progress", step=ask.step, of=ask.of)}</b><span>{escape(ask.intro)}</span></p>',
            f'<progress max="{ask.of}" value="{ask.step - 1}" aria-label="{done}"></progress>',
            f'<h2 class="question" id="q{self._turn}" tabindex="-1">{escape(ask.text)}</h2>',
            f'<p class="soft">{escape(field.hint)}</p>' if field.hint else "",
            notes,
            self._guideline(ask),
            f'<form class="options" method="post" action="/form"{self._stays(ask.form)} aria-labelledby="q{self._turn}">',
            self._carried(ask),
            *(
                f'<button name="{escape(input_name(field.id))}" value="{escape(o.id)}"{_kind(kind)}>{escape(o.text)}</button>'
                for o in field.options
                for kind in (
                    "unsure" if o.id == UNSURE else "proposed" if o.id == field.initial else "",
                )
            ),
            "</form>",
            f'<details><summary>{self.say("why")}</summary><p class="small">{escape(ask.why)}</p></details>'
            if ask.why
            else "",
        ]
        stop = self.press(
            ask.stop, Press(f"{ask.form.partition('.')[0]}.stop", ask.state), "quiet end"
        )
        ways = self.buttons(ask.buttons)
        return "".join(parts) + f'<div class="buttons ways">{ways}{stop}</div>'

    def questions(self, ask: Ask, notes: str) -> str:
        """Return a form of any number of fields with one button to send it."""
        fields = "".join(self._field(f) for f in ask.fields)
        files = (
            ' enctype="multipart/form-data"' if any(f.kind == "files" for f in ask.fields) else ""
        )
        intro = f'<p class="small soft">{escape(ask.intro)}</p>' if ask.intro else ""
        lead = (
            ""
            if len(ask.fields) == 1 and ask.fields[0].label == ask.text
            else f"<p>{Markup().inline(ask.text)}</p>"
        )
        ways = self.buttons(ask.buttons)
        form = (
            f'<form class="form stack" method="post" action="/form"{files}{self._stays(ask.form)}>{self._carried(ask)}{fields}'
            f'<div class="buttons"><button class="primary">{escape(ask.submit)}</button></div></form>'
        )
        return f"{lead}{intro}{notes}{form}" + (
            f'<div class="buttons">{ways}</div>' if ways else ""
        )

    def narrowing(self, ask: Ask, path: str) -> str:
        """Return a form that asks for a page again, with what is filled in as its address."""
        fields = "".join(self._field(replace(f, required=False), listed=True) for f in ask.fields)
        return (
            f'<form class="narrowing" method="get" action="{path}" role="search" aria-label="{escape(ask.title)}">{fields}'
            f"<button>{escape(ask.submit)}</button></form>"
        )

    def runs(self, table: Table, runs: Sequence[Button], chosen: Sequence[str]) -> str:
        """
        Return past runs as a table: two can be ticked and put side by side, each opened, each memo
        taken away.
        """
        titles = (self.text("side_by_side"), *(c.title for c in table.columns), self.text("ways"))
        head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
        rows = ""
        for row, button in zip(table.rows, runs, strict=False):
            id_, name = str(button.press.data.get("rid", "")), escape(" ".join(row[:2]))
            on = " checked" if id_ in chosen else ""
            tick = f'<input type="checkbox" name="run" value="{escape(id_)}" form="pair-form" aria-label="{name}"{on}>'
            ways = self.press(self.text("open_run"), button.press)
            ways += self.press(self.text("memo"), Press("choose.memo", button.press.data))
            named = f'<td>{tick}</td><th scope="row" class="nowrap">{escape(row[0])}</th>'
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            rows += f'<tr>{named}{cells}<td><div class="buttons">{ways}</div></td></tr>'
        compare = f"<button>{self.say('compare')}</button>" if len(runs) > 1 else ""
        caption = escape(table.caption)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}"><table class="wide-table">'
            f'<caption class="hidden">{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
            f'<form id="pair-form" method="get" action="{self._here}">{compare}</form>'
        )

    def _guideline(self, ask: Ask) -> str:
        if ask.guideline is None:
            return ""
        text, source, opens = (
            ask.guideline.text,
            ask.guideline.source,
            self.button(ask.guideline.open),
        )
        return (
            f'<div class="note on stack"><p><strong>{self.say("guideline")}</strong></p>'
            f"<blockquote>{Markup(strong='mark').prose(text)}</blockquote>"
            f'<div class="buttons"><span>{escape(source)}</span>{opens}</div></div>'
        )

    def _carried(self, ask: Ask) -> str:
        said = {
            f"_said:{f.id}:{o.id}": o.text for f in ask.fields for o in f.options
        }  # words head the turn, not ids
        inputs = {f.id: "" for f in ask.fields if f.kind != "files"}
        return self._hidden({KEY: pack(Form(ask.form, ask.state, inputs)), **said})

    def _field(self, field: Field, *, listed: bool = False) -> str:
        name, label, id_ = (
            escape(input_name(field.id)),
            escape(field.label),
            escape(f"f{self._turn}-{field.id}"),
        )
        hint = f'<p class="hint" id="{id_}-hint">{escape(field.hint)}</p>' if field.hint else ""
        need = (" required" if field.required else "") + (
            f' aria-describedby="{id_}-hint"' if field.hint else ""
        )
        head = f'<label for="{id_}">{label}</label>{hint}'
        value = escape(field.initial)
        match field.kind:
            case "choice" if listed or len(field.options) > MANY:
                blank = (
                    "" if field.initial else f'<option value="">{self.say("choose_one")}</option>'
                )
                options = "".join(
                    f'<option value="{escape(o.id)}"{" selected" if o.id == field.initial else ""}>{escape(o.text)}</option>'
                    for o in field.options
                )
                return f'<div>{head}<select id="{id_}" name="{name}"{need}>{blank}{options}</select></div>'
            case "choice" | "toggle":
                kind = "radio" if field.kind == "choice" else "checkbox"
                must = " required" if field.required and kind == "radio" else ""
                options = "".join(
                    f'<label><input type="{kind}" name="{name}" value="{escape(o.id)}"{must}'
                    f"{' checked' if o.id == field.initial else ''}> {escape(o.text)}</label>"
                    for o in field.options
                )
                return f'<fieldset><legend class="label">{label}</legend>{hint}<div class="choices">{options}</div></fieldset>'
            case "date":
                return f'<div>{head}<input type="date" id="{id_}" name="{name}" value="{value}"{need}></div>'
            case "files":
                types = escape(",".join(f".{t}" for t in field.types))
                return (
                    f'<div class="drop">{head}<input type="file" id="{id_}" name="{name}" accept="{types}" multiple{need}>'
                    "<output></output></div>"
                )
            case "text" | "person":
                most = f' maxlength="{field.max}"' if field.max else ""
                if field.kind == "person" or 0 < field.max <= SHORT:
                    return f'<div>{head}<input type="text" id="{id_}" name="{name}" value="{value}"{most}{need}></div>'
                return f'<div>{head}<textarea id="{id_}" name="{name}" rows="2"{most}{need}>{value}</textarea></div>'
            case _:
                assert_never(field.kind)

    def _hidden(self, values: Mapping[str, str]) -> str:
        rows = {"_page": self._here, "_turn": self._turn, **values}
        return "".join(
            f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in rows.items()
        )

    def _stays(self, action: str) -> str:
        """Mark forms whose reply appears on this page, so that the script may put it there."""
        return (
            " data-turn" if page_of(action, self._here) == self._here and not lists(action) else ""
        )


def safe(url: str) -> bool:
    return url.startswith(("https://", "http://", "/files/"))


def _kind(name: str) -> str:
    return f' class="{name}"' if name else ""
