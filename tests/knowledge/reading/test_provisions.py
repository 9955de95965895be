"""Articles, paragraphs and clauses are places: cited so and found so, in every layout of rules."""

import io
from pathlib import Path

import pytest
from docx import Document
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.chunks import passages
from knowledge.reading.reading import Reading, read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Passage

ALL = frozenset({"all"})
MORE = {
    "ja": "なお、手続の詳細は別に定めるところによるものとする。" * 12,
    "en": " Details are agreed." * 30,
}
SAME_LINE = """秘密情報管理規程

第1条　この規程は、秘密情報の管理について定める。
第2条　従業者は、秘密情報を社外に持ち出してはならない。
２　やむを得ず持ち出すときは、部長の許可を得なければならない。
３　前項の許可の期間は、五日以内とする。
第2条の2　退職者は、秘密情報を返還しなければならない。
第3条　違反した者は、けん責とする。
附則
１　この規程は、令和八年四月一日から施行する。
２　旧規程は廃止する。
"""
ABOVE = """（目的）
第一条　この規程は、秘密情報の管理について定める。
（持出しの禁止）
第二条　従業者は、秘密情報を社外に持ち出してはならない。
２　やむを得ず持ち出すときは、部長の許可を得なければならない。
３　前項の許可の期間は、五日以内とする。
第二条の二　退職者は、秘密情報を返還しなければならない。
第二章　罰則
（けん責）
第三条　違反した者は、けん責とする。
附　則
1．この規程は、令和八年四月一日から施行する。
2．旧規程は廃止する。
"""
ALONE = """第1条（目的）
この規程は、秘密情報の管理について定める。
第2条（持出しの禁止）
1　従業者は、秘密情報を社外に持ち出してはならない。
2　やむを得ず持ち出すときは、部長の許可を得なければならない。
3　前項の許可の期間は、五日以内とする。
第2条の2（返還）
退職者は、秘密情報を返還しなければならない。
第3条（罰則）
違反した者は、けん責とする。
附則
この規程は、令和八年四月一日から施行する。
"""
TIGHT = """第1条この規程は、秘密情報の管理について定める。
第2条従業者は、秘密情報を社外に持ち出してはならない。
②やむを得ず持ち出すときは、部長の許可を得なければならない。
③前項の許可の期間は、五日以内とする。
第3条に定める者のほか、退職者も、秘密情報を返還しなければならない。
第3条　違反した者は、けん責とする。
第4条　第2条の規定は、役員にも適用する。
"""
ENGLISH = """Supplier Data Policy

4. Records
4.1 Retention. The Supplier shall keep records for six years.
4.2 The Supplier shall:
(a) report incidents within 24 hours;
(b) delete personal data within 30 days after the end of the contract; and
(c) keep logs for two years.
5. Audit
5.1 The Company may audit once a year.
5.2 Costs:
(a) each party bears its own;
(b) the Supplier bears those of a second audit.
"""


def cut(reading: Reading) -> tuple[Passage, ...]:
    return passages(reading, document="d", version="v", audience="all", title=reading.title)


def places(reading: Reading) -> dict[str, str]:
    """Return the text of each place by its name in Japanese."""
    texts: dict[str, str] = {}
    for passage in cut(reading):
        name = passage.place.to("ja")
        texts[name] = f"{texts.get(name, '')}{passage.text}\n"
    return texts


def long(text: str, language: str = "ja") -> str:
    """Return rules whose articles are too long for one passage, and are cut by paragraph."""
    lines = [line + MORE[language] if len(line) > 8 else line for line in text.split("\n")]
    return "\n".join(lines)


def word(text: str) -> bytes:
    document = Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pages(*texts: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    out = io.BytesIO()
    canvas = Canvas(out)
    for text in texts:
        canvas.setFont("HeiseiKakuGo-W5", 10)
        for down, line in enumerate(text.split("\n")):
            canvas.drawString(60, 780 - 16 * down, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "caption"),
    [(SAME_LINE, ""), (ABOVE, "（持出しの禁止）"), (ALONE, "（持出しの禁止）"), (TIGHT, "")],
)
@pytest.mark.parametrize("kind", ["txt", "docx", "html"])
async def test_a_paragraph_is_a_place_in_every_layout(text: str, caption: str, kind: str) -> None:
    content = {
        "txt": long(text).encode(),
        "docx": word(long(text)),
        "html": "".join(f"<p>{line}</p>" for line in long(text).split("\n")).encode(),
    }[kind]
    found = places(await read(f"規程.{kind}", content))
    third = found[f"第2条第3項{caption}"]
    assert "五日以内" in third
    assert "許可を得なければ" not in third and "けん責" not in third
    assert "けん責とする" in next(text for name, text in found.items() if name.startswith("第3条"))


async def test_a_branch_the_supplementary_provisions_and_a_caption_above_belong_to_themselves() -> (
    None
):
    found = places(await read("規程.txt", ABOVE.encode()))
    assert found["第2条の2"] == "第二条の二　退職者は、秘密情報を返還しなければならない。\n"
    assert found["第3条（けん責）"].startswith("（けん責）\n第三条")
    assert "旧規程" in found["附則"]
    parted = places(await read("規程.txt", long(ABOVE).encode()))
    assert "旧規程" in parted["附則第2項"] and "旧規程" not in parted["附則第1項"]


async def test_an_article_is_a_place_on_the_pages_of_a_pdf_and_goes_on_over_their_end() -> None:
    lines = SAME_LINE.split("\n")
    reading = await read("規程.pdf", pages("\n".join(lines[:5]), "\n".join(lines[5:])))
    found = places(reading)
    assert "許可を得なければ" in found["第2条（ページ1）"]
    assert "五日以内" in found["第2条第3項（ページ2）"]
    assert cut(reading)[-1].place.to("en") == "附則 (page 2)"


async def test_a_number_in_a_sentence_begins_no_article() -> None:
    text = (
        "手引\n第3条に定める者が対象です。\n次の二点を守ってください。\n2　枚の写しを出すこと。\n"
    )
    assert [passage.place.kind for passage in cut(await read("手引.txt", text.encode()))] == [
        "part"
    ]


async def test_clauses_and_their_lettered_parts_are_places() -> None:
    whole = places(await read("policy.txt", ENGLISH.encode()))
    assert "(c) keep logs" in whole["clause 4.2"] and "(c)" not in whole["clause 5.2"]
    found = places(await read("policy.txt", long(ENGLISH, "en").encode()))
    assert found["clause 4.2(b)"].startswith("(b) delete personal data")
    assert whole["clause 5.1"] == "5. Audit\n5.1 The Company may audit once a year.\n"


async def test_rules_are_found_and_cited_by_their_number(tmp_path: Path) -> None:
    files = {"規程.txt": ABOVE, "policy.txt": ENGLISH}
    async with Library(EmbeddedIndex(tmp_path / "index", version=VERSION)) as library:
        for name, text in files.items():
            reading = await read(name, text.encode())
            document, version, _ = await library.stage(reading, Metadata(owner="t:1"), by="t:1")
            await library.publish(document.id, version.id)
        answers = Answers(library)

        async def cited(question: str) -> tuple[str, str]:
            answer = await answers.answer(question, readers=ALL, language="ja")
            assert len(answer.citations) == 1
            return answer.citations[0].passage.place.to("ja"), answer.text

        for question in ("第2条第3項は?", "第二条第三項は?", "許可の期間は何日以内?"):
            place, text = await cited(question)
            assert place == "第2条第3項（持出しの禁止）" and "五日以内" in text.split("\n")[0]
        assert (await cited("第2条の2は?"))[0] == "第2条の2"
        place, text = await cited("clause 4.2(b)?")
        assert place == "clause 4.2(b)" and "30 days" in text.split("\n")[0]
        place, text = await cited("What does clause 5.2(b) say?")
        assert place == "clause 5.2(b)" and "a second audit" in text.split("\n")[0]
