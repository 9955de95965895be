"""Read the neutral scenes of the shared goldens into our own words."""

import json
from pathlib import Path
from typing import Any

from handlers.conversation import (
    Ask,
    Bar,
    Block,
    Button,
    Buttons,
    Chart,
    Column,
    Confirm,
    Details,
    Fact,
    Facts,
    Feedback,
    Field,
    Guideline,
    Heading,
    Option,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)


def scene(folder: Path, name: str, language: str) -> dict[str, Any]:
    return json.loads((folder / "neutral" / f"{name}.{language}.json").read_text(encoding="utf-8"))


def expected(folder: Path, name: str, language: str) -> dict[str, Any]:
    return json.loads((folder / "teams" / f"{name}.{language}.json").read_text(encoding="utf-8"))


def reply(raw: dict[str, Any]) -> Reply:
    blocks = tuple(block(b) for b in raw["blocks"])
    return Reply(
        raw["text"], blocks, private=raw["private"], final=raw["final"], title=raw.get("title", "")
    )


def block(b: dict[str, Any]) -> Block:
    match b["kind"]:
        case "Heading":
            return Heading(b["text"])
        case "Paragraph":
            tone = b.get("role") or {"normal": "plain"}.get(b["tone"], b["tone"])
            return Paragraph(b["text"], tone)
        case "Facts":
            return Facts(tuple(Fact(f["label"], f["value"]) for f in b["items"]))
        case "Table":
            columns = tuple(Column(c["title"], c["kind"]) for c in b["columns"])
            return Table(
                b["caption"], columns, tuple(tuple(row) for row in b["rows"]), b["header_column"]
            )
        case "Chart":
            return Chart(b["title"], b["axis"], tuple(Bar(**bar) for bar in b["bars"]), b["legend"])
        case "Steps":
            return Steps(b["title"], tuple(Step(**step) for step in b["items"]))
        case "Sources":
            return Sources(
                tuple(Source(number=s.pop("n"), **s) for s in map(dict, b["items"])), b["answer"]
            )
        case "Details":
            return Details(b["title"], tuple(block(inner) for inner in b["blocks"]), b["open"])
        case "Buttons":
            return Buttons(tuple(button(item) for item in b["items"]), b["row"], b["label"] or "")
        case _:
            return Feedback(b["answer"])


def button(b: dict[str, Any]) -> Button:
    confirm = Confirm(**b["confirm"]) if b.get("confirm") else None
    return Button(
        b["label"],
        Press(b["action"], b["data"]),
        b.get("style", "plain"),
        confirm,
        b.get("url", ""),
    )


def ask(raw: dict[str, Any]) -> Ask:
    """A guided question keeps its help as the field's hint; a form keeps its file as a fact before the fields."""
    guided = "criterion" in raw
    state = {"rid": raw["run"], "rev": raw["rev"]} | ({"c": raw["criterion"]} if guided else {})
    fields = tuple(_field(f, raw.get("help", "") if guided else "") for f in raw["fields"])
    common = {
        "form": raw["form"],
        "title": raw["title"],
        "text": raw["text"],
        "fields": fields,
        "submit": raw["submit"],
    }
    common |= {"stop": raw["stop"], "state": state, "required_error": raw["required_error"]}
    if not guided:
        label = raw["fields"][0]["label"].split("(")[0].strip()
        facts = Facts((Fact(label, f"{raw['file']['name']} · {raw['file']['size']}"),))
        return Ask(
            **common,
            intro=raw["intro"],
            notes=(facts,),
            buttons=(Button(raw["stop"], Press("document.cancel", state)),),
        )
    source = Button(
        raw["source_button"], Press("source.open", {"s": raw["guideline"]["id"], **state})
    )
    return Ask(
        **common,
        intro=raw["progress"].partition(" · ")[2],
        why=raw["why"],
        guideline=Guideline(raw["guideline"]["text"], raw["guideline"]["source"], source),
        buttons=tuple(
            Button(raw[verb], Press(f"choose.{verb}", state))
            for verb in ("back", "preview", "stop")
        ),
        step=raw["step"],
        of=raw["of"],
        others=raw["others"],
    )


def _field(f: dict[str, Any], hint: str) -> Field:
    options = tuple(Option(**o) for o in f.get("options", ()))
    limit = f.get("max", 0)
    return Field(
        f["id"],
        f["kind"],
        f["label"],
        f["required"],
        f.get("initial", ""),
        hint,
        options,
        tuple(f.get("types", ())),
        limit,
    )
