"""Words between formulas: those that begin a condition, those that only lead the reader on."""

from __future__ import annotations

import re

CONDITION = frozenset(
    re.findall(
        r"\S+",
        """if for when whenever where with provided assuming since because given let as such
    while s.t. subject""",
    )
)
"""Words after which a formula says under what the one before holds, or what is taken to hold."""

PREMISES = frozenset({"where", "with", "given", "let", "as", "since", "because", "assuming"})
"""Those after which an equation gives a name its meaning."""

OTHERWISE = frozenset({"otherwise", "else"})
AND = frozenset({"and"})

_LEADING = CONDITION | frozenset(
    re.findall(
        r"\S+",
        """and so hence thus then therefore by using from namely i.e. e.g. that is we which here
    also finally now have obtain get implies""",
    )
)
_FILLING = frozenset({"all", "every", "each", "any", "that", "some", "to"})
NEGATING = frozenset({"or", "unless", "not", "except", "no", "never", "without", "或"})
"""Words that turn what stands beside them round: nothing is read beside these."""
BESIDE = _LEADING | OTHERWISE | NEGATING | {"one-hot"}
"""Words that are no names, however they are set."""

_CHINESE = {
    "如果": "if",
    "若": "if",
    "当": "when",
    "其中": "where",
    "对于": "for",
    "因为": "because",
    "由于": "because",
    "已知": "given",
    "设": "let",
    "所以": "thus",
    "因此": "thus",
    "可得": "thus",
    "则": "thus",
    "故": "thus",
    "即": "thus",
    "且": "and",
    "和": "and",
    "时": "here",
    "否则": "otherwise",
    "其他": "otherwise",
    "其它": "otherwise",
}
_CHINESE_WORD = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))
NAME_FOLLOWS = frozenset({"=", "(", "_", "^", "[", "'", ":=", r"\approx"})
"""What stands after words that are a name, not a remark."""


def words_in(text: str) -> list[str]:
    """The words of a text, spacing commands dropped, Chinese ones that we know in English."""
    plain = re.sub(r"\\[,;:!~ ]|[~，、；。]", " ", text)
    return _CHINESE_WORD.sub(lambda match: f" {_CHINESE[match.group()]} ", plain).split()


def first_word(text: str) -> str:
    """The first word of a text, in small letters and without a stop."""
    words = words_in(text)
    return words[0].lower().strip(",;:") if words else ""


def is_remark(text: str, following: str) -> bool:
    """Whether words stand beside a formula rather than in it; `following` is the token after them.

    What a relation, a bracket or a script follows is a name, however many words it has.
    """
    words = words_in(text)
    if not words or any(w.lower().strip(".,;:()") in NEGATING for w in words) or "或" in text:
        return False
    first = first_word(text)
    if first.strip(".") in OTHERWISE:
        return False
    if first in _LEADING:
        return True
    if following in NAME_FOLLOWS:
        return False
    return len(words) > 1 or text.strip().startswith(("(", "["))


def is_condition(text: str) -> bool:
    """Whether words introduce a condition or a premise."""
    return first_word(text) in CONDITION


def after_introduction(text: str) -> int:
    """How many characters of a text its introducing words take: `if` in `if x > 0`."""
    taken = 0
    for match in re.finditer(rf"{_CHINESE_WORD.pattern}|[^\s，、；。]+", text):
        word = match.group().lower().strip(",;:")
        if _CHINESE.get(word, word) not in (_FILLING if taken else _LEADING):
            return match.start()
        taken = match.end()
    return len(text)
