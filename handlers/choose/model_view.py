"""How the decision model looks to admins: what is current, what another would change. Pure."""

from handlers.actions.choose import DiscardModel, PublishModel, RollBackModel, TakeModel
from handlers.choose import figures
from handlers.choose.decision_models import ModelStore, Version
from handlers.choose.wording import ModelWording
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Confirm,
    Heading,
    Paragraph,
    Reply,
    Table,
)
from knowledge.advisor.changes import SAMPLES, Change, Changes
from knowledge.advisor.engine import Advisor

ROWS = 30  # changes shown in chat
MOVES = 5  # kinds of changed recommendation shown
OFFERED = 3  # versions that can be published by a button, the latest ones
HASH = 12  # characters of a hash that are shown


def overview(shelf: ModelStore, say: ModelWording, note: str, *, admin: bool) -> Reply:
    """Return the versions, latest first; admins also get the buttons that change them."""
    current = shelf.version(shelf.current) or shelf.versions[0]
    text = say(
        "current",
        version=current.version,
        number=current.number,
        sha256=current.sha256[:HASH],
    )
    rows = [_row(version, shelf, say) for version in reversed(shelf.versions)]
    columns = _columns(say, "number", "version", "state", "by", "added", "sha256")
    blocks: list[Block] = [
        Heading(say("title")),
        *say.note(note),
        Paragraph(text),
        Table(say("versions", count=len(rows)), columns, tuple(rows)),
    ]
    if admin:
        blocks.append(Paragraph(say("how"), "quiet"))
        blocks.append(_buttons(shelf, say))
    return Reply(f"{note}\n{text}".strip(), tuple(blocks), private=True)


def report(old: Advisor, new: Advisor, changes: Changes, say: ModelWording) -> Reply:
    """Return what publishing `new` in the place of `old` would change."""
    version = new.model.version
    text = say(
        "report",
        old=old.model.version,
        new=version,
        changes=len(changes.rows),
        moved=changes.moved,
        samples=f"{SAMPLES:,}",
    )
    rows = [_change(change) for change in changes.rows[:ROWS]]
    columns = _columns(say, "place", "before", "after")
    blocks: list[Block] = [
        Heading(say("received", version=version)),
        Paragraph(text),
        Table(say("changes", count=len(rows)), columns, tuple(rows)),
    ]
    if len(changes.rows) > ROWS:
        more = say("more", count=len(changes.rows) - ROWS)
        blocks.append(Paragraph(more, "quiet"))
    if changes.moves:
        blocks.append(Paragraph(_moves(old, new, changes, say)))
    if old.model.version == version:
        blocks.append(Paragraph(say("same_version", version=version), "warning"))
    sha256 = new.model.sha256
    publish = Button(say("publish_it", version=version), PublishModel(sha256), "primary")
    discard = Button(say("discard"), DiscardModel(sha256), "danger")
    blocks.append(Buttons((publish, discard)))
    return Reply(text, tuple(blocks), private=True)


def file_name(version: str) -> str:
    """Return what the file of a decision model is called."""
    return f"decision-model-{version}.yaml"


def _row(version: Version, shelf: ModelStore, say: ModelWording) -> tuple[str, ...]:
    return (
        f"v{version.number}",
        version.version,
        say(f"state_{shelf.state(version)}"),
        version.by or say("builtin"),
        version.added[:10] or "–",
        version.sha256[:HASH],
    )


def _change(change: Change) -> tuple[str, str, str]:
    return change.place, change.before or "–", change.after or "–"


def _moves(old: Advisor, new: Advisor, changes: Changes, say: ModelWording) -> str:
    """Return the most frequent changes of what is recommended."""
    rows = []
    for before, after, count in changes.moves[:MOVES]:
        first = figures.name(old, before, say.language)
        then = figures.name(new, after, say.language)
        rows.append(f"- {say('move', before=first, after=then, count=count)}")
    return "\n".join(rows)


def _buttons(shelf: ModelStore, say: ModelWording) -> Buttons:
    buttons = []
    for version in shelf.versions:
        if version.sha256 != shelf.current:
            label = say("publish", number=version.number)
            buttons.append(Button(label, PublishModel(version.sha256)))
    buttons = buttons[-OFFERED:]
    if len(shelf.history) > 1:
        sure = Confirm(
            say("rollback_title"), say("rollback_text"), say("rollback_ok"), say("rollback_cancel")
        )
        back = Button(say("rollback"), RollBackModel(shelf.current), "danger", sure)
        buttons.append(back)
    buttons.append(Button(say("file"), TakeModel()))
    return Buttons(tuple(buttons))


def _columns(say: ModelWording, *names: str) -> tuple[Column, ...]:
    return tuple(Column(say(f"column_{name}")) for name in names)
