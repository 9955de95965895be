"""With a language model: its answer is seen while it is written, and can be held against what it says alone."""

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import (
    Audience,
    Details,
    Message,
    Paragraph,
    Person,
    Press,
    Sources,
    Text,
)
from tests.sheet import Sheet

AOI = Person("paper:U1", "Aoi", "ja")


async def say(application, content):
    sheet = Sheet()
    await application.turns.take(
        Message("m", AOI, "paper:model", Audience(AOI.id, private=True), content), sheet
    )
    return sheet.shown


def spoken(reply):
    return next(
        (b.text for b in reply.blocks if isinstance(b, Paragraph) and b.tone == "answer"), ""
    )


async def test_an_answer_grows_on_the_screen_and_its_prompt_can_be_read(stub, house):
    given = {
        "LLM": "openai:fact",
        "LLM_BASE_URL": f"http://127.0.0.1:{stub.port}/v1",
        "LLM_API_KEY": "k",
    }
    async with Application(load(given, data=str(house))) as application:
        shown = await say(application, Text("RAGって社内文書を全部覚えてるの?"))
        answer = shown[-1]
        aid = next(b for b in answer.blocks if isinstance(b, Sources)).answer
        inside = (await say(application, Press("demo.open", {"aid": aid})))[-1]
        calls = stub.calls
        alone = (await say(application, Press("demo.alone", {"aid": aid})))[-1]

    assert any(spoken(reply) for reply in shown if not reply.final)
    assert "生成AI" in str(answer.blocks)
    folded = {b.title: b for b in inside.blocks if isinstance(b, Details)}
    assert stub.prompts[0].startswith(folded["生成AIに渡した文の全文"].blocks[0].text[:200])
    assert calls == 1
    assert "生成AIだけ、出典なし" in str(alone.blocks)


async def test_a_model_that_fails_is_told_with_its_reason(stub, house):
    given = {
        "LLM": "openai:500",
        "LLM_BASE_URL": f"http://127.0.0.1:{stub.port}/v1",
        "LLM_API_KEY": "k",
    }
    async with Application(load(given, data=str(house))) as application:
        answer = (await say(application, Text("RAGって社内文書を全部覚えてるの?")))[-1]

    assert "スライド18" in answer.text
    assert "提供元でエラー" in answer.text
    assert "資料からの引用" in str(answer.blocks)
