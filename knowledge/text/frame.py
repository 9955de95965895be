"""
Words a question is made with rather than about, in the forms `analysis` gives them: who asks, that
something is wanted, needed, allowed or done, and how much is asked for.

No document need hold them to hold the answer, and none is about a thing because it does.
"""

# fmt: off
FRAME = frozenset({
    # who asks, and where
    "会社", "当社", "弊社", "自社", "我が社", "内", "家", "社内", "私", "僕", "自分", "皆", "人", "方",
    "compani", "our", "we", "us", "someon", "somebodi", "anyon", "peopl", "employe", "here",
    # what is wanted
    "教える", "知る", "聞く", "尋ねる", "伺う", "分かる", "説明", "御", "願う", "下さる", "質問", "件",
    "tell", "know", "ask", "show", "explain", "question", "pleas", "want", "like", "wonder",
    "quick",
    # may, must, can, get
    "良い", "大丈夫", "必要", "要る", "可能", "出来る", "貰う", "頂く", "呉れる", "取る", "出る", "出す",
    "使う", "入れる", "行く", "来る", "見る", "書く", "掛かる", "決まる", "決まり", "駄目", "べき",
    "may", "must", "need", "have", "get", "got", "allow", "give", "take", "make", "use", "go",
    "put",
    "still", "ever", "also", "just", "right", "happen", "see", "find", "work", "let",
    # how, how much, when
    "方法", "遣り方", "仕方", "手順", "内容", "種類", "一覧", "全部", "全て", "場合", "際", "為",
    "くらい", "位", "程度", "日", "年", "月", "時間", "間", "回", "頃", "迄", "前", "後", "先",
    "今", "最初", "一番", "他", "別", "同じ", "多い", "対象", "規程", "規定", "規則", "ルール", "資料",
    "mani", "much", "long", "often", "soon", "way", "kind", "thing", "until", "befor", "after",
    "day", "time", "first", "one", "all", "everi", "some", "ani", "new", "mean", "polici", "rule",
})
# fmt: on
