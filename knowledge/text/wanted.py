"""
What kind of sentence answers a question: one with an amount, a date, a person, steps, items, a
meaning.

A question names what it wants by a few words ("何日", "いつまで", "誰", "how long"); what it wants shows
in a sentence by form alone.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from knowledge.text.language import language_of

Kind = Literal["amount", "time", "who", "address", "steps", "items", "meaning", "eligible", ""]

_NUMBER = r"(?:\d+(?:[.,]\d+)*|[一二三四五六七八九十百千万数半]+)"
_SPAN = rf"{_NUMBER} ?(?:営業日|日|週間?|[かカヶケ箇]月|月|年間?|時間|分|秒|泊)"
_SPAN_EN = (
    r"(?:\d+(?:[.-]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)[ -]?"
    r"(?:business |working |calendar )?(?:second|minute|hour|day|week|month|quarter|year)s?\b"
)
_DATE = (
    rf"{_NUMBER} ?(?:年|月|日|時|週)|毎(?:年|月|週|日|朝)|末日|月末|年末|当日|翌(?:日|営業日|月|年)|前日|[春夏秋冬]|[年月週]初"
    r"|(?:月|火|水|木|金|土|日)曜|直ちに|速やかに|遅滞なく|事前に|その都度|以内|まで"
)
_DATE_EN = (
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b|\b\d{1,2}:\d\d\b|\b[12]\d{3}\b"
    r"|\b(?:annual|annually|quarterly|monthly|weekly|daily|immediately|end of|every)\b|" + _SPAN_EN
)
# what is asked in one language may be answered in the other
_ANY_SPAN = f"{_SPAN}|{_SPAN_EN}"
_ANY_DATE = f"{_DATE}|{_DATE_EN}"
_RATE = r"[年月週日]に? ?\d+ ?回|毎(?:年|月|週|日)|\d+ ?回|一回|二回|都度"
_RATE_EN = (
    r"\b(?:once|twice|annual|annually|biannual|biannually|quarterly|monthly|weekly|daily"
    r"|every|per (?:day|week|month|year)|times?)\b"
)
_ANY_RATE = f"{_RATE}|{_RATE_EN}"
_MONEY = (
    rf"{_NUMBER} ?(?:円|ドル|ユーロ|万円)|[¥$€] ?\d|\b\d[\d,.]* ?(?:yen|dollars?|usd|euros?)\b"
    r"|無料|実費|全額|割増|\d\.\d+(?!\d|日|時間|か月|年|泊)|\d+ ?(?:%|パーセント)|\bfree\b"
)
_WHO = (
    r"(?:部|課|室|局|係|窓口|責任者|担当者?|管理者|所属長|上司|上長|社長|部長|課長|人事|総務|会社|取締役|委員会|監査人|デスク)"
    r"|内線|連絡先|@"
    r"|\b(?:department|team|desk|manager|supervisor|officer|director|division|head|owner"
    r"|administrator|committee|contact|e-?mail (?:to|us|the|your)|extension|staff|personnel|lead)\b"
)
_ELIGIBLE = (
    r"対象|に限|のみ|だけ|適用|すべての|全ての|全員|以外|社員に|従業員に|者に(?:対し|限|は)"
    r"|\b(?:eligible|entitled|qualif\w+|only|every|all)\b"
)
_STEPS = (
    r"手順|次の(?:とおり|通り)|以下の|まず|申請|提出|届け?出|連絡|報告|してください|して下さい|なければならない|ものとする"
    r"|(?:する|行う|しない)こと(?:。|$)"
    r"|\b(?:submit|request|apply|report|contact|fill|ticket|follow|click|send|must|step)\b"
)
_WEB = r"https?://|\bwww\."
_NAMED = r"(?:とは|(?:という|と呼ぶ|をいう|を指す|のこと)|(?:こと|もの|技術|方法|仕組み)(?:です|である|を(?:いう|指す)|。|$))"
_ANY = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    `shows` finds in a sentence what is wanted; None where any sentence may do. `counted` finds an
    amount of the very unit that is asked for; None where none is named. `most` where the limit of
    an amount is asked for.
    """

    kind: Kind
    shows: re.Pattern[str] | None = None
    every: bool = False
    counted: re.Pattern[str] | None = None
    most: bool = False

    def found(self, text: str) -> bool:
        """Whether a sentence has what is wanted. Its own number in a list does not count."""
        return self._finds(self.shows, text)

    def counts(self, text: str) -> bool:
        """Whether a sentence has an amount of the very unit that is asked for."""
        return self._finds(self.counted, text)

    def limits(self, text: str) -> bool:
        """Whether a limit is asked for, and a sentence says one."""
        return self.most and self._finds(_LIMIT, text)

    def _finds(self, form: re.Pattern[str] | None, text: str) -> bool:
        if form is None:
            return False
        bare = _MARK.sub("", unicodedata.normalize("NFKC", text).lower())
        return bool(form.search(_REFERENCE.sub(" ", bare)))


_MOST_ASKED = re.compile(
    r"何[^\s、。はがを]{1,3}まで(?!に)|いくらまで|上限|限度|最大|最長"
    r"|\b(?:limit|maximum|at most|up to how)\b"
)
_LIMIT = re.compile(
    r"最大|最長|上限|限度|を?超え(?:ない|ては)|(?:円|日|回|年|人|名|か月|時間|分)(?:まで|以内)(?!に)"
    r"|\b(?:up to|at most|maximum|no more than|limit)\b"
)
_MARK = re.compile(r"^\s*(?:[-*・•◦]|\(?\d{1,3}[.)．]|\d{1,2} (?=[^\d]))\s*")
# a paragraph's number is no amount
_REFERENCE = re.compile(r"第 ?\d+ ?[編部章節条項号]|前\d*項|\b(?:section|article|slide|page) \d+")

_ENGLISH: tuple[tuple[Kind, str, str], ...] = (
    ("address", r"\burl\b|\blink\b|\bweb ?(?:site|page|address)\b|\bwhere online\b", _WEB),
    ("amount", r"\bhow much\b|\bprice\b|\bcosts?\b|\bfee\b|\ballowance\b|\blimit\b", _MONEY),
    ("amount", r"\bhow (?:often|frequently)\b|\bhow many times\b", _ANY_RATE),
    ("time", r"\bhow long\b|\bhow many (?:\w+ )?(?:days|weeks|months|years|hours)\b", _ANY_SPAN),
    ("time", r"\bby when\b|\bdeadline\b|\bwithin how\b|\bhow soon\b", f"{_ANY_SPAN}|{_ANY_DATE}"),
    (
        "amount",
        (
            r"\bhow many\b|\bm(?:ini|axi)mum\b|\blength\b|\bage\b"
            r"|\b(?:long|short|high|low|larg|small)est\b"
        ),
        r"\d",
    ),
    ("time", r"\bwhen\b|\bwhat time\b|\bwhat year\b|\bwhich date\b", _ANY_DATE),
    (
        "who",
        (
            r"\b(?:what|which) (?:phone |e-?mail )?(?:number|address)\b"
            r".*\b(?:call|dial|write|contact|reach|e-?mail)"
            r"|\bphone number\b|\be-?mail address\b"
        ),
        r"\d{2,5}-\d{2,4}-\d{3,4}|\S@\S|内線",
    ),
    (
        "eligible",
        (
            r"\bwho (?:can|may|gets?|is|are) "
            r"(?:get|use|receive|apply|eligible|entitled|allowed|\w+ed for)\b"
            r"|\bwho (?:gets|qualifies)\b|\b(?:is|are) everyone\b"
        ),
        _ELIGIBLE,
    ),
    ("who", r"\bwho\b|\bwhom\b|\bwhose\b|\bwhich (?:team|department|person)\b", _WHO),
    ("steps", r"\bho?w (?:do|can|should|to|would)\b|\bsteps?\b|\bprocedure\b", _STEPS),
    (
        "steps",
        (
            r"\bprocess for\b"
            r"|\bwhat (?:should|must|do|does|did|can) (?:\w+ ){1,3}?(?:(?:have|need) to )?do\b"
        ),
        _STEPS,
    ),
    ("items", r"\blist\b|\ball (?:the|of)\b|\bwhich \w+s\b", ""),
    ("items", r"\bwhat (?:kinds?|types?|categories|items)\b|\bwhat(?:'s| is| are) in\b", ""),
    ("items", r"\bwhat (?:must|may|can|should|is|are) (?:not |never )?(?:be |i |we )?\w+ed\b", ""),
    (
        "meaning",
        r"^what (?:is|are) (?:a |an |the )?[\w -]{2,30}\??$|\bwhat does .* mean\b|\bdefinition\b",
        r"\b(?:is|are|means|refers to)\b",
    ),
)
_WHO_ASKED = re.compile(
    r"誰|だれ|どなた|窓口|連絡先|問い合わせ先|(?:どこ|何処)[にへがのでを]?[^。]{0,8}"
    r"(?:連絡|れんらく|相談|そうだん|聞|きけ|問い合わせ|報告|申請|払|負担|管理)"
    r"|(?:相談|連絡|問い合わせ|質問|報告|申請|申し込み|申込)(?:は|って|を)?、?(?:どこ|何処)(?:に|へ|で)"
)
_ELIGIBLE_ASKED = re.compile(
    r"(?:誰|だれ|どんな人|どういう人)(?:でも|が|に)?[^。]{0,8}?"
    r"(?:使え|つかえ|もらえ|貰え|取れ|とれ|受けられ|受け取れ|利用でき|申請でき|対象|出る|出ます)"
    r"|対象者|全員(?:が|に)?[^。]{0,6}(?:もらえ|使え|取れ|出|受け)"
)
_STEPS_ASKED = re.compile(
    r"方法|手順|やり方|しかた|仕方|どうやって|どのように|どうすれば|どうしたら|どうしよう|どうする|どうやる|流れ|手続|何を(?:すれば|したら|する)|何から"
)
_ITEMS_ASKED = re.compile(
    r"全部|すべて|全て|ぜんぶ|一覧|並べ|ならべ|列挙|リスト|ケース|種類|どんな(?:とき|時|場合|もの|情報|業務)?"
    r"|どのような|項目|内訳|中身|入って|(?:もの|こと|情報|業務|書類|費用|場合|とき|条件)(?:は|って|が)?(?:何|なに|なん|どれ|\?|$)"
)
_EVERY_ASKED = re.compile(
    r"全部|すべて|全て|ぜんぶ|一覧|並べ|ならべ|列挙|リスト|\ball\b|\blist\b"
    r"|\bevery\b(?! (?:\d|day|week|month|quarter|year|time|hour|other))"
)
_MEANING_ASKED = re.compile(
    r"とは(?:何|なに|なん|\?|$)|って(?:何|なに|なん)(?:です|だ|の|\?|$)?|とは(?:[、。]|$)|意味|定義"
    r"|(?:とは|って|は)(?:どんな|どういう|どのような)(?:もの|物|情報|データ|意味|こと|区分|制度|仕組み)"
)


_AMOUNTS = (
    (r"何(?:営業)?日|何か月|何ヶ月|何カ月|何年|何週間?|何時間|何分|何泊", _ANY_SPAN),
    (r"何円|いくら|金額|料金|単価|値段|予算|上限額?", _MONEY),
    (r"何回|頻度|どのくらいの頻度|何度", _ANY_RATE),
    (r"何(?:文字|字|桁)", rf"{_NUMBER} ?(?:文字|字|桁|character)"),
    (r"何(?:人|名)", rf"{_NUMBER} ?(?:人|名)"),
    (r"何(?:歳|才)", rf"{_NUMBER} ?(?:歳|才)"),
    (r"何(?:%|パーセント|割)|割合|率", rf"{_NUMBER} ?(?:%|パーセント|割)|\d\.\d+"),
    (r"何[^\sかとがをはにのでも、。?ってすよや]", _NUMBER),
    (r"なん(?:文字|日|年|回|円|人|時間|分|か月)|いくつ", _NUMBER),
)
_TIMES = (
    (r"いつまで|期限|締め?切|までに|何日以内|何日前", f"{_ANY_SPAN}|{_ANY_DATE}"),
    (
        r"(?:どれ|どの)(?:くらい|ぐらい|位|だけ|ほど)の?(?:期間|間)?|期間(?:は|って|\?|$)|長さ",
        f"{_ANY_SPAN}|{_MONEY}",
    ),
    (r"いつ|時期|何時|日付|開始日", _ANY_DATE),
)
_ADDRESS_ASKED = re.compile(
    r"url|リンク|(?:ホームページ|サイト|webページ|アドレス)(?:は|を教|って|\?|$)"
)
_MAIL_ASKED = re.compile(r"メール(?:アドレス|アド)(?:は|を教|って|\?|$)")
_JAPANESE: tuple[tuple[Kind, re.Pattern[str], str], ...] = (
    (
        "who",
        re.compile(r"電話番号|内線番号|(?:番号|電話)(?:は|を教)"),
        r"\d{2,5}-\d{2,4}-\d{3,4}|内線",
    ),
    ("who", _MAIL_ASKED, r"\S@\S"),
    ("address", _ADDRESS_ASKED, _WEB),
    *(("amount", re.compile(asks), shows) for asks, shows in _AMOUNTS),
    *(("time", re.compile(asks), shows) for asks, shows in _TIMES),
    ("eligible", _ELIGIBLE_ASKED, _ELIGIBLE),
    (
        "who",
        re.compile(r"(?:誰|だれ|どこ|どちら)(?:が|の)[^。]{0,4}(?:払|負担|支払|出す|持ち)"),
        r"支給|負担|支払|会社が|本人が|自己|自費|実費",
    ),
    ("who", _WHO_ASKED, _WHO),
    ("steps", _STEPS_ASKED, _STEPS),
)


_UNITS = tuple(
    (re.compile(asks), shows)
    for asks, shows in (
        # a day of a month is no number of days
        (
            r"何(?:営業)?日|how many (?:\w+ )?days",
            rf"(?<![\d月])(?<!月の){_NUMBER} ?(?:営業)?日|\bdays?\b",
        ),
        (r"何週|how many (?:\w+ )?weeks", rf"{_NUMBER} ?週|\bweeks?\b"),
        (r"何[かヶカ箇]月|how many (?:\w+ )?months", rf"{_NUMBER} ?[かヶカ箇]月|\bmonths?\b"),
        (r"何年|how many (?:\w+ )?years", rf"{_NUMBER} ?年|\byears?\b"),
        (r"何時間|how many (?:\w+ )?hours", rf"{_NUMBER} ?時間|\bhours?\b"),
        (r"何時(?!間)|what time", rf"{_NUMBER} ?時(?!間)|\d:\d\d|\b[ap]m\b"),
        (r"何分|how many (?:\w+ )?minutes", rf"{_NUMBER} ?分|\bminutes?\b"),
        (r"何(?:歳|才)|\bage\b", rf"{_NUMBER} ?(?:歳|才)|\bage\b"),
        (r"何(?:人|名)", rf"{_NUMBER} ?(?:人|名)|\b(?:people|persons)\b"),
        (r"何回|how (?:often|many times)", _ANY_RATE),
        (r"何曜", r"[月火水木金土日]曜|\b\w+day\b"),
        (r"何円|いくら|how much", rf"{_NUMBER} ?万?円|[¥$€] ?\d|実費|全額|無料|\bfree\b"),
        (r"電話|番号を|\bphone\b|what number|number should", r"\d{2,5}-\d{2,4}-\d{3,4}|内線|\d{4}"),
    )
)


def wanted(question: str) -> Wanted:
    """Return what kind of sentence answers a question, by the first of its words that says so."""
    text = unicodedata.normalize("NFKC", question).lower().replace("’", "'").strip()
    every = bool(_EVERY_ASKED.search(text))
    if language_of(question, "ja") == "en":
        return _wanted_in_english(text, every=every)
    for kind, asks, shows in _JAPANESE:
        if asks.search(text):
            most = bool(_MOST_ASKED.search(text))
            return Wanted(kind, re.compile(shows), every, _counted(text), most)
    meaning = _MEANING_ASKED.search(text)
    listed = every or _ITEMS_ASKED.search(_MEANING_ASKED.sub("", text))
    if meaning and not listed:
        return Wanted("meaning", re.compile(_NAMED), every)
    return Wanted("items" if listed else "", None, every)


def _wanted_in_english(text: str, *, every: bool) -> Wanted:
    for kind, asks, shows in _ENGLISH:
        if re.search(asks, text):
            form = re.compile(shows) if shows else None
            return Wanted(kind, form, every, _counted(text), bool(_MOST_ASKED.search(text)))
    return Wanted("", None, every)


def _counted(question: str) -> re.Pattern[str] | None:
    """Return what finds an amount of the unit that a question names, None where it names none."""
    for asks, shows in _UNITS:
        if asks.search(question):
            return re.compile(shows)
    return None
