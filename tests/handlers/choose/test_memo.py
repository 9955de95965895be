"""The memo: the same figures as the result, both languages, and answers that recompute it."""

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.command.cli import main
from handlers.choose.memo import answers_file, attachments, markdown, sections
from handlers.choose.result import ResultView
from handlers.choose.runs import Rule, Run
from handlers.conversation import Chart, Details, Paragraph
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.values import Language

ADVISOR = Advisor.load()
TEXTS = Texts.load()
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        c.id: st.sampled_from([o.id for o in c.options])
        for c in (*ADVISOR.model.criteria, *ADVISOR.model.advisory)
    },
)
CASE = {
    "docs": "core",
    "cite": "no",
    "boundary": "contract",
    "budget": "m",
    "time": "m3",
    "impact": "high",
}


def view(answers: dict[str, str], language: Language = "ja", **more: object) -> ResultView:
    run = Run(
        "r_1", "terminal:local", "鈴木", ADVISOR.model.sha256, answers=answers, done=True, **more
    )
    return ResultView(ADVISOR, TEXTS, ADVISOR.evaluate(answers), language, run)


@given(ANSWERS, st.sampled_from(["ja", "en"]))
@settings(max_examples=40, deadline=None)
def test_figures_in_text_chart_and_memo_are_the_same(
    answers: dict[str, str], language: Language
) -> None:
    shown = view(answers, language)
    reply = shown.full()
    chart = next(b for b in reply.blocks if isinstance(b, Chart))
    memo = markdown("memo", sections(shown))
    best = next(b for b in chart.bars if b.state == "best")
    assert best.shown in shown.headline()
    for bar in chart.bars:
        assert f"{bar.short} {bar.shown}" in reply.text
        assert f"| {bar.label} | {bar.shown} |" in memo
        assert float(bar.shown.replace("−", "-")) == bar.value


@given(ANSWERS)
@settings(max_examples=40, deadline=None)
def test_every_reason_names_its_source(answers: dict[str, str]) -> None:
    for language, source in (("ja", r"\((スライド\d|[A-Z])"), ("en", r"\((slides \d|[A-Z])")):
        assert all(re.search(source, row) for row in view(answers, language).reasons())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_document_has_real_headings_tables_and_a_native_chart(language: Language) -> None:
    content = attachments(view(CASE, language))[1].content
    paper = docx.Document(io.BytesIO(content))
    headings = [p.text for p in paper.paragraphs if p.style.name == "Heading 1"]
    assert len(headings) >= 10
    assert len(paper.tables) == 4
    archive = zipfile.ZipFile(io.BytesIO(content))
    charts = [n for n in archive.namelist() if n.startswith("word/charts/")]
    assert len(charts) == 1
    drawn = ET.fromstring(archive.read(charts[0]))
    values = drawn.findall(".//{*}numLit/{*}pt/{*}v")
    assert [v.text for v in values] == [f"{b.value:.1f}" for b in view(CASE).chart().bars]


def test_the_memo_recomputes_from_its_own_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = view(CASE)
    memo = attachments(shown)[0].content.decode()
    block = re.search(r"```yaml\n(.*?)\n```", memo, re.DOTALL)[1]
    file = tmp_path / "answers.yaml"
    file.write_text(block, encoding="utf-8")
    assert main(["choose", "--answers", str(file), "--json", "--data", str(tmp_path / "data")]) == 0
    again = yaml.safe_load(capsys.readouterr().out)
    assert again["recommendation"] == shown.result.recommendation
    assert again["answers"] == CASE
    assert again["model"]["sha256"] == ADVISOR.model.sha256
    assert {c["id"]: round(c["score"], 1) for c in again["configurations"]} == {
        b.id: b.value for b in shown.chart().bars
    }


def test_an_objection_to_a_rule_is_in_result_and_memo() -> None:
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


def test_answers_without_a_run_of_their_own_are_an_empty_block() -> None:
    assert yaml.safe_load(answers_file(view({}))) == {"model": ADVISOR.model.sha256, "answers": {}}
