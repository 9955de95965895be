"""
What people write around a question: greetings, introductions, thanks, signatures, a line of story,
links, emoji, quoted code.

None of it asks anything, and all of it would be searched for. A message that is a question alone
comes back letter by letter; where nothing asks, nothing but courtesy is set aside.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from knowledge.sentences import yaml_values
from knowledge.text.analysis import JAPANESE
from knowledge.text.chat_markup import unmarked
from knowledge.text.language import spoken_language
from knowledge.text.pieces import Piece, joined, pieces
from knowledge.text.topic import complete, replaces, topics
from knowledge.values import Language

LONGEST = 4000  # characters; what is longer is refused elsewhere and comes back as it is
SIGNATURE = 30  # characters up to which a line below a question is its writer's name
# characters up to which a polite sentence that asks nothing is courtesy and no matter of its own
POLITE = 60
LINKED = "\ue000"  # where a link stood
ROUNDS = 6  # openings that may follow each other
FILE = Path(__file__).with_name("courtesy.yaml")
_MARKS = " \t\n。.!！…、,:"
_WORD = re.compile(r"[^\W_]")
_END = r"[\s。、,.!?！？…ー〜~:;()]*"
_NO_PARTICLE = "(?![のはがをにとも]|って|ござい|です|ます)"  # おはようございますの時間: no greeting, but what is asked about
_FENCE = re.compile(r"```.*?(?:```|$)", re.DOTALL)
_LINK = re.compile(r"(?:https?://|www\.|mailto:)[^\s<>「」『』。、()（）]+", re.IGNORECASE)
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_QUOTES = re.compile(r"^[ \t]*>+[ \t]*", re.MULTILINE)
# the head of a mail that was forwarded or pasted; what it is about stays
_HEAD = re.compile(
    r"^[ \t]*(?:-{2,}[^\n]*(?:forwarded|original|転送|元の|メッセージ)[^\n]*"
    r"|(?:from|sent|date|to|cc|bcc|reply-to|差出人|送信者|送信日時|送信日|日付|日時|宛先)[ \t]*:[^\n]*)$"
    r"|^[ \t]*(?:(?:fwd?|re|subject|件名|題名)[ \t]*:[ \t]*)+",
    re.IGNORECASE | re.MULTILINE,
)
_HOW_TO_ANSWER = re.compile(
    r"(?:どう|どのように|何と|なんと)(?:答え|返事|返信|回答|返|説明)|^(?:これ|それ)(?:って|は)?(?:本当|合って|事実)"
    r"|^is (?:this|that|it) (?:true|right)"
    r"|\b(?:what|how) (?:should|do|can|shall|must) (?:i|we) (?:answer|say|reply|respond|tell)",
    re.IGNORECASE,
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a\u231b\u23e9-\u23fa]"
    "[\ufe0e\ufe0f\u20e3\u200d\U0001f3fb-\U0001f3ff]*"
)
_IN_LANGUAGE = re.compile(
    r"(?:(?:回答|答え|返事|返信)は)?(?:(?P<ja>日本語|和文)|英語|英文)で(?:、)?"
    r"(?:わかりやすく|分かりやすく|簡単に|簡潔に|短く|やさしく|丁寧に)*"
    r"(?:答え|教え|説明し|回答し|返事し|返信し|書い|お願い)?(?:て|します|いたします|できますか)?"
    r"(?:ください|下さい|くれますか|ほしい(?:です)?|もらえますか|いただけますか)?"
    r"|(?:please |pls |and )?(?:answer|reply|respond|explain|write|say it|tell me)?(?: me)?"
    r" ?in (?:(?P<jp>japanese)|english)(?: please)?",
    re.IGNORECASE,
)
_ASKS_JA = re.compile(
    r"[?？]|(?:か|かな|かね|かしら|っけ|でしょう|だろう|の|よね|たい(?:のですが|んですが|んだけど|です))$"
    r"|(?:いくら|いくつ|どう(?!も|ぞ)|どんな|どこ|どれ|誰|だれ|なぜ|いつ(?!も)|何[日年人円時回件個歳枚分月])[^。]{0,6}$"
    r"|教え|おしえ|知りたい|聞きたい|伺いたい|教示|教授(?:くだ|下さ|いただ|願)|確認し(?:たい|ていただ)|説明し|まとめ(?:て|る)|要約し"
    r"|(?:挙げ|あげ|並べ|ならべ|出し|見せ|答え|作っ|書い|調べ|探し)"
    r"(?:て(?=$|[くね下ほ欲もいよみ頂]|、?お願)|と(?=け|い)|よ$|なさい)|一覧|とは$|方法$|手順$|やり方$|って(?:何|なに|どう)$"
)
_ASKS_EN = re.compile(
    r"^(?:what|when|where|which|who|whose|whom|why|how|is|are|am|do|does|did|can|could|may|might"
    r"|must|should|shall|would|will"
    r"|has|have|tell|explain|list|show|give|compare|summari[sz]e|describe|define)\b"
    r"|\b(?:like to know|want(?:ed)? to (?:know|ask)|need to know"
    r"|wondering (?:if|whether|what|how|who|when|which|where)"
    r"|please (?:tell|explain|list|show|give|compare|describe)|(?:tell|let) (?:me|us) (?:know )?"
    r"(?:what|how|who|when|which|where|whether|why|if))\b",
    re.IGNORECASE,
)
_NO_QUESTION = re.compile(r"^(?:have a|let me know if|will do)\b", re.IGNORECASE)
_WHO = re.compile(
    r"(?:(?:私|わたくし)は?[、,]?)?(?:[^、。]{1,24}の)?[^、。]{1,14}(?:と申します|といいます|と言います)(?:が|けど)?"
    r"|[^、。は]{0,20}(?:部|課|室|局|係|店|社|支部|本部|グループ|チーム|センター|事業所|工場|総務|人事|経理|営業|開発|情シス|法務|企画|広報)"
    r"[^、。は]{0,8}?[の・ ][^、。はが]{1,10}(?:です|でございます)(?:が|けど)?"
    r"|(?:[^、。は?？]{0,20}(?:入社|配属|異動|着任|転職)(?:した|しました|してきた|になった|の)|新人の|新入社員の)"
    r"[^、。はが?？]{0,12}?(?:です|でございます|と申します)?"
    r"|[\u4e00-\u9fff々]{1,4}[@(][^、。はが)]{1,10}\)?(?:です|でございます)"
    r"|(?:my name is|this is|i'm|i am) [a-z][\w.'-]*(?: [a-z][\w.'-]*)?(?:,? (?:from|in|at|of"
    r"|\() ?[^,.?!]{1,30}|,? (?:the |a |your )?new [^,.?!]{1,40})?",
    re.IGNORECASE,
)
_SUPPOSES = re.compile(r"(?:した|の)(?:ら|とき|時|場合|際|後|あと)")
_NAME = re.compile(r"([\u4e00-\u9fff々]{2,4})です")
_BELOW = re.compile(r"([\u4e00-\u9fff々]{2,4})")
_FIRST = re.compile(r"^[^、。,?]{2,30}(?:が|けど|けれど|けれども|まして|でして|ので)[、,]\s*")
_PLEA = re.compile(r"教え|おしえ|助け|たすけ|\bhelp\b|\badvise\b", re.IGNORECASE)
_WHICH = re.compile(
    r"何|なに|誰|だれ|どこ|いつ|どう|どれ|どの|どんな|どちら|なぜ|いくら|\b(?:wh\w+|how)\b",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"社員|派遣|契約|嘱託|役員|管理職|新人|新卒|中途|出向|期間|研修|休職|育休|産休|学生|妊娠|独身|既婚|必要|以上|可能|禁止"
)
_POLITE_END = re.compile(r"(?:ます|ました|ません|ませんでした|[んの]です|たいです)(?:[ねよ])?$")
_SPOKEN_END = re.compile(
    r"(?:です|ます|ました|ません|でした|まして|でして|けど|けれど|が|ので)[ねよ]?$"
)
_SUBJECT = re.compile(r"[はが]")
_SIGNS = re.compile(r"^(?:[-–—―=*_]{2,}|(?:以上|敬具|草々)$)")
_CLOSES = re.compile(  # what follows is who wrote it
    r"(?:(?:kind|best|warm|many|with)(?: (?:kind|best|warm))? )?(?:regards|wishes|greetings)"
    r"|(?:yours )?(?:sincerely|faithfully|truly)|best|cheers|thanks|many thanks|thank you",
    re.IGNORECASE,
)
_CARD = re.compile(  # 営業2課 佐藤: an office, or family and given name
    r"[\u4e00-\u9fff々ァ-ヴーA-Za-z0-9の()・\s]*(?:部|課|室|局|係|店|支社|支店|本部|会社|グループ|チーム"
    r"|センター)[\u4e00-\u9fff々ァ-ヴー()・\s]*"
    r"|[\u4e00-\u9fff々]{1,3}[ \u3000][\u4e00-\u9fff々]{1,3}"
)
_SIGNED = re.compile(r"[A-Z][A-Za-z.'-]*(?:[ ,]+[A-Z][A-Za-z.'-]*){0,3}")


class Courtesy(NamedTuple):
    """The patterns of `courtesy.yaml`; openings end at what parts them from the question."""

    opening: re.Pattern[str]
    sentence: re.Pattern[str]
    polite: re.Pattern[str]
    story: re.Pattern[str]

    @classmethod
    @cache
    def load(cls) -> "Courtesy":
        rows: dict[str, dict[str, list[str]]] = yaml_values(FILE.read_text(encoding="utf-8"))
        japanese = f"(?:{'|'.join(rows['opening']['ja'])}){_NO_PARTICLE}"
        rows["opening"]["ja"] = [japanese]
        either = {name: "|".join([*row["ja"], *row["en"]]) for name, row in rows.items()}
        return cls(
            re.compile(rf"(?:{either['opening']}){_END}", re.IGNORECASE),
            re.compile(rf"(?:{either['sentence']}){_END}", re.IGNORECASE),
            re.compile(either["polite"], re.IGNORECASE),
            re.compile(either["story"], re.IGNORECASE),
        )


def asking(text: str) -> str:
    """
    Return a message without greeting, thanks, signature, links, emoji, quotes and code.

    A question that stands alone comes back as it is; so does a message in which nothing else would
    be left.
    """
    if len(text) > LONGEST:
        return text
    written = unicodedata.normalize("NFKC", text)
    whole = unmarked(written)
    marked = _LINK.sub(LINKED, bare(whole))
    asked = joined(_without_writer(_without_courtesy(pieces(marked)))).replace(LINKED, " ")
    if not _WORD.search(asked):
        changed = whole != written and _WORD.search(whole)
        return whole if changed else text
    if whole == written and _is_all_of(asked, whole):
        return text
    return " ".join(asked.split())


def searched(question: str) -> str:
    """
    Return the part of a question to search for: without the story it is told in, where it can be
    understood without.

    What is set aside may still matter for writing the answer: "I was ill for three days. Do I need
    a doctor's note?"
    """
    parts = pieces(question)
    asks = [part for part in parts if asks_something(part.text)]
    whole = bool(asks) and all(complete(part.text) for part in asks)
    needed: list[Piece] = []
    for part in parts:
        told = part not in asks and _is_story(part.text)
        if not told or not (whole or _names_nothing(part.text)):
            needed.append(part)
    if not needed or len(needed) == len(parts):
        return question
    return joined(needed).strip()


def bare(text: str) -> str:
    """
    Return the text without code, quotes of others and emoji; whatever would leave no word stays.
    """
    text = _of_others(text)
    for pattern, instead in ((_FENCE, "\n"), (_HEAD, ""), (_QUOTED, ""), (_EMOJI, _emoji_gap)):
        shorter = pattern.sub(instead, text)
        if _WORD.search(shorter):
            text = shorter
    return text


def _of_others(text: str) -> str:
    """Return the quoted question where somebody only asks how to answer it."""
    quotes = _QUOTED.findall(text)
    own = _QUOTED.sub("", text)
    how = False
    for part in pieces(own):
        if not asks_something(part.text):
            continue
        how = bool(_HOW_TO_ANSWER.search(part.text))
        if not how:
            return text
    if not quotes or not how:
        return text
    return _QUOTES.sub("", "\n".join(quotes))


def opened(sentence: str) -> str:
    """Return a sentence in NFKC without the courtesy it opens with; "" when it is nothing else."""
    patterns, at = Courtesy.load(), 0
    for _ in range(ROUNDS):
        opening = patterns.opening.match(sentence, at)
        if opening is None or opening.end() == at:
            break
        at = opening.end()
    if patterns.sentence.fullmatch(sentence, at):
        return ""
    return sentence[at:]


def _without_courtesy(parts: list[Piece]) -> list[Piece]:
    """
    Take the courtesy off every sentence, and the name that follows a greeting as a sentence of its
    own.
    """
    left: list[Piece] = []
    polite = False  # the sentence before is mere courtesy
    for part in parts:
        words = _without_first_clause(opened(part.text))
        if _SIGNS.match(part.text):
            left.append(part)
        elif not _WORD.search(words):
            polite = True
            continue
        elif not (polite and _is_name(words, below=bool(left) and "\n" in part.gap)):
            left.append(Piece(words, part.gap))
        polite = False
    return left


def _without_first_clause(sentence: str) -> str:
    """Return a sentence without a first clause that names nothing: "ちょっと気になったんですが、…"."""
    clause = _FIRST.match(sentence)
    if clause is None or not _says_nothing(clause[0]) or not complete(sentence[clause.end() :]):
        return sentence
    return sentence[clause.end() :]


def _without_writer(parts: list[Piece]) -> list[Piece]:
    """
    Set aside what is said of the writer around the matter: what asks, or where nothing does, what
    is no politeness.
    """
    matter = _matter(parts)
    if not matter:
        return parts
    others: list[Piece] = []
    for at, part in enumerate(parts):
        before, after = at < matter[0], at > matter[-1]
        if at > matter[0] and _SIGNS.match(part.text):
            break
        if after and _CLOSES.fullmatch(part.text.strip(_MARKS)):
            break
        if at in matter or not _about_the_writer(part, before=before, after=after):
            others.append(part)
    return others


def _matter(parts: list[Piece]) -> list[int]:
    """Return which sentences are the matter: those that ask, else those that are no politeness."""
    asks: list[int] = []
    others: list[int] = []
    for at, part in enumerate(parts):
        polite = _is_polite(part.text)
        if not polite and asks_something(part.text):
            asks.append(at)
        elif not (polite or introduces(part.text) or (at and _is_signature(part))):
            others.append(at)
    questions = [at for at in asks if not _is_plea(parts[at].text)]
    return questions or asks or others


def answer_language(message: str, conversation: Language) -> Language:
    """
    Return the language to answer a message in: the one it asks for in a sentence of its own
    ("Answer in English."), else that of its question, else that of the conversation.
    """
    for part in pieces(unmarked(unicodedata.normalize("NFKC", message))):
        wish = _IN_LANGUAGE.fullmatch(part.text.strip(_MARKS))
        if wish is None:
            continue
        if wish["ja"] or wish["jp"]:
            return "ja"
        return "en"
    return spoken_language(asking(message), conversation)


def asks_something(sentence: str) -> bool:
    words = sentence.strip(_MARKS)
    if _NO_QUESTION.search(words):
        return False
    return bool(_ASKS_JA.search(words) or _ASKS_EN.search(words))


def introduces(sentence: str) -> bool:
    """Report whether a sentence says who its writer is: 営業2課の佐藤です, not 入社したら何を出す?"""
    text = sentence.strip(_MARKS)
    return bool(_WHO.fullmatch(text)) and not (_WHICH.search(text) or _SUPPOSES.search(text))


def _is_name(sentence: str, *, below: bool) -> bool:
    """Report whether a sentence is a name, and no standing a rule depends on: 佐藤です, not 派遣です."""
    name = (_BELOW if below else _NAME).fullmatch(sentence.strip(_MARKS))
    return bool(
        name and not _STANDING.search(name[1]) and topics(name[1]) and not replaces(name[1])
    )


def _about_the_writer(part: Piece, *, before: bool, after: bool) -> bool:
    """
    Report whether a sentence that is not the matter is politeness, an introduction or a signature.
    """
    if LINKED in part.text:  # "there is more at …": to be opened, not to be searched for
        return True
    if _is_polite(part.text) or _is_plea(part.text) or _says_nothing(part.text):
        return True
    if before:
        return introduces(part.text)
    return after and _is_signature(part)


def _is_signature(part: Piece) -> bool:
    text = part.text.strip(f"{_MARKS}-–—~")
    if len(text) > SIGNATURE:
        return False
    return bool(_SIGNED.fullmatch(text) or ("\n" in part.gap and _CARD.fullmatch(text)))


def _is_polite(sentence: str) -> bool:
    """Report whether a short sentence is politeness: it asks nothing, or nothing in particular."""
    text = sentence.strip(_MARKS)
    polite = len(text) <= POLITE and Courtesy.load().polite.search(text)
    return bool(polite) and not (asks_something(text) and topics(text))


def _is_plea(sentence: str) -> bool:
    """
    Report whether a sentence begs for an answer without asking anything: "わかる方いらっしゃれば教えてください".
    """
    return bool(_PLEA.search(sentence)) and not _WHICH.search(sentence) and not topics(sentence)


def _says_nothing(sentence: str) -> bool:
    """Report whether a sentence asks nothing and names nothing, not even a number."""
    words = sentence.strip(_MARKS)
    if JAPANESE.search(words) and not _SPOKEN_END.search(words):
        return False
    if asks_something(words) or re.search(r"\d", words):
        return False
    return _names_nothing(words)


def _is_story(sentence: str) -> bool:
    """Report whether a sentence tells of its writer, as people talk: "先日、上司に聞かれました"."""
    words = sentence.strip(_MARKS)
    # who is not named is the writer
    unnamed = _POLITE_END.search(words) and not _SUBJECT.search(words)
    return bool(unnamed or Courtesy.load().story.search(words))


def _names_nothing(sentence: str) -> bool:
    """Report whether a story names nothing that a question could need."""
    return not topics(Courtesy.load().story.sub(" ", sentence))


def _emoji_gap(emoji: re.Match[str]) -> str:
    """An emoji at the end of a line ends a sentence; one between two words is nothing."""
    after = emoji.string[emoji.end() : emoji.end() + 1]
    if after.strip() and not _EMOJI.match(after):
        return ""
    return "\n"


def _is_all_of(asked: str, whole: str) -> bool:
    """Report whether nothing but white space and signs was set aside."""
    return _letters(asked) == _letters(whole) and not _EMOJI.search(whole)


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text))
