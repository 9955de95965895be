"""Words that mean the same: ours, the admin's, and what may be written there."""

import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from qdrant_client import AsyncQdrantClient

from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.server import ServerIndex
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.glossary import GROUPS, Glossary, checked
from knowledge.retrieval.shared_glossary import SharedGlossary
from knowledge.text.analysis import normalise
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import reading

ALL = frozenset({"all"})


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(EmbeddedIndex(tmp_path, version=VERSION)) as opened:
        yield opened


def others(text: str) -> dict[str, tuple[str, ...]]:
    return dict(
        Glossary((("経費", "旅費"), ("うち", "自社"), ("PoC", "概念実証"))).alternatives(text)
    )


def test_a_word_brings_the_others_of_its_group_in_both_directions() -> None:
    assert others("経費の申請") == {"経費": ("旅費",)}
    assert others("旅費の申請") == {"旅費": ("経費",)}
    assert others("pocs are costly") == {"pocs": ("概念実証",)}


def test_what_is_one_of_a_kind_brings_the_kind_and_not_the_other_way_round() -> None:
    kinds = Glossary((), ((("生成AI", "generative AI"), ("ChatGPT", "Copilot")),))
    assert kinds.alternatives("chatgptに入れる") == (("chatgpt", ("生成ai", "generative ai")),)
    assert kinds.alternatives("生成aiに入れる") == ()
    own = kinds + (("経費", "旅費"),)  # noqa: RUF005  # it is no tuple
    assert own.alternatives("copilotの経費") == (
        ("copilot", ("生成ai", "generative ai")),
        ("経費", ("旅費",)),
    )


def test_what_is_asked_of_one_is_answered_from_what_is_said_of_its_kind() -> None:
    for question, kind in (
        ("顧客リストを貼っていい?", "個人情報"),
        ("インフルにかかった", "感染症"),
        ("May I paste source code?", "confidential information"),
        ("大阪の宿泊費", "政令指定都市"),
    ):
        brought = [
            other
            for _, others in Glossary.load().alternatives(normalise(question))
            for other in others
        ]
        assert kind in brought


def test_a_word_inside_another_is_not_it() -> None:
    assert others("そのうち、うちわで epochs を見る") == {}
    assert others("うちの場合は") == {"うち": ("自社",)}


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("兄が亡くなりました", "亡くなる"),
        ("転勤を断れますか", "断る"),
        ("pcを借りたい", "借りる"),
        ("家賃を払ってもらえる?", "払う"),
        ("亡くなる", "亡くなる"),
    ],
)
def test_a_verb_is_known_in_its_other_forms(text: str, verb: str) -> None:
    verbs = Glossary((("亡くなる", "死亡"), ("断る", "拒否"), ("借りる", "貸与"), ("払う", "支給")))
    assert [word for word, _ in verbs.alternatives(text)] == [verb]


def test_what_only_begins_like_a_verb_is_none() -> None:
    assert Glossary((("払う", "支給"), ("返す", "返却"))).alternatives("酔い払い、返事") == (
        ("払う", ("支給",)),
    )


def test_our_own_groups_are_within_what_an_admin_may_write() -> None:
    assert checked(Glossary.load().groups) == Glossary.load().groups


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        ([["ひとつ"]], "glossary_group"),
        ([["同じ", " 同じ "]], "glossary_group"),
        ([[f"語{n}" for n in range(21)]], "glossary_group"),
        ([["短い", "長" * 61]], "glossary_word"),
        ([["あ", "い"]] * (GROUPS + 1), "glossary_too_long"),
    ],
)
def test_what_cannot_be_kept_is_named(groups: list[list[str]], code: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        checked(groups)
    assert error.value.code == code
    assert error.value.reason.ja
    assert error.value.reason.en


def test_what_just_fits_is_taken() -> None:
    longest = [f"{n:02}" + "長" * 58 for n in range(20)]
    assert checked([longest]) == (tuple(longest),)
    groups = [["あ", "い"]] * 1000
    assert len(checked(groups)) == 1000


def test_eight_words_of_a_question_are_looked_up() -> None:
    glossary = Glossary(tuple((f"word{n}", f"言葉{n}") for n in range(10, 19)))
    question = " ".join(f"word{n}" for n in range(10, 19))
    looked_up = [word for word, _ in glossary.alternatives(question)]
    assert looked_up == [f"word{n}" for n in range(10, 18)]


async def test_another_process_words_are_seen_after_ten_seconds() -> None:
    now = 0.0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        client = AsyncQdrantClient(":memory:")
        async with ServerIndex("memory", client=client, version=VERSION) as index:
            here, there = SharedGlossary(index, lambda: now), SharedGlossary(index)
            assert (await here.whole()).alternatives("ガジェット") == ()
            await there.write([["ガジェット", "備品"]])
            now = 10.0
            assert (await here.whole()).alternatives("ガジェット") == ()
            now = 10.1
            assert (await here.whole()).alternatives("ガジェット")


async def test_the_admins_words_find_at_once_and_outlive_a_restart(
    library: Library, tmp_path: Path
) -> None:
    document, version, _ = await library.stage(
        reading("備品の購入は総務課が扱う。"), Metadata(), by="t:1"
    )
    await library.publish(document.id, version.id)
    assert await library.search("ガジェット", readers=ALL) == []
    await library.set_glossary([["ガジェット", "備品"]])
    assert (await library.search("ガジェット", readers=ALL))[
        0
    ].passage.text == "備品の購入は総務課が扱う。"
    assert await library.glossary() == (("ガジェット", "備品"),)
    await library.set_glossary([])
    assert await library.search("ガジェット", readers=ALL) == []


async def test_what_is_said_in_several_words_stands_for_one_where_they_stand_together(
    library: Library,
) -> None:
    await library.set_glossary([["のれん分け", "トレード ユニット"]])
    apart = "トレードの担当は総務です。\nユニットは二階にあります。"
    for name, text in (("案内.txt", apart), ("手引.txt", "トレード ユニットは年一回です。")):
        document, version, _ = await library.stage(reading(text, name=name), Metadata(), by="a")
        await library.publish(document.id, version.id)

    hits = await library.search("のれん分けは?", readers=ALL)
    shares = {hit.passage.text: dict(hit.parts)["content"] for hit in hits}
    assert shares["トレード ユニットは年一回です。"] > shares[apart]
    assert hits[0].passage.text != apart
