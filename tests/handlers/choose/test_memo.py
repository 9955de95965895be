"""The memo: what the result says, on two pages, in both languages, with answers that recompute it."""

import io
import re
from datetime import date
from pathlib import Path

import docx
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from bot.command.cli import main
from handlers.choose import figures, memo_pdf
from handlers.choose.memo import answers_file, attachments, markdown, sections
from handlers.choose.result import ResultView
from handlers.choose.reviews import later
from handlers.choose.runs import Rule, Run
from handlers.choose.wording import Wording
from handlers.conversation import Buttons, Chart, Details, Paragraph
from handlers.texts import Texts
from knowledge.advisor.values import Range
from knowledge.sentences import yaml_values
from knowledge.values import Language
from tests.choosing import advisor

ADVISOR = advisor()
TEXTS = Texts.load()
ANSWERS = st.fixed_dictionaries(
    {}, optional={c.id: st.sampled_from(list(c.names)) for c in ADVISOR.model.single}
)
CASE = {
    "docs": "core",
    "cite": "no",
    "boundary": "contract",
    "budget": "m",
    "time": "m3",
    "impact": "high",
}


BARRED = {"boundary": "inside", "gap": "proven", "budget": "xs", "time": "m1", "team": "none"}


def view(answers: dict[str, str], language: Language = "ja", **more: object) -> ResultView:
    run = Run(
        "r_1", "terminal:local", "鈴木", ADVISOR.model.sha256, answers=answers, done=True, **more
    )
    return ResultView.of(run, ADVISOR, Wording(TEXTS, language))


@given(ANSWERS, st.sampled_from(["ja", "en"]))
@settings(max_examples=30)
def test_figures_in_text_chart_and_memo_are_the_same(
    answers: dict[str, str], language: Language
) -> None:
    shown = view(answers, language, goal="速く")
    reply = shown.full()
    memo = markdown("memo", sections(shown))
    assert shown.words.headline() in reply.text
    assert shown.words.headline() in memo
    chart = next(b for b in reply.blocks if isinstance(b, Chart))
    for bar in chart.bars:
        assert f"| {bar.label} | {bar.shown} |" in memo
        assert float(bar.shown.replace("−", "-")) == bar.value
    for leg in shown.result.route:
        takes = shown.words.takes(leg)
        assert takes in reply.text
        assert takes in memo


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_document_has_real_headings_and_tables_and_stays_short(language: Language) -> None:
    content = attachments(view(CASE, language, goal="調べ物を5分に"))[1].content
    paper = docx.Document(io.BytesIO(content))
    headings = [p.text for p in paper.paragraphs if p.style.name == "Heading 1"]
    assert len(headings) >= 8
    assert len(paper.tables) == 4
    assert "調べ物を5分に" in paper.paragraphs[0].text
    annex = headings.index({"ja": "回答", "en": "Answers"}[language])
    texts = [p.text for p in paper.paragraphs]
    decided = texts[: texts.index(headings[annex])]
    assert sum(len(text) for text in decided) < 4200, "more than two pages of text"


@pytest.mark.parametrize(
    ("language", "goal"),
    [("ja", "調べ物を**5分**に"), ("en", "Find defects <in> 5 minutes & less")],
)
def test_the_paper_to_read_says_the_same_on_two_pages(language: Language, goal: str) -> None:
    files = attachments(view(CASE, language, goal=goal))
    paper = pypdfium2.PdfDocument(files[2].content)
    pages = [page.get_textpage().get_text_bounded() for page in paper]
    letters = "".join("".join(pages).split())

    assert files[2].name.endswith(".pdf")
    assert len(pages) == 3
    annex = {"ja": "回答", "en": "Answers"}[language]
    assert pages[2].strip().startswith(annex)  # two pages to decide on, then the annex
    assert "鈴木" in letters  # a Japanese name in an English memo, too
    memo = files[0].content.decode()
    for heading in re.findall(r"^## (.+)$", memo, re.MULTILINE):
        assert "".join(heading.split()) in letters, heading
    assert "".join(goal.replace("**", "").split()) in letters


def test_a_memo_names_who_decides_when_it_is_looked_at_again_and_what_would_bring_that_forward() -> (
    None
):
    memo = attachments(view(CASE, "en", goal="Find defects", measure="40 minutes"))[0]
    text = memo.content.decode()
    for words in ("# Decision memo: Find defects", "40 minutes", "Proposed", "Decider", "鈴木"):
        assert words in text
    assert re.search(r"Review on \d{4}-\d{2}-\d{2}", text)
    assert "Sooner if" in text
    assert "| Role | Name | Date |" in text


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 29), date(2027, 5, 29)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2026, 12, 1), date(2027, 6, 1)),
    ],
)
def test_a_review_is_half_a_year_later(day: date, expected: date) -> None:
    assert later(day, 6) == expected


@pytest.mark.parametrize("language", ["ja", "en"])
def test_figures_of_certainty_stand_behind_a_fold_and_sources_can_be_opened(
    language: Language,
) -> None:
    shown = view({**CASE, "task": "answer", "gap": "untried", "users": "public"}, language)
    reply = shown.full()
    seen = [block for block in reply.blocks if not isinstance(block, Details | Chart)]
    points = {"ja": r"\d点|[+−]\d", "en": r"\d points|[+−]\d"}[language]
    assert not re.search(points, str(seen))
    assert not re.search(points, reply.text)
    folded = {b.title: b.blocks[0] for b in reply.blocks if isinstance(b, Details)}
    firm = folded[{"ja": "確からしさの内訳", "en": "What the certainty rests on"}[language]]
    assert "107" in firm.text
    for title in {"ja": ("出典", "似た条件の組織と、その結果"), "en": ("Sources",)}[language]:
        assert folded[title].tone == "linked"
        for row in folded[title].text.splitlines():
            assert re.search(r"https://\S+$", row), row
    memo = attachments(shown)[0].content.decode()
    assert "https://www.itmedia.co.jp/" in memo


def test_nothing_is_marked_as_advised_where_nothing_can_be_started() -> None:
    limits = {"docs": "core", "cite": "must", "boundary": "inside", "team": "none"}
    shown = view({**limits, "partner": "no", "budget": "s", "time": "m1"})
    assert shown.result.headline == "none_fits"
    assert all(bar.state != "best" for bar in shown.chart().bars)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_way_out_names_what_it_opens_however_long_it_is(language: Language) -> None:
    limits = {"docs": "core", "boundary": "inside", "team": "none", "partner": "no"}
    shown = view({**limits, "gap": "untried", "budget": "s", "time": "m1"}, language)
    assert shown.result.ways
    [row] = [b for b in shown.full().blocks if isinstance(b, Buttons) and b.row == "ways"]
    words = "\n".join(getattr(block, "text", "") for block in shown.full().blocks)
    for way, button in zip(shown.result.ways, row.items, strict=True):
        opens = shown.words.name(way.opens)
        assert opens.casefold() in button.label.casefold()
        assert len(button.label) <= 75
        assert not button.label.endswith("…") or shown.words.way(way) in words


def test_where_an_answer_comes_from_is_said() -> None:
    rules = {"cite": Rule("no", "出典は不要", "規程 第4条 · v2")}
    shown = view(CASE, rules=rules, words={"budget": "予算は1000万円"}, situation="うちは…")
    memo = attachments(shown)[0].content.decode()
    assert "規程 第4条 · v2" in memo
    assert "予算は1000万円" in memo
    assert "うちは…" in memo


def test_the_memo_recomputes_from_its_own_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = view({**CASE, "tried": "prompt,rag"})
    memo = attachments(shown)[0].content.decode()
    block = re.search(r"```yaml\n(.*?)\n```", memo, re.DOTALL)[1]
    file = tmp_path / "answers.yaml"
    file.write_text(block, encoding="utf-8")
    assert main(["choose", "--answers", str(file), "--json", "--data", str(tmp_path / "data")]) == 0
    again = yaml_values(capsys.readouterr().out)
    assert again["recommendation"] == shown.result.advice.id
    assert again["answers"] == {**CASE, "tried": "prompt,rag"}
    assert again["model"]["sha256"] == ADVISOR.model.sha256
    figures = {bar.label: bar.value for bar in shown.chart().bars}
    assert sorted(round(one["score"], 1) for one in again["options"]) == sorted(figures.values())


def test_an_objection_to_a_rule_is_in_headline_result_and_memo() -> None:
    rules = {
        "boundary": Rule("inside", "社外秘は社内だけ", "規程 第3条 · v2"),
        "cite": Rule("no", "出典は不要", "規程 第4条 · v2"),
    }
    shown = view(CASE, rules=rules)
    assert shown.run.objections == ("boundary",)
    memo = attachments(shown)[0].content.decode()
    folded = next(
        b for b in shown.full().blocks if isinstance(b, Details) and b.title == "社内の規則"
    )
    said = next(b for b in folded.blocks if isinstance(b, Paragraph)).text
    for text in (memo, said):
        assert "本人は異議あり" in text
        assert "規程 第3条 · v2" in text
        assert text.count("本人は異議あり") == 1
    warnings = [getattr(b, "text", "") for b in shown.full().blocks]
    assert any("社内の規則と違う答え" in text for text in warnings)


def test_answers_without_a_run_of_their_own_are_an_empty_block() -> None:
    assert yaml_values(answers_file(view({}))) == {"model": ADVISOR.model.sha256, "answers": {}}


def test_a_memo_asks_for_no_press_and_lists_each_answer() -> None:
    told = markdown("t", sections(view(BARRED, "en")))
    assert "press one" not in told
    assert "押す" not in markdown("t", sections(view(BARRED)))
    assert "\n- First-year budget: Under 1M yen\n" in told


def test_no_column_of_the_print_is_narrower_than_its_longest_word() -> None:
    rows = (("Stage", "What to do"), ("Next", "word " * 300))
    first, _ = memo_pdf._widths(rows, 500)
    assert first >= stringWidth("Stage", memo_pdf.LATIN, memo_pdf.SMALL) + memo_pdf.PADDING


@pytest.mark.parametrize(
    ("low", "high", "ja", "en"),
    [
        (0, 540, "0〜540万円", "0–5.4M yen"),
        (9.3, 311, "9.3万〜311万円", "93,000 yen–3.1M yen"),
        (11_000, 362_650, "1.1億〜36.3億円", "110.0M–3.6B yen"),
        (20, 20, "20万円", "200,000 yen"),
        (62.036, 98.9545, "62万〜99万円", "620,000–990,000 yen"),
        (2.345, 99.7, "2.3万〜100万円", "23,000 yen–1.0M yen"),
        (0.024, 9_999.8, "240円〜1.0億円", "240 yen–100.0M yen"),
    ],
)
def test_money_is_written_as_it_is_read(low: float, high: float, ja: str, en: str) -> None:
    assert figures.span(Range(low, high), "ja") == ja
    assert figures.span(Range(low, high), "en") == en
