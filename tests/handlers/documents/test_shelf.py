"""The list of documents, its filters and pages, and the page of one document."""

from dataclasses import replace

import pytest

from handlers.conversation import Audience, Buttons, Command, Form, Press, Table, Upload
from handlers.documents.listing import PAGE, Filter
from tests.handlers.documents.conftest import ADMIN, MEMBER, Talk, button, file

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shelve(talk: Talk, name: str, **said: str) -> str:
    form = Form(
        "document.add",
        {},
        {"title": name, **said},
        (file(f"{name}.md", f"# {name}\n\n{name}の本文です。決まりを守る。"),),
    )
    report = await talk(form)
    await talk.press(report, "publish")
    return str(button(report, "publish").data["d"])


def rows(reply) -> list[tuple[str, ...]]:
    return [row for block in reply.blocks if isinstance(block, Table) for row in block.rows]


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_an_admin_sees_every_state_and_a_member_what_is_published_for_them(
    talk: Talk, language: str
) -> None:
    await shelve(talk, "公開した規程")
    await shelve(talk, "管理者の覚え書き", audience="admins")
    await talk(Upload((file("下書き.md", "# 下書き\n\nまだ見せない文です。"),)))

    admin = await talk(Command("documents"), language=language)
    member = await talk(Command("documents"), MEMBER, language=language)
    channel = await talk(
        Command("documents"), where=Audience("slack:T1:C1", private=False), language=language
    )

    assert {"公開した規程", "管理者の覚え書き", "下書き"} <= {row[0] for row in rows(admin)}
    assert "公開した規程" in member.text
    for reply in (member, channel):
        assert "覚え書き" not in str(reply)
        assert "下書き" not in str(reply)
        assert not any(
            b.press.action == "document.open"
            for r in reply.blocks
            if isinstance(r, Buttons)
            for b in r.items
        )


async def test_the_list_is_narrowed_by_every_filter(talk: Talk) -> None:
    await shelve(talk, "出張旅費規程", kind="rule", review="2020-01-01")
    await shelve(talk, "人事の手引き", kind="faq", audience="hr")

    async def found(**given: str) -> set[str]:
        return {row[0] for row in rows(await talk(Form("document.filter", {}, given)))} & {
            "出張旅費規程",
            "人事の手引き",
        }

    assert await found(q="旅費") == {"出張旅費規程"}
    assert await found(q="ヒト", kind="any") == set()
    assert await found(kind="faq") == {"人事の手引き"}
    assert await found(audience="hr") == {"人事の手引き"}
    assert await found(due="yes") == {"出張旅費規程"}
    assert await found(state="withdrawn") == set()
    assert await found(state="published", due="any") == {"出張旅費規程", "人事の手引き"}


async def test_what_is_past_its_review_date_comes_first_for_admins(talk: Talk) -> None:
    await shelve(talk, "古い規程", review="2020-01-01")
    listed = await talk(Command("documents"))
    late = await talk(
        next(
            b.press
            for x in listed.blocks
            if isinstance(x, Buttons) and x.row == "late"
            for b in x.items
        )
    )

    assert "見直し日を過ぎた資料が1件" in listed.text.split("\n")[0]
    assert [row[0] for row in rows(late)] == ["古い規程"]
    assert "過ぎた資料" not in (await talk(Command("documents"), MEMBER)).text


async def test_a_long_list_has_pages(talk: Talk) -> None:
    for n in range(PAGE + 1):
        await shelve(talk, f"長い一覧{n}")
    first = await talk(Press("document.list", {"q": "長い一覧"}))
    second = await talk.press(first, "list")

    assert len(rows(first)) == PAGE
    assert len(rows(second)) == 1
    assert not {r[0] for r in rows(first)} & {r[0] for r in rows(second)}


async def test_details_are_corrected_and_checked(talk: Talk) -> None:
    document = await shelve(talk, "直す規程")
    page = await talk(Press("document.open", {"d": document}))
    ask = (await talk.press(page, "details")).ask
    assert ask is not None

    async def save(**values: str) -> str:
        return (await talk(Form("document.details", ask.state, values))).text

    assert "保存しました" in await save(
        title="直した規程", audience="hr", owner="U7", review="2027-06-01"
    )
    said = (await (await talk.application.library()).document(document)).metadata
    assert (said.title, said.audience, said.owner, said.review) == (
        "直した規程",
        "hr",
        "slack:T1:U7",
        "2027-06-01",
    )
    assert "使えません" in await save(audience="board")
    assert "日付を読み取れません" in await save(review="来年")
    assert "前になっています" in await save(effective="2027-01-01", review="2026-01-01")
    assert (await (await talk.application.library()).document(document)).metadata == said


async def test_a_member_opens_no_page_and_changes_nothing(talk: Talk) -> None:
    document = await shelve(talk, "守られた規程")
    for press in (
        "open",
        "report",
        "details",
        "publish",
        "remove",
        "withdraw",
        "rollback",
        "mark",
        "wanted",
        "audit",
        "add",
        "try",
    ):
        reply = await talk(Press(f"document.{press}", {"d": document, "v": "x"}), MEMBER)
        assert "管理者だけ" in reply.text, press
    for form in ("details", "add", "try", "mark"):
        carried = {"d": document, "v": "x"}
        reply = await talk(Form(f"document.{form}", carried, {"title": "乗っ取り"}), MEMBER)
        assert "管理者だけ" in reply.text, form
    assert (
        await (await talk.application.library()).document(document)
    ).metadata.title == "守られた規程"


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("guest", "管理者だけ"),
        ("bot", "管理者だけ"),
        ("external", "この組織のメンバーとゲストからの質問にだけ"),  # whatever they ask for
    ],
)
async def test_guests_outsiders_and_bots_never_manage_documents_even_when_listed(
    talk: Talk, role: str, said: str
) -> None:
    person = replace(ADMIN, role=role)
    assert said in (await talk(Press("document.audit"), person)).text


async def test_admin_work_is_not_done_before_others(talk: Talk) -> None:
    reply = await talk(Press("document.audit"), where=Audience("slack:T1:C1", private=False))
    assert "1対1" in reply.text


async def test_what_a_forged_button_carries_narrows_nothing_else() -> None:
    assert Filter.read({"page": -4, "q": 3, "state": "x" * 999}).page == 1


async def test_questions_to_begin_with_come_from_what_their_reader_may_read(talk: Talk) -> None:
    own = "# 慶弔規程\n\n## 第2条 結婚祝金\n\n社員が結婚したときは、祝金三万円を支給する。\n"
    secret = "# 役員報酬\n\n## 第1条 役員賞与\n\n役員賞与は取締役会が毎年六月に決める。\n"
    for name, text, readers in (("慶弔.md", own, "all"), ("役員.md", secret, "admins")):
        form = Form("document.add", {}, {"audience": readers}, (file(name, text),))
        await talk.press(await talk(form), "publish")
    welcome = await talk(Command("help"), MEMBER)
    offered = [b for block in welcome.blocks if isinstance(block, Buttons) for b in block.items]
    about = next(b for b in offered if "結婚祝金" in b.label)

    assert not [b for b in offered if "役員賞与" in b.label]
    assert "三万円" in (await talk(about.press, MEMBER)).text
    english = await talk(Command("prompts"), MEMBER, language="en")
    assert "結婚" not in english.text
    library = await talk.application.library()
    await library.remove(about.press.data["d"])
    assert "公開されていません" in (await talk(about.press, MEMBER)).text


OLD = """# 経費規程

## 第1条（宿泊）

宿泊費は一万二千円とする。

## 第2条（精算）

経費の精算は、課長が承認する。

## 第3条（保存）

領収書は5年間保存する。
"""


@pytest.mark.parametrize(
    ("language", "caption"), [("ja", "答えが変わる質問"), ("en", "Questions whose answers change")]
)
async def test_the_report_of_a_new_version_shows_answers_that_change_old_beside_new(
    talk: Talk, language: str, caption: str
) -> None:
    name = f"経費規程{language}.md"
    first = await talk(Upload((file(name, OLD),)))
    await talk.press(first, "publish")
    new = OLD.replace("一万二千円", "一万五千円").replace("課長", "部長")
    report = await talk(Upload((file(name, new),)), language=language)

    (turned,) = [b for b in report.blocks if isinstance(b, Table) and b.caption == caption]
    answers = {question: (before, after) for question, before, after in turned.rows}
    assert list(answers) == ["宿泊費は何円ですか?", "経費の精算は、誰が承認しますか?"]
    before, after = answers["宿泊費は何円ですか?"]
    assert ("一万二千円" in before, "一万五千円" in after) == (True, True)
    before, after = answers["経費の精算は、誰が承認しますか?"]
    assert ("課長" in before, "部長" in after) == (True, True)
    assert f"{before} → {after}" in report.text
    (tests,) = [b for b in report.blocks if isinstance(b, Table) and b.caption != caption]
    asked = [question for question, *_ in tests.rows]
    assert {"宿泊費は何円ですか?", "領収書は何年間保存しますか?"} <= set(asked)
