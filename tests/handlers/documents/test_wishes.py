"""What people miss reaches the admins, who add a document for it."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from handlers.conversation import (
    Audience,
    Buttons,
    Form,
    Message,
    Person,
    Press,
    Table,
    Text,
    Upload,
)
from handlers.documents.reviews import Reviews
from handlers.documents.sync_events import Wanted
from tests.handlers.documents.conftest import ADMIN, MEMBER, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")


def wanted(reply) -> dict[str, tuple[str, ...]]:
    return {
        row[0]: row[1:] for block in reply.blocks if isinstance(block, Table) for row in block.rows
    }


async def heard(talk: Talk) -> list[tuple[str, str]]:
    """Return what is kept for addresses that want to be told, without any person."""
    sessions = talk.application.sessions
    events = [await sessions.load("event", id_) for id_ in await sessions.noted("event")]
    assert MEMBER.id not in str(events)
    assert ADMIN.id not in str(events)
    told = [(one["type"], one["data"]) for one in events]
    return sorted((kind, data.get("title") or data["question"]) for kind, data in told)


async def test_an_unanswered_question_is_counted_without_a_name(talk: Talk) -> None:
    for question in ("食堂のメニューは?", "食堂のメニューは？"):
        await talk(Text(question), MEMBER)
    shown = await talk(Press("document.wanted"))

    assert wanted(shown)["食堂のメニューは?"][:2] == ("2", "0")
    assert MEMBER.id not in str(shown)


async def test_a_request_after_an_answer_and_in_own_words(talk: Talk) -> None:
    refused = await talk(Text("駐車場の借り方は?"), MEMBER)
    first = await talk.press(refused, "request", MEMBER)
    again = await talk.press(refused, "request", MEMBER)
    polite = await talk(Upload((file("x.md", "# x\n\n本文です。"),)), MEMBER)
    ask = (await talk.press(polite, "request", MEMBER)).ask
    assert ask is not None
    own = await talk(Form("document.request", {}, {"q": "慶弔規程"}), MEMBER)
    empty = await talk(Form("document.request", {}, {"q": " "}), MEMBER)
    outsider = await talk(
        Form("document.request", {}, {"q": "入れない"}), Person("slack:T9:U1", "", "ja", "external")
    )
    shown = wanted(await talk(Press("document.wanted")))

    assert "依頼しました" in first.text
    assert "依頼済み" in again.text
    assert "慶弔規程" in own.text
    assert "入力してください" in empty.text
    assert "社外" in outsider.text
    assert shown["駐車場の借り方は?"][1] == "1"
    assert shown["慶弔規程"][:2] == ("0", "1")
    assert "入れない" not in shown


async def test_a_document_added_for_a_wish_grants_it_once_published(talk: Talk) -> None:
    await talk(Form("document.request", {}, {"q": "制服の規程"}), MEMBER)
    listed = await talk(Press("document.wanted"))
    add = next(
        b.press
        for x in listed.blocks
        if isinstance(x, Buttons)
        for b in x.items
        if "制服の規程" in b.label
    )
    ask = (await talk(add)).ask
    assert ask is not None
    assert ask.fields[0].kind == "files"
    report = await talk(
        Form(
            "document.add",
            ask.state,
            {"kind": "rule"},
            (file("制服.md", "# 制服規程\n\n制服は貸与する。"),),
        )
    )
    waiting = wanted(await talk(Press("document.wanted")))
    await talk.press(report, "publish")
    granted = wanted(await talk(Press("document.wanted")))

    assert "公開待ち" in waiting["制服の規程"][2]
    assert "制服の規程" not in granted


async def test_publishing_says_which_open_questions_are_answered_and_tells_who_asked(
    talk: Talk,
) -> None:
    said: list[tuple[str, str]] = []

    async def tell(person, reply) -> bool:
        said.append((person, reply("ja").text))
        return True

    talk.application.documents.reviews.reach("slack", tell)
    talk.application.events.wanted(("https://hooks.example.com/",))
    refused = await talk(Text("出張の日当はいくらですか?"), MEMBER)
    await talk.press(refused, "request", MEMBER)
    await talk(Text("社員寮の門限は何時ですか?"), MEMBER)
    rules = "# 出張旅費規程\n\n## 第1条(日当)\n\n出張の日当は、国内1日3,000円とする。\n"
    report = await talk(Upload((file("旅費.md", rules),)))
    page = await talk.press(report, "publish")
    left = wanted(await talk(Press("document.wanted")))

    assert "未回答だった質問1件" in page.text
    assert "- 出張の日当はいくらですか?" in page.text
    assert [person for person, _ in said] == [MEMBER.id]
    assert "「出張の日当はいくらですか?」" in said[0][1]
    assert "出張旅費規程" in said[0][1]
    assert "出張の日当はいくらですか?" not in left
    assert "社員寮の門限は何時ですか?" in left
    assert await heard(talk) == [
        ("document.published", "出張旅費規程"),
        ("question.refused", "出張の日当はいくらですか?"),
        ("question.refused", "社員寮の門限は何時ですか?"),
    ]
    talk.application.events.wanted(())

    # published once more, nobody hears it twice
    page = await talk.press(page, "withdraw")
    await talk.press(page, "rollback")
    assert len(said) == 1


async def test_an_admin_settles_a_wish(talk: Talk) -> None:
    await talk(Form("document.request", {}, {"q": "不要な依頼"}), MEMBER)
    listed = await talk(Press("document.wanted"))
    settle = next(
        b.press
        for x in listed.blocks
        if isinstance(x, Buttons) and x.row == "settles"
        for b in x.items
        if b.press.data["w"]
        == next(
            a.press.data["w"]
            for y in listed.blocks
            if isinstance(y, Buttons)
            for a in y.items
            if "不要な依頼" in a.label
        )
    )
    assert "不要な依頼" not in wanted(await talk(settle))


async def test_an_owner_is_told_once_for_each_review_date_over_all_replicas(talk: Talk) -> None:
    form = Form(
        "document.add",
        {},
        {"review": "2026-01-10"},
        (file("見直す.md", "# 見直す規程\n\n毎年見直す。"),),
    )
    report = await talk(form)
    await talk.press(report, "publish")
    document = str(button(report, "publish").data["d"])
    told: list[tuple[str, str]] = []

    async def tell(person: str, reply) -> bool:
        told.append((person, reply("ja").text))
        return True

    today = date(2026, 1, 9)
    replicas = [Reviews(talk.application.documents.context, lambda: today) for _ in range(3)]
    for replica in replicas:
        replica.reach("slack", tell)
        await replica.look()
    early = list(told)
    today = date(2026, 1, 10)
    for replica in replicas:
        await replica.look()
    await (await talk.application.library()).edit(document, {"review": "2027-01-10"})
    today = datetime(2027, 2, 1, tzinfo=UTC).date()
    for replica in replicas:
        await replica.look()

    assert early == []
    assert [person for person, _ in told] == [ADMIN.id, ADMIN.id]
    assert "見直す規程" in told[0][1]
    assert "2027-01-10" in told[1][1]


RULE = "# {0}規程\n\n## 第1条({0}の期限)\n\n{0}の期限は、提出の三日前とする。\n"


async def by_its_button(talk: Talk, upload: Upload) -> str:
    return (await talk.press(await talk(upload), "publish")).text


async def by_one_button_for_several(talk: Talk, upload: Upload) -> str:
    other = file("社内報.md", "# 社内報\n\n秋の運動会は、全員で綱引きをして楽しみました。\n")
    return (await talk.press(await talk(Upload((*upload.files, other))), "publish_all")).text


async def by_all_that_waits(talk: Talk, upload: Upload) -> str:
    await talk(upload)
    return (await talk(Press("document.publish_waiting"))).text


async def by_being_given_to_everybody(talk: Talk, upload: Upload) -> str:
    form = Form("document.add", {}, {"kind": "rule", "audience": "admins"}, upload.files)
    page = await talk.press(await talk(form), "publish")
    assert "未回答だった質問" not in page.text
    edit = button(page, "details")
    return (await talk(Form("document.details", edit.data, {"audience": "all"}))).text


async def by_being_taken_back(talk: Talk, upload: Upload) -> str:
    form = Form("document.add", {}, {"kind": "rule", "audience": "admins"}, upload.files)
    page = await talk.press(await talk.press(await talk(form), "publish"), "withdraw")
    edit = button(page, "details")
    page = await talk(Form("document.details", edit.data, {"audience": "all"}))
    assert "未回答だった質問" not in page.text
    return (await talk.press(page, "rollback")).text


async def by_a_source(talk: Talk, upload: Upload) -> str:
    folder = Path(tempfile.mkdtemp())
    for sent in upload.files:
        (folder / sent.name).write_bytes(await sent.fetch())
    press = Press("document.sync")
    message = Message("s1", ADMIN, "paper:1", Audience(ADMIN.id, private=True), press)
    await talk.application.documents.syncs.run(message, Wanted(str(folder)))
    return ""


WAYS = {
    "旅券": by_its_button,
    "名刺": by_one_button_for_several,
    "社宅": by_all_that_waits,
    "印鑑": by_being_given_to_everybody,
    "靴箱": by_being_taken_back,
    "鍵束": by_a_source,
}


@pytest.mark.parametrize("thing", WAYS)
async def test_whichever_way_it_is_published_who_asked_is_told(talk: Talk, thing: str) -> None:
    told: list[str] = []

    async def tell(person, reply) -> bool:
        told.append(reply("ja").text)
        return True

    talk.application.documents.reviews.reach("slack", tell)
    question = f"{thing}の期限はいつですか?"
    await talk(Form("document.request", {}, {"q": question}), MEMBER)
    text = await WAYS[thing](talk, Upload((file(f"{thing}.md", RULE.format(thing)),)))

    if WAYS[thing] is not by_a_source:  # which nobody waits for
        assert f"- {question}" in text
    assert len(told) == 1
    assert question in told[0]
    assert question not in wanted(await talk(Press("document.wanted")))
