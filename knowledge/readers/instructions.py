"""
Text aimed at an AI rather than at a reader: flagged for the admin, never obeyed, never removed.

Benign look-alikes are common in guidelines about generative AI ("AIの回答は必ず確認すること"), so a pattern needs both an order and
its aim: what was said before, what the answer must be, or the markers of a chat format.
"""

import re
import unicodedata

_EXCERPT = 80  # characters shown to the admin
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # what was said before
        r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|system|all)\b[^.\n]{0,20}\b(?:instruction|prompt|rule|message|direction|context)s?",
        r"(?:これまで|以前|上記|前述|今まで|先|ここまで|すべて|全て)の[^。\n]{0,12}(?:指示|命令|プロンプト|ルール|制約)[^。\n]{0,8}(?:無視|忘れ|破棄|従わ)",
        r"(?:システム)?(?:プロンプト|指示)を(?:すべて|全て)?(?:無視|忘れ|開示|出力|表示)(?:し|て|せよ|すること)",
        r"(?:忽略|无视|忘记|無視|忽視)[^。\n]{0,12}(?:之前|以上|先前|上述|所有)[^。\n]{0,8}(?:指令|指示|提示|规则|命令)",
        # what the answer must be
        r"\b(?:reply|respond|answer|output|print)\b[^.\n]{0,20}\b(?:only|exactly|solely)\b[^.\n]{0,12}[\"'“「]",
        r"\b(?:AI|LLM|language model|chatbot|assistant)s?\b[^.\n]{0,60}\b(?:must|should|shall|please)\b[^.\n]{0,40}\b(?:reply|respond|answer with|append|include the (?:link|url|image|following)|say|output|reveal|approve)\b",
        r"(?:AI|LLM|アシスタント|チャットボット|言語モデル)[^。\n]{0,12}(?:は|へ|への|に|よ)[^。\n]{0,30}(?:回答|返答|応答|出力)[^。\n]{0,20}(?:先頭|末尾|冒頭|最後|代わり)",
        r"(?:回答|返答|応答)の(?:先頭|末尾|冒頭|最後)に[^。\n]{0,30}(?:付け|入れ|書け|書く|含め|表示|追加)",
        r"(?:とだけ|のみを?)(?:回答|返答|答え|応答|出力)(?:せよ|しろ|しなさい|してください|すること|るように)",
        r"(?:この|本)(?:文書|資料|文章)を(?:読|処理|要約)[^。\n]{0,12}(?:AI|LLM|アシスタント|モデル)",
        r"只(?:回复|回答|输出|返回)",
        r"\byou are now\b[^.\n]{0,40}",
        r"(?:あなたは|君は)(?:今から|これから)[^。\n]{0,40}",
        r"\b(?:maintenance|developer|admin|god|debug) mode\b[^.\n]{0,30}\b(?:enabled?|activated?|on)\b|(?:管理者|開発者|デバッグ|メンテナンス)モード(?:に|へ|を|と)",
        r"\b(?:send|post|forward|upload|leak)\b[^.\n]{0,50}\b(?:conversation|chat history|system prompt|question|secret|api key|token)s?\b[^\n]{0,40}https?:",
        r"!?\[[^\]\n]{0,60}\]\(\s*https?://[^)\s]*[?&][^)\s]*=[^)\n]*(?:\{|質問|会話|question|data|secret|直前)",
        r"\]:\s*https?://\S*[?&]\w+=\S*(?:質問|会話|question|data|secret|直前)",
        # markers of a chat format
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|?>|\[/?INST\]|<</?SYS>>|^\s*#{2,3}\s*(?:system|instruction)s?\s*:",
        r"</?(?:document|context|system|retrieved|passage|source)s?>",
        r"^\s*(?:SYSTEM|ASSISTANT)\s*[::]\s*\S|\b(?:BEGIN|END) RETRIEVED CONTENT\b",
    )
)
_ORDERS = frozenset({"ignore", "disregard", "forget"})
_AIMS = frozenset({"previous", "instructions", "instruction", "prompt"})


def found(text: str) -> str:
    """Return an excerpt of the first text that addresses an AI, or "" when there is none."""
    plain = unicodedata.normalize("NFKC", text)
    for pattern in _PATTERNS:
        mark = pattern.search(plain)
        if mark:
            return " ".join(plain[mark.start() : mark.start() + _EXCERPT].split())
    return _scrambled(plain)


def _scrambled(text: str) -> str:
    """Find orders whose inner letters were swapped ("Ignroe all prevoius insturctions")."""
    orders, aims = {_shape(word) for word in _ORDERS}, {_shape(word) for word in _AIMS}
    for line in text.split("\n"):
        shapes = {_shape(word) for word in re.findall(r"[A-Za-z]{5,14}", line[:2000].lower())}
        if shapes & orders and len(shapes & aims) > 1:
            return line.strip()[:_EXCERPT]
    return ""


def _shape(word: str) -> str:
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]
