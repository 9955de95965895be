"""Documents spoken of in a talk: by their number in the list just shown, article by article, and as drafts."""

import pytest
import pytest_asyncio

from bot.service.application import Application
from bot.settings import load
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.faces import FACES, drawn, heard

pytestmark = pytest.mark.asyncio(loop_scope="module")
BICYCLES = """# 自転車規程

## 第1条 目的

この規程は、社有自転車の使い方を定める。

## 第2条 申込

1. 自転車を使う人は、前日までに庶務係へ申し込む。
2. 申込書の控えは、庶務係が3か月間保管する。

## 第3条 返却

自転車は、当日の18時までに返す。
"""
GARDEN = """# 花壇規程

## 第1条 水やり

花壇の水やりは、毎朝8時に当番が行う。

## 第2条 肥料

肥料は、年に2回まで購入できる。第3条の自転車置場には置かない。
"""
DRAFT = """# 茶室規程

茶室は、週に1回だけ使う。
"""
FAQ = """# 自転車FAQ

## 申込書はどのくらい残りますか

申込書の控えは、庶務係が1年間保管します。
"""
SHELF = {
    "自転車規程": (BICYCLES, Metadata(title="自転車規程", kind="rule")),
    "花壇規程": (GARDEN, Metadata(title="花壇規程", kind="rule", review="2027-03-31")),
    "自転車FAQ": (FAQ, Metadata(title="自転車FAQ", kind="faq")),
}
HOST = "U9"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    async with Application(load({"ADMINS": f"slack:T1:{HOST}"}, data=str(data))) as opened:
        library = await opened.library()
        for title, (text, metadata) in SHELF.items():
            reading = await read(f"{title}.md", text.encode())
            document, version, _ = await library.stage(reading, metadata, by="u")
            await library.publish(document.id, version.id)
        reading = await read("茶室規程.md", DRAFT.encode())
        await library.stage(reading, Metadata(title="茶室規程"), by="u")
        yield opened


@pytest.fixture
def place(request):
    return f"p{abs(hash(request.node.nodeid))}"


async def listed(application, face, place):
    """The titles in a list as the people of this talk are shown it."""
    shown = await heard(application, face, "資料の一覧を見せて", place=place)
    rows = [line for line in shown[-1].text.splitlines() if line.startswith("- ")]
    return [row.removeprefix("- ").partition(" / ")[0] for row in rows]


@pytest.mark.parametrize("face", FACES)
async def test_a_document_is_meant_by_its_number_in_the_list_just_shown(
    application, texts, place, face
):
    titles = await listed(application, face, place)
    number = titles.index("自転車規程") + 1
    asked = (
        "{n}番目を要約して",
        "{n}つ目の資料には何が書いてある?",
        "open number {n}",
        "{n}番目は?",
    )

    for text in asked if face == "slack" else asked[:1]:
        shown = await heard(application, face, text.format(n=number), place=place)

        assert "前日までに庶務係へ申し込む" in shown[-1].text
        assert "花壇" not in shown[-1].text
    assert "前日までに庶務係へ申し込む" in drawn(face, shown[-1], texts)


async def test_a_number_beyond_the_list_is_said_to_be(application, place):
    titles = await listed(application, "slack", place)

    shown = await heard(application, "slack", "19番目を要約して", place=place)

    assert "19番目" in shown[-1].text
    assert f"{len(titles)}件" in shown[-1].text


async def test_after_an_answer_the_list_is_no_longer_meant(application, place):
    await listed(application, "slack", place)
    await heard(application, "slack", "花壇の水やりは何時ですか?", place=place)

    shown = await heard(application, "slack", "1番目の出典を見せて", place=place)

    assert "毎朝8時" in shown[-1].text


@pytest.mark.parametrize("face", FACES)
async def test_an_article_is_shown_whole_by_its_number(application, texts, place, face):
    shown = await heard(application, face, "自転車規程の第二条を見せて", place=place)

    assert "前日までに庶務係へ申し込む" in shown[-1].text
    assert "3か月間保管する" in shown[-1].text
    assert "18時" not in shown[-1].text
    assert "3か月間保管する" in drawn(face, shown[-1], texts)


async def test_the_article_after_it_and_another_one_of_the_document_are_shown(application, place):
    await heard(application, "slack", "What does article 2 of 自転車規程 say?", place=place)

    after = await heard(application, "slack", "次の条も", place=place)
    other = await heard(application, "slack", "その第1条は?", place=place)
    beyond = await heard(application, "slack", "第9条は?", place=place)

    assert "18時までに返す" in after[-1].text
    assert "社有自転車の使い方" in other[-1].text
    assert "第3条" in beyond[-1].text
    assert "その番号の箇所はありません" in beyond[-1].text


async def test_an_article_of_no_document_is_looked_for(application, place):
    shown = await heard(application, "slack", "第3条は?", place=place)

    assert "自転車" in shown[-1].text


async def test_an_admin_who_asks_for_drafts_is_shown_them_and_others_are_told_who_may(
    application, place
):
    for text in ("下書きの資料はある?", "Are there any drafts waiting to be published?"):
        to_member = await heard(application, "slack", text, place=place)
        to_admin = await heard(application, "terminal", text, place=place)

        assert "茶室規程" not in to_member[-1].text
        assert "茶室規程" in to_admin[-1].text
        assert "自転車規程" not in to_admin[-1].text
    assert "admins" in to_member[-1].text


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "text",
    ["規則とFAQで書いてあることが違いませんか", "Do the rules and the FAQ contradict each other?"],
)
async def test_documents_that_differ_are_quoted_beside_each_other(
    application, texts, place, face, text
):
    shown = await heard(application, face, text, place=place)
    spoken = shown[-1].text

    assert "庶務係が3か月間保管する" in spoken
    assert "庶務係が1年間保管します" in spoken
    assert spoken.index("3か月間保管する") < spoken.index("1年間保管します")
    assert "1年間保管します" in drawn(face, shown[-1], texts)


async def test_documents_that_do_not_differ_are_said_to_agree(application, place):
    shown = await heard(
        application, "slack", "花壇規程と自転車規程で矛盾していませんか", place=place
    )

    assert "見つかりませんでした" in shown[-1].text
    assert "花壇規程" in shown[-1].text


async def test_who_looks_after_a_document_and_since_when_is_told(application, place):
    shown = await heard(application, "slack", "花壇規程の最終更新日は?", place=place)

    assert "v1" in shown[-1].text
    assert "2027-03-31" in shown[-1].text


async def test_as_many_points_of_a_document_as_were_asked_for_are_named(application, place):
    shown = await heard(application, "slack", "自転車規程の要点を2つ教えて", place=place)
    english = await heard(application, "slack", "the two main points of 自転車規程", place=place)

    for spoken in (shown[-1].text, english[-1].text):
        assert "前日までに庶務係へ申し込む" in spoken
        assert "18時までに返す" in spoken
        assert "使い方を定める" not in spoken


async def test_who_asks_why_is_told_that_no_reason_is_given(application, place):
    await heard(application, "slack", "自転車はいつまでに返しますか?", place=place)

    shown = await heard(application, "slack", "それはなぜ?", place=place)

    assert "理由は、この箇所には書かれていません" in shown[-1].text


@pytest.mark.parametrize("face", FACES)
async def test_a_name_called_alone_is_greeted_and_code_keeps_the_language(application, place, face):
    called = await heard(application, face, "@bot", place=place)
    code = await heard(application, face, "```\nimport os\n```", place=place)

    assert "見当たりませんでした" not in called[-1].text
    assert "コード" in code[-1].text
