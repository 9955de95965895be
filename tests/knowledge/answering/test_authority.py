"""Documents that say different things, asked as colleagues ask: which of them is followed."""

from datetime import date

import pytest

from knowledge.answering.answers import Answers
from knowledge.deck.digest import shelve
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Answer, Metadata, Page, Place

ALL = frozenset({"all"})
TODAY = date(2026, 11, 30)
RULE = Metadata(title="文書管理規程", kind="rule", effective="2026-04-01", review="2027-03-31")
OLD_FAQ = Metadata(title="総務FAQ", kind="faq", effective="2024-06-01", review="2025-05-31")
OTHERS = (  # so that there is something else to be found
    (
        Metadata(title="駐車場の案内"),
        "来客用の区画は六台です。\n社員の車は第二駐車場に止めます。",
        "駐車場の区画",
    ),
    (
        Metadata(title="Visitor guide"),
        "Visitors sign in at the gate.\nGuests wear a badge on every floor.",
        "Visitors",
    ),
)


async def add(library: Library, metadata: Metadata, text: str, heading: str = "") -> None:
    """Publish a document of one section."""
    name = f"{metadata.title}.md"
    pages = (Page(1, Place("section", 1, heading), text, heading),)
    digest = f"{abs(hash((name, text))):064x}"[:64]
    language = "en" if text.isascii() else "ja"
    reading = Reading(name, digest, len(text), metadata.title, "text", pages, (), language)
    document, version, _ = await library.stage(reading, metadata, by="test")
    await library.publish(document.id, version.id)


async def asked(
    tmp_path,
    question: str,
    *documents: tuple[Metadata, str, str],
    sentences: SentenceEncoder | None = None,
) -> Answer:
    """Answer a question from these documents among others."""
    language = "en" if question.isascii() else "ja"
    index = open_index(None, tmp_path, version=VERSION)
    async with Library(index, sentences=sentences) as library:
        for metadata, text, heading in (*documents, *OTHERS):
            await add(library, metadata, text, heading)
        await library.followed()
        return await Answers(library, today=lambda: TODAY).answer(
            question, readers=ALL, language=language
        )


async def test_a_rule_in_force_goes_before_an_overdue_collection_of_answers(tmp_path):
    answer = await asked(
        tmp_path,
        "契約書の控えは三年で捨てていいんですよね?",
        (RULE, "契約書の控えは、7年間保管する。", "第9条(保管)"),
        (
            OLD_FAQ,
            "契約書の控えは、3年間保管します。三年を過ぎたら捨てていいです。",
            "契約書の控えは捨てていいですか",
        ),
    )

    assert "7年間" in answer.text
    assert "3年間" not in answer.text
    assert answer.citations[0].passage.title == "文書管理規程"
    note = next(note for note in answer.notes if "7年" in note.ja)
    assert "3年" in note.ja
    assert "2026-04-01" in note.ja
    assert "見直し日を過ぎた 総務FAQ (2024-06-01)" in note.ja
    assert "past its review date" in note.en


async def test_in_english_the_rule_goes_before_the_collection_of_answers(tmp_path):
    answer = await asked(
        tmp_path,
        "Can I throw visitor badges away after 3 days?",
        (
            Metadata(title="Site policy", kind="rule", effective="2026-01-15"),
            "Visitor badges are kept for 30 days.",
            "Badges",
        ),
        (
            Metadata(title="Site FAQ", kind="faq", effective="2026-01-20"),
            "Visitor badges are kept for 3 days. Throw them away after that.",
            "When can I throw visitor badges away?",
        ),
    )

    assert "30 days" in answer.text
    assert "3 days" not in answer.text
    note = next(note for note in answer.notes if "30 days" in note.en)
    assert "Site FAQ (2026-01-20) says “3 days”" in note.en


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("How often is the fire drill held?", "four times"),
        ("How often was the fire drill held in the 2021 edition?", "two times"),
    ],
)
async def test_the_later_edition_holds_unless_the_older_is_named(tmp_path, question, figure):
    answer = await asked(
        tmp_path,
        question,
        (
            Metadata(title="Safety handbook (2021 edition)"),
            "The fire drill is held two times a year.",
            "Fire drill",
        ),
        (
            Metadata(title="Safety handbook (2025 edition)"),
            "The fire drill is held four times a year.",
            "Fire drill",
        ),
    )

    other = {"four times": "two times", "two times": "four times"}[figure]
    assert figure in answer.text
    assert other not in answer.text


async def test_the_later_edition_holds_in_other_words_too(tmp_path):
    answer = await asked(
        tmp_path,
        "Do passwords have to be changed regularly?",
        (
            Metadata(title="Security handbook (2021 edition)"),
            "Passwords have to be changed regularly, every 90 days.",
            "Passwords",
        ),
        (
            Metadata(title="Security handbook (2025 edition)"),
            "Passwords do not need to be regularly rotated, unless one is known to others.",
            "Passwords",
        ),
        sentences=SentenceEncoder(),
    )

    assert "do not need to be" in answer.sentences[0].text


async def test_what_only_the_older_edition_says_is_still_found(tmp_path):
    answer = await asked(
        tmp_path,
        "避難用はしごは何本ありますか",
        (Metadata(title="防災の手引き_2021年版"), "避難用はしごは十二本ある。", "避難用はしご"),
        (Metadata(title="防災の手引き_2025年版"), "消火訓練は年に四回行う。", "訓練"),
    )

    assert "十二本" in answer.text


async def test_branches_of_one_house_are_no_editions_of_each_other(tmp_path):
    answer = await asked(
        tmp_path,
        "大阪支社の昼休みは何分?",
        (Metadata(title="大阪支社の勤務案内_2021年"), "大阪支社の昼休みは50分です。", "昼休み"),
        (Metadata(title="東京支社の勤務案内_2025年"), "東京支社の昼休みは60分です。", "昼休み"),
    )

    assert "50分" in answer.text


async def test_documents_worth_the_same_are_both_named_and_none_is_chosen(tmp_path):
    metadata = [Metadata(title=name, kind="guideline") for name in ("経理の手引き", "総務の手引き")]
    answer = await asked(
        tmp_path,
        "領収書は何日以内に提出しますか",
        (metadata[0], "領収書は、発行から5日以内に提出します。", "領収書"),
        (metadata[1], "領収書は、発行から10日以内に提出します。", "領収書"),
    )

    note = next(note for note in answer.notes if "食い違って" in note.ja)
    assert "5日" in note.ja
    assert "10日" in note.ja


async def test_two_figures_about_different_things_are_no_disagreement(tmp_path):
    answer = await asked(
        tmp_path,
        "領収書は何日以内に提出しますか",
        (Metadata(title="経理規程"), "領収書は、発行から5日以内に提出する。", "領収書"),
        (Metadata(title="総務規程"), "見積書は、依頼から10日以内に作成する。", "見積書"),
    )

    assert "5日以内" in answer.text
    assert not [note for note in answer.notes if "10日" in note.ja]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("ファインチューニングとは?", "生成AI導入の選択肢"),
        ("What is fine-tuning?", "Options for adopting"),
        ("個人のアカウントを業務で使っていい?", "情報端末規程"),
    ],
)
async def test_the_built_in_digest_leads_only_on_what_it_is_about(tmp_path, question, title):
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        await shelve(library)
        await add(
            library,
            Metadata(title="情報端末規程"),
            "個人で契約したアカウントは、業務に使わない。",
            "第3条(アカウント)",
        )
        language = "en" if question.isascii() else "ja"
        answer = await Answers(library, today=lambda: TODAY).answer(
            question, readers=ALL, language=language
        )

    assert title in answer.citations[0].passage.title
