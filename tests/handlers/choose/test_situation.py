"""A situation in plain words: what is read, what is left to be asked, and where it contradicts itself."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.choose.reading import contradictions
from handlers.choose.situation import Situation
from handlers.choose.wording import Wording
from handlers.texts import Texts
from tests.choosing import advisor

SITUATION = Situation.load()
ADVISOR = advisor()


def read(text: str) -> dict[str, str]:
    hits, _ = SITUATION.read(text)
    return {criterion: hit.option for criterion, hit in hits.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "PDFが3万件、社外には出せません、3か月以内に使いたい",
            {"docs": "core", "boundary": "inside", "time": "m3"},
        ),
        (
            "We have 40 people, no ML staff, $30k, and nothing may leave our network.",
            {"users": "u2", "team": "none", "budget": "s", "boundary": "inside"},
        ),
        ("予算は2,000万円、半年で。出典は必須", {"budget": "m", "time": "m12", "cite": "must"}),
        ("予算は400万円です", {"budget": "s"}),
        ("Budget is about 60k euros.", {"budget": "m"}),
        ("予算は億単位で考えています", {"budget": "l"}),
        ("月に3万通の請求書を分類したい", {"volume": "mid", "task": "process"}),
        ("介護記録は紙が中心です", {"docstate": "scans"}),
        ("開発できる人はいませんが、ベンダーに頼めます", {"team": "none", "partner": "yes"}),
        ("It may cancel bookings for the customer by itself.", {"act": "write"}),
        ("RAGは失敗しました", {"tried": "rag"}),
        ("データは社外に出しても構いません", {"boundary": "ok"}),
        ("海外のサーバーは使えません", {"boundary": "domestic"}),
        ("We are not allowed to use any cloud outside Japan", {"boundary": "domestic"}),
        ("We can spend up to EUR 40,000 this year.", {"budget": "m"}),
        ("We have £3k to spend.", {"budget": "xs"}),
        ("予算はゼロです", {"budget": "xs"}),
        ("There is no budget at all", {"budget": "xs"}),
        ("It has to be live by Friday", {"time": "m1"}),
        ("外注は考えていません", {"partner": "no"}),
        ("社内に担当者は置けません", {"team": "none"}),
        ("2年前から検討しています", {}),
        ("こんにちは", {}),
        ("Hello there", {}),
        ("nobody, one month", {"team": "none", "time": "m1"}),
        ("No one. One month. $5k", {"team": "none", "time": "m1", "budget": "xs"}),
        ("誰もいません。1か月で。予算ゼロ。", {"team": "none", "time": "m1", "budget": "xs"}),
        ("3億円、1か月、誰もいない", {"team": "none", "time": "m1", "budget": "l"}),
        ("誰もいない会議室の予約をしたい。", {"team": None}),
        ("Nobody uses it yet, one month to go", {"team": None}),
    ],
)
def test_plain_words_are_read_by_rules(text: str, expected: dict[str, str | None]) -> None:
    found = read(text)
    assert {name: found.get(name) for name in expected} == expected
    assert len(found) <= len(expected) + 1


@pytest.mark.parametrize(
    ("text", "criterion", "never"),
    [
        ("機密情報は扱いません", "boundary", "inside"),
        ("オンプレは考えていません", "boundary", "inside"),
        ("We are not allowed to use any cloud outside Japan", "partner", "no"),
        ("Team: none yet, hiring two ML engineers in April.", "team", "ml"),
        ("4月に機械学習エンジニアを2名採用する予定です", "team", "ml"),
        ("法務は契約があればよいと言っています", "impact", "high"),
        ("来年3月末までに試したい", "time", "m1"),
        ("予算はまだありません、未定です", "budget", "xs"),
        ("競合はオンプレだけで動かしているが、うちはAzureで十分", "boundary", "inside"),
        ("API代が月500万円かかっています", "budget", "m"),
        ("RAGはまだ試していません", "tried", "rag"),
        ("エンジニアはいません", "team", "app"),
        ("We never let it write back to the ERP.", "act", "write"),
        ("Our competitor fine-tuned and it failed.", "tried", "tune"),
        ("個人情報は含みません", "personal", "yes"),
        ("We don't need citations.", "cite", "must"),
        ("予算はまだ決まっていませんが、500万円かもしれません", "budget", "s"),
        ("出典は必須ではありません", "cite", "must"),
    ],
)
def test_what_is_denied_or_said_of_others_is_not_read_as_if_it_were_so(
    text: str, criterion: str, never: str
) -> None:
    assert never not in read(text).get(criterion, "").split(",")


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("図面は社外に出せません。でも社外に送ってもよいです。", "boundary"),
        ("3か月以内に始めたい。いや1年以内でよい。", "time"),
        ("予算は300万円です。予算は5,000万円です。", "budget"),
    ],
)
def test_what_contradicts_itself_is_not_read(text: str, criterion: str) -> None:
    hits, torn = SITUATION.read(text)
    assert criterion not in hits
    assert len(torn[criterion]) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("予算は5万ドルです。", "m"),
        ("予算は3千米ドルです。", "xs"),
        ("予算は10万ユーロまで。", "m"),
        ("予算は1.5億円です。", "l"),
        ("予算は4億円です。", "xl"),
    ],
)
def test_a_budget_is_read_in_its_own_currency(text: str, expected: str) -> None:
    hits, _ = SITUATION.read(text)
    assert hits["budget"].option == expected


@pytest.mark.parametrize(
    ("text", "expected", "never"),
    [
        ("LGWANの中だけで動かします。", {"boundary": "inside"}, {}),
        ("図面は外部のサーバーには置けません。", {"boundary": "inside"}, {"docstate": "scans"}),
        ("製品を半年使いましたが、定着しませんでした。", {}, {"time": "m12"}),
        ("半年で使い始めたい。", {"time": "m12"}, {}),
        ("30ページの質問に答えられれば十分です。", {"docs": "small"}, {"gap": "fine"}),
        ("予算は100万円もありません。", {"budget": "xs"}, {}),
        ("予算は500万円未満です。", {"budget": "s"}, {}),
        ("The budget is under 5M yen.", {"budget": "s"}, {}),
        ("エンジニアは3人いますが機械学習の経験はありません。", {"team": "app"}, {}),
        ("患者向けの文章は、必ず看護師が直します。", {"impact": "low"}, {}),
        ("Data may leave under a contract that forbids training.", {"boundary": "contract"}, {}),
        ("従業員は4,200人です。", {"users": "u4"}, {}),
    ],
)
def test_what_is_past_conditional_or_not_quite_reached_is_read_as_such(
    text: str, expected: dict[str, str], never: dict[str, str]
) -> None:
    said = read(text)
    assert {criterion: said.get(criterion) for criterion in expected} == expected
    for criterion, option in never.items():
        assert said.get(criterion) != option


@pytest.mark.parametrize("text", ["0人で使います。", "1か月、0人、50万円", "We have 0 users."])
def test_nobody_is_no_number_of_users_and_is_said(text: str) -> None:
    hits, torn = SITUATION.read(text)
    assert "users" not in hits
    assert "0" in torn["users"][0]
    said = contradictions(torn, advisor(), Wording(Texts.load(), "ja"))
    assert "答えとして使えない" in said
    assert "食い違う" not in said


def test_the_words_an_answer_was_read_from_stand_in_the_text() -> None:
    text = "社員の質問に規程から答えたい。予算は800万円、半年以内。"
    hits, _ = SITUATION.read(text)
    assert len(hits) >= 3
    for hit in hits.values():
        assert all(words in text for words in hit.words.split(" / "))


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_whatever_is_read_is_an_answer_the_model_knows(text: str) -> None:
    found = read(text)
    assert set(ADVISOR.validate(found)) == set(found)


def test_labelled_situations_are_read_and_never_turned_round(shared: Path) -> None:
    facts = hits = 0
    for name in ("freetext-dev.jsonl", "freetext-check.jsonl"):
        for line in (shared / "decision/v2" / name).read_text("utf-8").splitlines():
            row = json.loads(line)
            found = read(row["text"])
            for criterion, wanted in row["facts"].items():
                options = wanted if isinstance(wanted, list) else [wanted]
                facts += 1
                hits += set(options) <= set(found.get(criterion, "").split(","))
            for criterion, forbidden in row.get("must_not", {}).items():
                read_as = set(found.get(criterion, "").split(","))
                assert not read_as & set(forbidden), (row["id"], criterion)
    assert facts == 145
    assert hits >= 0.9 * facts
