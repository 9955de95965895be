"""Questions about a result as people put them: answered from the result, or left to the documents."""

import pytest

from handlers.choose.asking import Asking
from handlers.choose.result import ResultView
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.values import Language
from tests.choosing import advisor

ADVISOR: Advisor = advisor()
ASKING = Asking.load()
FITS = {
    "task": "answer",
    "docs": "core",
    "boundary": "contract",
    "gap": "untried",
    "budget": "s",
    "time": "m3",
    "team": "app",
    "users": "u2",
    "cite": "must",
    "partner": "no",
}
BARRED = {
    "task": "answer",
    "docs": "core",
    "boundary": "inside",
    "gap": "proven",
    "traindata": "examples",
    "control": "must",
    "budget": "xs",
    "time": "m1",
    "team": "none",
    "partner": "no",
}


def answer(question: str, answers: dict[str, str], language: Language, texts: Texts) -> str:
    run = Run("r", "p", "p", ADVISOR.model.sha256, answers=answers, began="2026-11-30")
    return ASKING.answer(ResultView.of(run, ADVISOR, Wording(texts, language)), question)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("注意点は?", "注意点"),
        ("出典は?", "https://"),
        ("どのくらい確かですか?", "107件"),
        ("この結果はどのくらい当たる?", "107件"),
        ("0人ならいくらですか?", "1人以上"),
        ("費用を抑えるには?", "安くする順"),
        ("いちばん安いのはどれ?", "いちばん低い"),
        ("なぜファインチューニングではないのですか?", "小さな学習"),
        ("自社でモデルを作りたいんだけど", "ゼロから"),
        ("3000人で使うと月額いくらかかりますか?", "3,000人"),
        ("もし3,000人で使ったら年いくら?", "3,000人"),
        ("Microsoft 365 Copilotではだめですか?", "完成品"),
        ("RAGって要るの?", "RAG は、おすすめに含まれています"),
        ("なんでこれになったの?", "決め手"),
        ("うちの回答でいちばん効いたのは?", "決め手"),
        ("何が変われば結論が変わりますか", "結論が変わる条件"),
        ("前提が変わったら?", "結論が変わる条件"),
        ("最初に何をすればいい?", "今:"),
        ("もし予算が半分なら?", "100万円未満"),
        ("予算が倍になったら変わる?", "500万〜3,000万円"),
        ("予算が2億円になったら?", "3,000万〜3億円"),
        ("期限を1か月に縮めたら?", "1か月以内"),
        ("機械学習の人を採用したら?", "機械学習・GPU"),
        ("データを外に出せなくなったら?", "閉域の外には出せない"),
        ("ベンダーに頼むとどうなる?", "社外への依頼: はい"),
        ("出典を出さなくてよければ?", "出典の表示: いらない"),
        ("2番目の候補は?", "次に良い"),
        ("何人必要?", "必要な人材"),
        ("どれくらいの期間がかかる?", "最初の結果"),
        ("失敗したらどうなる?", "やめる"),
        ("成果はどう測る?", "測るもの"),
        ("いつ見直すべき?", "2027-05-30"),
        ("社長にどう説明すればいい?", "判断メモ"),
        ("精度はどのくらい出る?", "最初の段階で測ります"),
        ("予算が足りないのはどれ?", "上限を超えるのは"),
        ("他社はどうしてるの", "似た条件の組織"),
        ("役員会で何て言えばいい?", "判断メモ"),
        ("結論だけ一言で", "完成品を買う"),
        ("この診断、信用していいの?", "107件"),
        ("うちと似た会社の例は?", "似た条件の組織"),
        ("失敗した会社はある?", "似た条件の組織"),
        ("何点差で決まった?", "次に良い"),
        ("やらないという選択は?", "通常のソフト"),
        ("自前のLLMはなぜだめ?", "ゼロから"),
        ("最初の1か月で何をする?", "今:"),
        ("1年後はどうなってる?", "測って足りなければ:"),
        ("半年で結果が出なかったら?", "やめる"),
        ("社内にエンジニアがいないのに大丈夫?", "必要な人材"),
        ("ChatGPTを買うのとどっちが安い?", "いちばん低い"),
        ("月いくらまで下がる?", "いちばん低い"),
        ("予算が$20kなら?", "100万〜500万円"),
        ("予算がUSD 20kになったら?", "100万〜500万円"),
        ("How come you picked this?", "was decided by"),
        ("What do I tell the board?", "Decision memo"),
        ("How do I explain it to legal?", "Decision memo"),
        ("In one word?", "Buy a finished product"),
        ("Any company like ours?", "Similar"),
        ("Did anyone fail with this?", "Similar"),
        ("By how many points did it win?", "Next best"),
        ("By how much did it win?", "Next best"),
        ("Could we just do nothing?", "ordinary software"),
        ("What should we decide next?", "Now:"),
        ("What do we do in the first month?", "Now:"),
        ("What if nothing works within six months?", "When to stop"),
        ("We have no engineers. Is that okay?", "nobody special"),
        ("Which people and roles do we need?", "nobody special"),
        ("How low can the monthly cost go?", "lowest minimum"),
        ("Couldn't we just buy ChatGPT?", "a finished product"),
        ("What if our budget were cut in half?", "Under 1M yen"),
        ("Suppose we only had one month", "Within 1 month"),
        ("What if data could leave the company?", "answered already"),
        ("What if we hired a data scientist?", "Machine-learning"),
        ("What changes with a vendor's help?", "Help from a partner: Yes"),
        ("What's the runner-up?", "Next best"),
        ("What will we pay monthly?", "a month"),
        ("How long will it take?", "first result"),
        ("Who does the work?", "nobody special"),
        ("When should we stop?", "When to stop"),
        ("How do we measure success?", "What to measure"),
        ("How do I explain this to my CEO?", "Decision memo"),
        ("Which limit are we breaking?", "keep within"),
        ("I want to train our own model", "from scratch"),
        ("Isn't fine-tuning better?", "fine-tuning"),
        ("Where do I start?", "Now:"),
        ("Should we drop it and use Excel?", "ordinary software"),
    ],
)
def test_questions_are_answered_from_the_result(question: str, words: str, texts: Texts) -> None:
    language: Language = "en" if question.isascii() else "ja"
    assert words in answer(question, FITS, language, texts)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("なぜこの案なの?", "条件がそろえば合うのは"),
        ("RAGは要る?", "いまの上限では始められません"),
        ("エンジニアを1人採用したら?", "始められる方法はありません"),
        ("もし予算が半分なら?", "同じ区分"),
        ("What if we had a partner and nothing else?", "Nothing can be started"),
    ],
)
def test_what_cannot_be_started_is_not_called_a_suggestion(
    question: str, words: str, texts: Texts
) -> None:
    language: Language = "en" if question.isascii() else "ja"
    said = answer(question, BARRED, language, texts)
    assert words in said
    assert "おすすめする決め手" not in said


def test_no_trial_outlasts_the_deadline() -> None:
    first = ADVISOR.evaluate({**FITS, "time": "m1"}).route[0]
    assert first.months.high == 1


@pytest.mark.parametrize(
    ("platform", "words"), [("ms365", "Copilot"), ("google,aws", "Gemini"), ("none", "")]
)
def test_a_platform_in_use_is_looked_at_first(platform: str, words: str, texts: Texts) -> None:
    said = answer("始める前に何を確かめる?", {**FITS, "platform": platform}, "ja", texts)
    assert words in said
    assert ("契約中の" in said) == bool(words)


@pytest.mark.parametrize(
    "question",
    [
        "誰が発表しましたか",
        "有給休暇は何日ですか",
        "今日の天気は?",
        "個人情報は大丈夫?",
        "Who wrote the guideline?",
        "What's the weather today?",
    ],
)
def test_what_a_result_does_not_hold_is_left_to_the_documents(question: str, texts: Texts) -> None:
    assert answer(question, FITS, "ja", texts) == ""
