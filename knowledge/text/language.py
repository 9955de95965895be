"""
Which of our two languages a text is in, told by its script alone: it costs microseconds and never
guesses from words. Whether it is in another one is told by the words no sentence goes without.
"""

import re

from knowledge.values import Language

_HIRAGANA = re.compile(r"[\u3041-\u309f]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa]")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d々]")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9'’.+-]*")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_ADDRESS = re.compile(r"https?://[!-~]+")  # speaks no language, but for a name at its end
# Latin words from which on a text without hiragana is an English sentence that names a Japanese
# word
_SENTENCE = 3


# Hangul, Cyrillic, Greek, Arabic, Hebrew, Thai, Devanagari
_OTHER_SCRIPT = re.compile(
    r"[\uac00-\ud7af\u0400-\u04ff\u0370-\u03ff\u0600-\u06ff\u0590-\u05ff\u0e00-\u0e7f\u0900-\u097f]"
)
_CHINESE = re.compile(
    r"[吗么们这哪怎请谁说让还没给为个时间问题应该关于]|什么|可以|是否|多少|能否|如何|[的了]"
)
_CHINESE_ALONE = re.compile(r"[吗么们这哪怎请谁说让还给]|什么|是否|多少|能否")
# one of these is enough: no Japanese text has them
_CHINESE_SURE = re.compile(r"[吗嗎么麼们們这這哪怎]|有多少|多少[天钱錢元个個次]|[几幾][天个個次]")
_SIMPLIFIED = re.compile(
    r"[们这说对时经发现动过业务员规费报问请让还给开门车东电话语认识应该实际头样进远运单选择证签资"
    r"权责质购销达设备网线级组织结构补贴钱账处历书买卖见间马长风飞习农图团园两几丢岗约订终绩节额"
    r"赔偿评领导师傅纪邮]"
)
_WORD = re.compile(r"[a-zà-öø-ÿœß'’]+")
_ENGLISH = (
    "the a an is are do does can i we you my our what how when where who which may to of for in on"
    " it this that there be and or if have has not with from at by as please about should must"
    " thanks"
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
# French, German, Spanish, Italian, Portuguese, Dutch, Indonesian
_OTHERS = (
    "le la les des du une est sont et pour dans avec que qui quelle quel quelles quels je nous vous"
    " combien comment où quand puis peut-on der die das den dem ein eine einen ist sind und für mit"
    " wie wann wo wer was kann ich wir nicht darf muss el los las una es son para con cuántos cuál"
    " qué cómo puedo dónde de il lo gli un sono per come quanti posso dove o os as uma são quantos"
    " como posso onde het een van zijn hoe wat kan mag ik apakah bagaimana berapa saya yang dan"
    " untuk di entre quanto cuanto mi mon ma mes votre notre"
)
_OTHER_WORDS = frozenset(_OTHERS.split())


def is_foreign(text: str) -> bool:
    """Report whether a text is written in a language that is neither Japanese nor English."""
    if _HIRAGANA.search(text):
        return False
    letters = [sign for sign in text if sign.isalpha()]
    if len(_OTHER_SCRIPT.findall(text)) * 2 > len(letters):
        return True
    if _JAPANESE.search(text):
        if _CHINESE_SURE.search(text) and not _KATAKANA.search(text):
            return True
        asks = bool(_CHINESE_ALONE.search(text)) and len(_CHINESE.findall(text)) > 1
        return asks or len(_SIMPLIFIED.findall(text)) > 1
    words = _WORD.findall(text.lower())
    others = [word for word in words if word in _OTHER_WORDS]
    english = [word for word in words if word in _ENGLISH_WORDS]
    return len(others) > 1 and len(others) > len(english)


def told_language(text: str) -> Language | None:
    """
    Return the language somebody speaks who writes this; None where people of either language write
    so: digits and signs, one Latin word, names and abbreviations alone ("RAG", "GPT-4o, LLM").

    Whoever writes in a third language is answered in English.
    """
    text = _ADDRESS.sub(" ", text)
    if _OTHER_SCRIPT.search(text) or is_foreign(text):
        return "en"
    if _JAPANESE.search(text):
        return language_of(text, "ja")
    words = [word for word in _LATIN_NAME.findall(text) if not _is_a_name(word)]
    english = any(word.lower() in _ENGLISH_WORDS for word in words)
    return "en" if english or len(words) >= _SENTENCE else None


def _frames(word: str) -> bool:
    """Report whether a word is one no English sentence goes without, and no abbreviation: "is"."""
    return word[1:].islower() and word.lower() in _ENGLISH_WORDS


def spoken_language(text: str, conversation: Language) -> Language:
    """Return the language to answer a text in: its own, else that of its conversation."""
    return told_language(text) or conversation


def _is_a_name(word: str) -> bool:
    """Report whether a word is written as names and abbreviations are: "LLM", "GPT-4o"."""
    return not word[1:].islower() and not word.islower()


def language_of(text: str, fallback: Language) -> Language:
    """
    Return "ja" for text with kana or kanji, "en" for text with Latin letters, `fallback` for digits
    and signs alone.

    An English sentence that only names something in katakana or kanji ("What does 稟議 mean?") stays
    English.
    """
    text = _ADDRESS.sub(" ", text)
    if _HIRAGANA.search(text):
        return "ja"
    if _JAPANESE.search(text):
        latin = _LATIN_WORD.findall(text)
        framed = any(map(_frames, latin))
        return "en" if framed or len(latin) >= _SENTENCE else "ja"
    if re.search(r"[A-Za-z]", text) or _OTHER_SCRIPT.search(text):
        return "en"
    return fallback
