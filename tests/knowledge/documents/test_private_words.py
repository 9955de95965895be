"""
Whoever may not read a document cannot learn which words stand in it: every figure of an answer is the same with it and without.

Two shelves are compared: on one lie, beside what everybody may read, documents for others, staged ones, withdrawn ones, old
versions and deleted ones. A stranger asks both the same questions.
"""

import json
import random
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient

from knowledge.answering.answers import Answers
from knowledge.answering.trace import Trace
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.protocol import Index
from knowledge.index.server import ServerIndex
from knowledge.retrieval.encoder import VERSION, Encoder
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import reading

pytestmark = pytest.mark.early
EVERYBODY = frozenset({"all"})
BOARD = frozenset({"all", "board"})
PUBLIC = (
    "外部の生成AIサービスの申請は情報システム部が受け付ける。",
    "生成AIに個人情報を入力してはならない。",
    "申請の承認には五営業日かかる。",
)
FIRST = "最初の版の規程である。"
HIDDEN = {
    "kept to others": "ザルゴンの買収に関する外部の生成AIサービスの申請。",
    "staged": "鬼塚の解雇に関する外部の生成AIサービスの申請。",
    "withdrawn": "メルキドの撤退に関する外部の生成AIサービスの申請。",
    "old": "ガライヤの訴訟に関する外部の生成AIサービスの申請。",
    "deleted": "ドムドーラの減損に関する外部の生成AIサービスの申請。",
    "kept to others later": "リムルダールの統合に関する外部の生成AIサービスの申請。",
}
PROBES = (
    "ザルゴン",
    "買収",
    "鬼塚",
    "解雇",
    "メルキド",
    "撤退",
    "ガライヤ",
    "訴訟",
    "ドムドーラ",
    "減損",
    "リムルダール",
    "統合",
)
ABSENT = 150  # words that stand nowhere; `tests.soak.private_words` asks of 1,000
Open = Callable[[str], Index]


@pytest.fixture(params=["embedded", "server"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens an index by name, in either house."""
    if request.param == "embedded":
        return lambda name: EmbeddedIndex(tmp_path / name, version=VERSION)
    warnings.filterwarnings(
        "ignore", message="Payload indexes have no effect"
    )  # true of the in-process client only
    return lambda name: ServerIndex("memory", client=AsyncQdrantClient(":memory:"), version=VERSION)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
async def plain(opening: Open, encoder: Encoder) -> AsyncIterator[Library]:
    """What everybody may read, and nothing else."""
    async with Library(opening("plain"), encoder) as library:
        first = await put(library, "版.txt", FIRST)
        await put(library, "版.txt", "前の版の規程である。", of=first)
        await put(library, "版.txt", *PUBLIC, of=first)
        yield library


@pytest.fixture
async def whole(opening: Open, encoder: Encoder) -> AsyncIterator[Library]:
    """The same, and what a stranger may not read."""
    async with Library(opening("whole"), encoder) as library:
        first = await put(library, "版.txt", FIRST)
        await put(library, "版.txt", HIDDEN["old"], of=first)
        await put(library, "版.txt", *PUBLIC, of=first)
        await put(library, "役員.txt", HIDDEN["kept to others"], audience="board")
        await library.stage(reading(HIDDEN["staged"], name="下書き.txt"), Metadata(), by="test:1")
        await library.withdraw(await put(library, "撤回.txt", HIDDEN["withdrawn"]))
        await library.remove(await put(library, "削除.txt", HIDDEN["deleted"]))
        later = await put(library, "後で.txt", HIDDEN["kept to others later"])
        await library.edit(later, {"audience": "board"})
        yield library


async def put(library: Library, name: str, *texts: str, audience: str = "all", of: str = "") -> str:
    """Publish a document, or the next version `of` one, and return its id."""
    said = Metadata(audience=audience, supersedes=of)
    document, version, _ = await library.stage(reading(*texts, name=name), said, by="test:1")
    await library.publish(document.id, version.id)
    return document.id


def made_up(count: int) -> list[str]:
    """Return words that nobody wrote anywhere, the same ones every time."""
    rng = random.Random(7)
    signs = "アイウエオカキクケコサシスセソタチツテトナニヌネノマミムメモラリルレロ"
    return ["".join(rng.choices(signs, k=rng.randint(4, 6))) for _ in range(count)]


def about(word: str) -> str:
    return f"{word}と外部の生成AIサービスの申請"


async def searched(
    library: Library, word: str, readers: frozenset[str] = EVERYBODY
) -> list[dict[str, Any]]:
    return [asdict(hit) for hit in await library.search(about(word), readers=readers)]


async def answered(library: Library, word: str) -> str:
    """Return everything an answer and its trace tell, but for their ids and times."""
    traces: list[Trace] = []

    async def keep(trace: Trace) -> None:
        traces.append(trace)

    answer = asdict(
        await Answers(library, keep=keep).answer(about(word), readers=EVERYBODY, language="ja")
    )
    trace = asdict(traces[0])
    for row in (answer, trace, *trace["stages"]):
        for name in ("id", "trace", "at", "milliseconds", "events"):
            row.pop(name, None)
    for citation in answer["citations"]:
        citation.pop("published", None)
    return json.dumps([answer, trace], ensure_ascii=False, default=str)


async def test_no_search_tells_a_word_of_a_document_one_may_not_read(
    plain: Library, whole: Library
) -> None:
    words = [*PROBES, *made_up(ABSENT)]
    told = [word for word in words if await searched(plain, word) != await searched(whole, word)]
    assert told == []


@pytest.mark.parametrize("kind", ["words", "first"])
async def test_no_stage_of_a_search_tells_it_either(
    plain: Library, whole: Library, kind: Any
) -> None:
    for word in PROBES:
        found = [
            await shelf.search(about(word), readers=EVERYBODY, kind=kind)
            for shelf in (plain, whole)
        ]
        assert found[0] == found[1]
        assert found[0]


async def test_no_answer_and_no_trace_tells_it(plain: Library, whole: Library) -> None:
    words = [*PROBES, *made_up(8)]
    told = [word for word in words if await answered(plain, word) != await answered(whole, word)]
    assert told == []


async def test_a_reader_of_the_document_finds_its_words_and_weighs_them_by_what_they_may_read(
    whole: Library,
) -> None:
    for word, audience in (
        ("ザルゴン", "kept to others"),
        ("リムルダール", "kept to others later"),
    ):
        hits = await whole.search(about(word), readers=BOARD)
        assert hits[0].passage.text == HIDDEN[audience]
    known, unknown = [await searched(whole, word, BOARD) for word in ("ザルゴン", made_up(1)[0])]
    assert [hit["score"] for hit in known] != [hit["score"] for hit in unknown]


async def test_words_count_from_publishing_to_withdrawal(plain: Library) -> None:
    before = await searched(plain, "買収")
    document = await put(plain, "買収.txt", "買収の手続き。")
    assert await searched(plain, "買収") != before
    await plain.edit(document, {"audience": "board"})
    assert await searched(plain, "買収") == before
    await plain.edit(document, {"audience": "all"})
    await plain.withdraw(document)
    assert await searched(plain, "買収") == before
    await plain.rollback(document)
    await plain.remove(document)
    assert await searched(plain, "買収") == before


async def test_a_rare_word_weighs_more_than_a_common_one(plain: Library) -> None:
    await put(plain, "旅費.txt", "旅費の精算。", "旅費の申請。", "旅費の承認。", "会議の準備。")
    rare = await plain.search("会議の旅費", readers=EVERYBODY, kind="first")
    assert rare[0].passage.text == "会議の準備。"


async def test_what_another_process_publishes_counts_here(tmp_path: Path, encoder: Encoder) -> None:
    warnings.filterwarnings("ignore", message="Payload indexes have no effect")
    client = AsyncQdrantClient(":memory:")
    async with (
        Library(ServerIndex("memory", client=client, version=VERSION), encoder) as one,
        Library(ServerIndex("memory", client=client, version=VERSION), encoder) as other,
    ):
        document = await put(one, "一.txt", *PUBLIC)
        await one.holding("")  # looks at the registry at once
        await other.holding("")  # looks at the registry at once
        assert await searched(other, "買収") == await searched(one, "買収")
        hidden = await put(other, "二.txt", HIDDEN["kept to others"])
        await one.holding("")  # looks at the registry at once
        assert await searched(one, "買収") == await searched(other, "買収")
        await other.remove(hidden)
        await one.holding("")  # looks at the registry at once
        assert {hit["passage"]["document"] for hit in await searched(one, "買収")} == {document}
