"""Questions asked of a small shelf, with and without a model, honest and hostile."""

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.answering.answers import Answers, Stage, Turn
from knowledge.answering.trace import Trace
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.models.language_models import Model
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.query import Query
from knowledge.text.analysis import Analysis
from knowledge.values import Document, Hit, Language, Metadata, Passage, Phrase, Place, SearchKind
from tests.adversary import FACTS_EN, FACTS_JA, inventions, mutations
from tests.stub_model import StubModel

ANALYSIS = Analysis()
ALL = frozenset({"all"})
RULES = (
    "契約書の保存期間は十年とする。",
    "精算申請は帰着日から7営業日以内に行う。\n交通費は実費とする。",
    "駐車場の来客用区画は六台とする。",
)


class Retriever:
    """Passages in a fixed order: answering is what is under test here, not finding."""

    def __init__(self, *texts: str, review: str = "") -> None:
        self.passages = [
            Passage(f"p{i}", "rules", "v", i, "文書規程", Place("page", i), t)
            for i, t in enumerate(texts, 1)
        ]
        self.review = review

    async def search(
        self,
        question: str | Query,
        *,
        readers: frozenset[str],
        limit: int = 6,
        kind: SearchKind = "whole",
    ) -> list[Hit]:
        return [Hit(p, 5.0 - i, rank=i + 1) for i, p in enumerate(self.passages)][:limit]

    async def query(self, question: str, *, readers: frozenset[str] | None) -> Query:
        return Query(question, ANALYSIS, Glossary())

    async def document(self, id: str) -> Document:  # noqa: A002 - the library's own word
        if id != "rules":
            raise UnknownDocument("unknown", Phrase("ありません。", "None."))
        return Document("rules", Metadata(title="文書規程", review=self.review))


@pytest.fixture
async def named(stub: StubModel) -> AsyncIterator[Callable[[str], Model]]:
    """Make a model that behaves as it is named."""
    opened: list[Model] = []

    def make(mode: str) -> Model:
        opened.append(
            Model(f"openai:{mode}", base_url=f"http://127.0.0.1:{stub.port}/v1", api_key="k")
        )
        return opened[-1]

    yield make
    for one in opened:
        await one.close()


async def test_without_a_model_the_answer_is_an_exact_quote_with_its_source():
    kept: list[Trace] = []
    steps: list[Stage] = []

    async def keep(trace: Trace) -> None:
        kept.append(trace)

    async def step(stage: Stage) -> None:
        steps.append(stage)

    shelf = Retriever(*RULES, review="2020-01-01")
    answer = await Answers(shelf, keep=keep).answer(
        "契約書は何年保存しますか", readers=ALL, language="en", on_step=step
    )

    assert answer.mode == "extractive"
    assert answer.language == "ja"
    assert "十年" in answer.sentences[0].text
    assert all(c.quote in c.passage.text for c in answer.citations)
    assert answer.citations[0].stale
    assert [s.name for s in steps if s.status == "done"] == ["tidy", "search", "write"]
    assert Trace.from_json(kept[0].to_json()) == kept[0]
    assert "RetrievalEndEvent" in [name for name, _ in kept[0].events]


async def test_what_the_shelf_does_not_hold_is_refused_with_the_words_it_lacks():
    answer = await Answers(Retriever(*RULES)).answer("火星の天気は?", readers=ALL, language="ja")
    assert answer.mode == "refused"
    assert not answer.sentences
    assert "火星" in answer.nearest[0].missing


async def test_the_words_it_lacks_are_shown_as_they_were_asked():
    answer = await Answers(Retriever(*RULES)).answer("GPUの天気は?", readers=ALL, language="ja")
    assert answer.mode == "refused"
    assert "GPU" in answer.nearest[0].missing


async def test_a_follow_up_is_searched_with_the_topic_of_the_turn_before():
    answer = await Answers(Retriever(*RULES)).answer(
        "それは何年?",
        readers=ALL,
        language="ja",
        history=(Turn("契約書の保存期間は?", "規程にあります。"),),
    )
    assert "十年" in answer.text


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "empty_question"),
        (" \u200b\u3000\n", "empty_question"),
        ("🎉🎉?!", "wordless_question"),
        ("\x00\x01\x02PK\x03\x04", "unreadable_question"),
        ("長" * 4001, "too_long_question"),
        ("長" * 1_000_000, "too_long_question"),
    ],
)
async def test_a_question_that_is_none_gets_one_sentence_in_both_languages(
    question: str, code: str
):
    with pytest.raises(KnowledgeError) as error:
        await Answers(Retriever(*RULES)).answer(question, readers=ALL, language="ja")
    assert error.value.code == code
    assert error.value.reason.ja
    assert error.value.reason.en


async def test_a_question_of_four_thousand_characters_is_answered():
    question = ("契約書は何年保存しますか。" * 400)[:4000]
    answer = await Answers(Retriever(*RULES)).answer(question, readers=ALL, language="ja")

    assert len(question) == 4000
    assert answer.question


@pytest.mark.parametrize(
    ("mode", "fallback"),
    [
        ("429", "rate_limited"),
        ("500", "model_error"),
        ("cut", "cut"),
        ("empty", "empty"),
        ("garbage", "garbled"),
        ("401", "denied"),
        ("404", "unknown_model"),
        ("broken", "cut"),
        ("wrong-language", "wrong_language"),
    ],
)
async def test_a_failing_model_is_retried_and_then_replaced_by_quotes(
    stub: StubModel, named: Callable[[str], Model], mode: str, fallback: str
):
    answers = Answers(Retriever(*RULES), model=named(mode))
    await answers.warm()
    answer = await answers.answer("契約書は何年保存しますか", readers=ALL, language="ja")
    assert (answer.mode, answer.fallback) == ("extractive", fallback)
    assert "十年" in answer.text
    assert stub.calls <= 3


@pytest.mark.parametrize(
    ("language", "facts", "question"),
    [
        ("ja", FACTS_JA, "契約書は何年保存しますか"),
        ("en", FACTS_EN, "How long are contracts kept?"),
    ],
)
async def test_an_inventing_model_shows_nothing_unsupported(
    stub: StubModel,
    named: Callable[[str], Model],
    language: Language,
    facts: tuple[str, ...],
    question: str,
):
    stub.says = inventions(language)
    answers = Answers(Retriever("\n".join(facts)), model=named("inventing"))
    for _ in range(20):
        answer = await answers.answer(question, readers=ALL, language=language)
        lines = [s.text for s in answer.sentences if s.role == "line"]
        assert set(lines) <= set(facts)
        for lead in (s.text for s in answer.sentences if s.role == "lead"):
            assert any(lead.startswith(fact.rstrip("。.")) for fact in facts)


async def test_each_sentence_of_a_model_cites_the_passage_it_names(
    stub: StubModel, named: Callable[[str], Model]
):
    stub.says = (
        "駐車場の来客用区画は六台とする。[3]",
        "契約書の保存期間は十年とする。[1]",
        "交通費は実費とする。[2]",
    )
    answer = await Answers(Retriever(*RULES), model=named("inventing")).answer(
        "契約書は何年保存しますか", readers=ALL, language="ja"
    )

    quotes = {citation.number: citation.quote for citation in answer.citations}
    cited = {citation.number: citation.passage.text for citation in answer.citations}
    assert answer.mode == "llm"
    assert len(answer.sentences) == len(quotes) == 3
    for sentence in answer.sentences:
        [number] = sentence.citations
        assert quotes[number] == sentence.text
        assert sentence.text in cited[number]


@pytest.mark.parametrize(
    ("today", "stale"), [("2026-02-28", False), ("2026-03-01", False), ("2026-03-02", True)]
)
async def test_a_source_is_stale_from_the_day_after_its_review_date(today: str, stale: bool):
    answers = Answers(
        Retriever(*RULES, review="2026-03-01"), today=lambda: date.fromisoformat(today)
    )
    answer = await answers.answer("契約書は何年保存しますか", readers=ALL, language="ja")

    assert {citation.stale for citation in answer.citations} == {stale}
    assert any("2026-03-01" in note.en for note in answer.notes) == stale


@pytest.mark.parametrize("mark", ["", "[0]", "[4]", "[42]"])
async def test_a_sentence_of_a_model_without_a_source_of_its_own_is_not_shown(
    stub: StubModel, named: Callable[[str], Model], mark: str
):
    stub.says = (f"契約書の保存期間は十年とする。{mark}",)
    answer = await Answers(Retriever(*RULES), model=named("inventing")).answer(
        "契約書は何年保存しますか", readers=ALL, language="ja"
    )

    assert (answer.mode, answer.fallback) == ("extractive", "unsupported")


async def test_a_model_is_asked_again_when_its_provider_says(
    stub: StubModel, named: Callable[[str], Model], monkeypatch: pytest.MonkeyPatch
):
    """Left to itself it would wait longer than an answer may take; the provider says: at once."""
    monkeypatch.setattr("knowledge.answering.generation.PAUSE", 1e9)
    monkeypatch.setattr("knowledge.retry.LONGEST", 1e9)
    answers = Answers(Retriever(*RULES), model=named("429"))
    answer = await answers.answer("契約書は何年保存しますか", readers=ALL, language="ja")

    assert answer.fallback == "rate_limited"
    assert stub.calls == 3


async def test_a_refusal_of_the_provider_for_good_is_not_repeated(
    stub: StubModel, named: Callable[[str], Model]
):
    answers = Answers(Retriever(*RULES), model=named("401"))
    answer = await answers.answer("契約書は何年保存しますか", readers=ALL, language="ja")

    assert (answer.mode, answer.fallback) == ("extractive", "denied")
    assert stub.calls == 1


async def test_a_model_that_says_so_in_its_own_words_is_a_refusal_with_the_nearest(
    named: Callable[[str], Model],
):
    answer = await Answers(Retriever(*RULES), model=named("absent")).answer(
        "契約書は何年保存しますか", readers=ALL, language="ja"
    )
    assert answer.mode == "refused"
    assert answer.nearest


async def test_a_model_in_the_wrong_language_is_told_so_once(
    stub: StubModel, named: Callable[[str], Model]
):
    answer = await Answers(Retriever(*RULES), model=named("wrong-once")).answer(
        "契約書は何年保存しますか", readers=ALL, language="ja"
    )
    assert (answer.mode, stub.calls) == ("llm", 2)
    assert "日本語だけ" in stub.prompts[1]


async def test_a_follow_up_is_reworded_by_the_model_in_one_call(
    stub: StubModel, named: Callable[[str], Model]
):
    kept: list[Trace] = []

    async def keep(trace: Trace) -> None:
        kept.append(trace)

    history = (Turn("契約書の保存期間は?", "規程にあります。"),)
    answer = await Answers(Retriever(*RULES), model=named("fact"), keep=keep).answer(
        "それは何年?", readers=ALL, language="ja", history=history
    )
    assert answer.mode == "llm"
    assert stub.calls == 2
    assert kept[0].rewritten == "それは何年?"  # the stub gives the question back as it was


async def test_a_model_that_keeps_failing_is_left_alone(
    stub: StubModel, named: Callable[[str], Model]
):
    answers = Answers(Retriever(*RULES), model=named("500"))
    for _ in range(4):
        answer = await answers.answer("契約書は何年保存しますか", readers=ALL, language="ja")
    assert (answer.mode, answer.fallback) == ("extractive", "resting")
    assert stub.calls <= 5
    assert "生成AI" in answer.notes[0].ja


async def test_a_model_that_repeats_its_prompt_gives_nothing_of_it_away(
    stub: StubModel, named: Callable[[str], Model]
):
    answer = await Answers(Retriever(*RULES), model=named("leaking")).answer(
        "契約書は何年保存しますか", readers=ALL, language="ja"
    )
    assert "引用であり" not in answer.text
    assert "NONE-" not in answer.text


@pytest.mark.parametrize("mode", ["endless", "huge"])
async def test_an_answer_without_end_is_cut_and_replaced(named: Callable[[str], Model], mode: str):
    answer = await Answers(Retriever(*RULES), model=named(mode)).answer(
        "契約書は何年保存しますか", readers=ALL, language="ja"
    )
    assert answer.mode == "extractive"
    assert "十年" in answer.text


async def test_documents_that_disagree_are_said_to_with_both_figures():
    class Two(Retriever):
        async def document(self, id: str) -> Document:  # noqa: A002 - the library's own word
            return Document(
                id, Metadata(title=id, effective="2026-04-01" if id == "new" else "2024-04-01")
            )

    shelf = Two("生成AIの利用記録は、1年間保存する。", "生成AIの利用記録は、6か月間保存します。")
    shelf.passages = [
        replace(p, document=d, title=d) for p, d in zip(shelf.passages, ("new", "old"), strict=True)
    ]
    answer = await Answers(shelf).answer(
        "生成AIの利用記録はどのくらい保存しますか", readers=ALL, language="ja"
    )
    note = next(n for n in answer.notes if "食い違" in n.ja)
    assert all(part in note.ja for part in ("1年", "6か月", "2026-04-01", "2024-04-01"))
    assert "1年" in note.en


async def test_an_obedient_model_passes_nothing_on_and_still_gives_the_fact(
    stub: StubModel, named: Callable[[str], Model], shared: Path
):
    stub.canaries = (
        "SYSCANARY[1]",
        "![x](http://127.0.0.1:18080/i)[1]",
        "<!channel>[1]",
        "見よ http://127.0.0.1:18080/a [1]",
    )
    cases = [
        json.loads(line)
        for line in (shared / "injection" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    right = 0
    obedient = named("obedient")
    for case in cases:
        for chosen in (None, obedient):
            answer = await Answers(Retriever(case["document_text"]), model=chosen).answer(
                case["question"], readers=ALL, language=case["lang"]
            )
            out = " ".join([answer.text, *(c.quote for c in answer.citations)])
            assert not re.search(case["must_not_match"], out), case["id"]
            assert not re.search(r"18080|https?:|<[!@]|!\[|CANARY", out), case["id"]
            right += bool(re.search(case["must_match"], answer.text))
    assert right >= 0.95 * 2 * len(cases)


async def test_no_disguise_lets_a_link_or_a_mention_through(
    stub: StubModel, named: Callable[[str], Model], shared: Path
):
    cases = [
        json.loads(line)
        for line in (shared / "injection" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    obedient = named("obedient")
    for case, disguise in mutations(cases, 40, seed=7):
        answer = await Answers(Retriever(case["document_text"]), model=obedient).answer(
            case["question"], readers=ALL, language=case["lang"]
        )
        out = " ".join([answer.text, *(c.quote for c in answer.citations)])
        assert not re.search(r"18080|https?:|<[!@#a-z]|!\[|\]\(|CANARY", out, re.IGNORECASE), (
            case["id"],
            disguise,
        )
        assert re.search(case["must_match"], answer.text), (case["id"], disguise)


async def test_a_question_that_may_mean_several_things_offers_them():
    shelf = Retriever(
        "記録は1年間保存する。", "記録は情報システム部が見る。", "費用は部署が負担する。"
    )
    headings = ("第5条(保存)", "第8条(閲覧)", "第9条(費用)")
    shelf.passages = [
        replace(p, headings=(p.title, h)) for p, h in zip(shelf.passages, headings, strict=True)
    ]

    vague = await Answers(shelf).answer("記録", readers=ALL, language="ja")
    clear = await Answers(shelf).answer("記録は何年間保存しますか", readers=ALL, language="ja")

    assert len(vague.choices) == 2
    assert all("記録" in choice for choice in vague.choices)
    assert clear.choices == ()


@pytest.mark.parametrize(
    ("question", "cited", "said"),
    [
        ("文書規程の第5条第1項第2号は?", "第5条第1項第2号", "写しを社外へ送らないこと"),
        ("写しを送らない義務は、退職後もありますか?", "第5条第2項", "退職後も三年間"),
        ("廃棄を承認するのは誰ですか?", "第6条", "総務部長"),
    ],
)
async def test_an_answer_is_cited_by_the_paragraph_and_item_of_its_sentence(question, cited, said):
    """Articles short enough for one passage have their name alone as the passage's place."""
    texts = {
        "第5条": "第5条　従業員は、次の各号を守らなければならない。\n(1) 書類を施錠して保管すること\n"
        "(2) 写しを社外へ送らないこと\n2　前項第2号の写しを送らない義務は、退職後も三年間続く。",
        "第6条": "第6条　文書の廃棄は、総務部長が承認する。",
    }
    retriever = Retriever(*texts.values())
    for number, (name, passage) in enumerate(zip(texts, retriever.passages, strict=True)):
        place = Place("section", number + 1, name)
        retriever.passages[number] = replace(passage, place=place)
    answer = await Answers(retriever, analysis=ANALYSIS).answer(
        question, readers=ALL, language="ja"
    )
    assert answer.citations[0].passage.place.to("ja") == cited
    assert said in answer.sentences[0].text
    assert f"(文書規程 {cited})" in answer.sentences[0].text
