"""
Twelve scenes of a chat as people meet them, in both languages: asked, pressed and answered in a real house.

`scenes` gives the last reply of each; `tests.browser.chat_pictures` draws them as both platforms show them.
"""

from handlers.conversation import Command, Person, Press, Reply, Sources, Text
from tests.bot.scenes import buttons, finished, said

WORDS = {
    "ja": {
        "question": "RAGって社内文書を全部覚えてるの?",
        "unknown": "社員食堂の来週の献立は?",
        "choosing": "うちに合うのはどの方法?",
        "help": "ヘルプ",
    },
    "en": {
        "question": "Does RAG memorise all our documents?",
        "unknown": "What is on the canteen's menu next week?",
        "choosing": "Which approach fits us?",
        "help": "help",
    },
}
CHANNEL = "slack:T1:C1"


async def scenes(application, language) -> dict[str, Reply]:
    """Return the reply of each scene by its name."""
    words = WORDS[language]
    asker = Person(f"slack:T1:U{language}1", "佐藤 花子", language, "admin")
    other = Person(f"slack:T1:U{language}2", "鈴木 一郎", language)
    shown = {"help": await said(application, asker, Text(words["help"]))}
    answer = await said(application, other, Text(words["question"]), CHANNEL)
    shown["answer"] = answer
    [sources] = [block for block in answer.blocks if isinstance(block, Sources)]
    about = {"aid": sources.answer}
    source = about | {"s": sources.items[0].id, "n": 1}
    shown["source"] = await said(application, other, Press("source.open", source))
    shown["inside"] = await said(application, other, Press("demo.open", about))
    shown["vote"] = await said(application, other, Press("feedback.vote", about | {"vote": "down"}))
    shown["unknown"] = await said(application, other, Text(words["unknown"]), CHANNEL)
    shown["choosing"] = await said(application, other, Text(words["choosing"]))
    begun = await said(application, asker, Command("llm-choose", "choose express"))
    shown["dialog"] = begun
    shown["result"], _ = await finished(application, asker, begun)
    shown["history"] = await said(application, asker, Press("choose.history"))
    shown["documents"] = await said(application, asker, Press("document.list"))
    team = await said(application, asker, Command("llm-choose", "choose team"), CHANNEL)
    shown["team"] = team
    assert buttons(team)
    return shown
