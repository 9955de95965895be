"""The sample documents: whole, readable, rebuilt to the same bytes, and with something for each warning to find."""

from datetime import date

import pytest

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.errors import InvalidModel
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.samples import catalogue
from knowledge.samples.build import build
from knowledge.samples.catalogue import samples, shelve

ALL = frozenset({"all"})
TODAY = date(2026, 11, 24)


@pytest.fixture
async def library(tmp_path):
    async with Library(open_index(None, tmp_path, version=VERSION)) as opened:
        assert all([shelved.new async for shelved in shelve(opened)])
        yield opened


def test_the_samples_come_in_every_kind_and_stay_small():
    found = samples()

    assert [s.name.rpartition(".")[2] for s in found] == [
        "docx",
        "docx",
        "pptx",
        "xlsx",
        "md",
        "pdf",
    ]
    assert all(0 < len(s.content()) < 50_000 for s in found)


@pytest.mark.parametrize("line", ["effektive: '2026-04-01'", "supersedes: 昔の規程.docx"])
def test_an_entry_that_is_not_whole_is_named(tmp_path, monkeypatch, line):
    (tmp_path / "samples.yaml").write_text(
        f"- name: 規程.docx\n  file: rules.docx\n  {line}\n", "utf-8"
    )
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)

    with pytest.raises(InvalidModel, match=r"規程\.docx is not whole"):
        samples()


def test_building_twice_gives_the_same_bytes(tmp_path):
    once, twice = tmp_path / "once", tmp_path / "twice"
    for folder in (once, twice):
        folder.mkdir()
        build(folder)

    assert {f.name: f.read_bytes() for f in once.iterdir()} == {
        f.name: f.read_bytes() for f in twice.iterdir()
    }


async def test_the_committed_files_say_what_the_contents_say(tmp_path):
    build(tmp_path)
    for sample in samples():
        if (built := tmp_path / sample.path.name).exists():
            ours, theirs = (
                await read(sample.name, sample.content()),
                await read(sample.name, built.read_bytes()),
            )
            assert ours.pages == theirs.pages, sample.name


async def test_the_slides_carry_notes_a_table_and_one_picture(tmp_path):
    slides = next(s for s in samples() if s.path.suffix == ".pptx")
    reading = await read(slides.name, slides.content())

    assert "月3万円" in reading.pages[1].notes
    assert "社内文書に答えてほしい | RAG(検索拡張生成) | DX推進室" in reading.pages[2].text
    assert [f.page for f in reading.flags if f.kind == "image_only"] == [4]


async def test_the_second_edition_takes_the_place_of_the_first(library):
    rules = [d for d in await library.documents() if d.metadata.title == "生成AI利用規程"]

    assert len(rules) == 1
    assert [v.name for v in rules[0].versions] == [
        "生成AI利用規程_2024年版.docx",
        "生成AI利用規程_2026年版.docx",
    ]
    assert rules[0].published == rules[0].versions[1]


async def test_shelving_again_changes_nothing(library):
    before = await library.documents()
    assert not any([shelved.new async for shelved in shelve(library)])

    assert await library.documents() == before


async def test_a_roll_back_is_respected(library):
    rules = next(d for d in await library.documents() if d.metadata.title == "生成AI利用規程")
    back = await library.rollback(rules.id)
    assert not any([shelved.new async for shelved in shelve(library)])

    assert (await library.document(rules.id)).current == back.current


@pytest.mark.parametrize(
    ("question", "title", "fact"),
    [
        ("新しいツールはいつまでに申請しますか", "生成AI利用規程", "10営業日前"),
        ("外へデータを出せないときに選ぶ方法は", "AI導入ガイドライン", "オープンなモデル"),
        ("極秘の情報の保存場所はどこですか", "情報区分表", "金庫サーバー"),
        ("著作権で判断に迷ったら誰に相談しますか", "生成AI利用FAQ", "法務部"),
        (
            "May I use a personal account of a chat service?",
            "Generative AI at Hikarino Works (summary)",
            "Personal accounts",
        ),
    ],
)
async def test_each_document_answers_its_question(library, question, title, fact):
    best = (await library.search(question, readers=ALL))[0].passage

    assert best.title == title
    assert fact in best.text


async def test_the_rules_are_followed_where_the_faq_that_is_past_its_review_differs(library):
    answers = Answers(library, today=lambda: TODAY)
    answer = await answers.answer(
        "生成AIの利用記録は何か月保存しますか", readers=ALL, language="ja"
    )
    found = {
        (h.passage.title, h.passage.text)
        for h in await library.search("生成AIの利用記録の保存", readers=ALL, limit=3)
    }

    assert any(title == "生成AI利用規程" and "1年間保存" in text for title, text in found)
    assert any(title == "生成AI利用FAQ" and "6か月間保存" in text for title, text in found)
    assert answer.citations[0].passage.title == "生成AI利用規程"
    note = next(note for note in answer.notes if "6か月" in note.ja)
    assert "見直し日を過ぎた 生成AI利用FAQ" in note.ja
    assert "1年" in note.ja
