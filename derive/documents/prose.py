"""What the words around formulas say: names, hypotheses, single samples."""

from __future__ import annotations

import re

_SINGLE = re.compile(
    r"\b(?:one|single|individual|einzeln\w*|ein)\s+(?:training\s+)?"
    r"(?:sample|example|instance|observation|data\s*point|beispiel|datenpunkt)"
    r"|\bper[- ](?:sample|example)|单个?样本|一个样本",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"^[\s,]*(?:is\s+|be\s+)?(?:denoted?|written|abbreviated|called|named)?\s*"
    r"(?:by|as|记[作为成]|写[作为成]|als|mit)\s*$",
    re.IGNORECASE,
)
_FOR = re.compile(r"^\s*(?:stands?|for|steht|short)?\s*(?:for|für)\s*$", re.IGNORECASE)
_ASSUMES = re.compile(
    r"\b(?:where|with|since|because|given(?: that)?|assum\w+|let|suppose|wobei"
    r"|mit|da|weil|sei|seien|gelte)\W*$|(?:其中|因为|由于|假设|满足|设|令)[\s，,:：]*$",
    re.IGNORECASE,
)

_ITEM = re.compile(r"(?:^|\n)\s*(?:[-*+]|\d+[.)])\s+[^$\n:]{1,40}:\**\s*\$?$")
_ANEW = re.compile(r"\n[ \t>]*\n|\n[ \t>]*(?:[-*+]|\d+[.)]|\\item\b|\|)(?=[ \t])")
_DEFINES = re.compile(
    r"\b(?:re)?defin\w*|\b(?:is|are) (?:given by|called)|\blet\b|\binstead\b|\breplac\w+"
    r"|\b(?:now|alternatively)\b[^.]*\b(?:take|use|consider|choose|set|have|minimi[sz]e)\b"
    r"|定义|记作|形式|公式|改用|改为|换成|换为|现在取|考虑",
    re.IGNORECASE,
)
_FOR_ANOTHER = re.compile(r"\b[Ff]or (?:an? |the )?[A-Z][\w-]*[A-Za-z](?: [a-z]+)?[,:]?\s*$")
_CONCLUDES = re.compile(
    r"\b(?:so|hence|thus|therefore|then|get|gets|gives?|becomes?|obtain|yields?|follows"
    r"|simplif\w+|equals?|rewrit\w+|written|i\.e|also|wrong|mistake|typo|bug|version)\b"
    r"|所以|因此|于是|从而|得|即|可写|等于|化简|错",
    re.IGNORECASE,
)


_OPTIMUM = re.compile(
    r"\bderivativ|\bgradient|\bdifferentiat|\b(?:to|equal|equals|with) zero|\bstationar"
    r"|\bmaxim|\bminim|\boptim|\bAbleitung|\bNull\b|\bextrem"
    r"|导数|求导|偏导|梯度|极值|极大|极小|最大|最小|为\s*0|为零|等于零",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"\b(?:if|when|wenn)\b[^.]*\b(?:then|have|get|dann)\W*$|(?:如果|若|当)[^。]*(?:那么|则|有)[\s，,:：]*$",
    re.IGNORECASE,
)


_DENIES = re.compile(
    r"\b(?:(?:not|never|cannot|\w+n['’]t)\s+(?:\w+\s+){0,2}?"
    r"(?:have|holds?|true|case|means?|imply|follow|say|write|correct|valid|conclude)"
    r"|wrong|false|incorrect|untrue|(?:nicht|falsch)(?:\s+wahr)?)"
    r"(?:\s+(?:that|to|say|write|conclude|generally|in\s+general|dass))*[\s,:]*$",
    re.IGNORECASE,
)


def denies(before: str) -> bool:
    """Whether the words before a formula say that it does not hold."""
    return _DENIES.search(before) is not None


def sets_to_zero(before: str) -> bool:
    """Whether the words before a formula speak of an optimum, or of a derivative set to zero."""
    return _OPTIMUM.search(before) is not None


def concludes(before: str) -> bool:
    """Whether the words before a formula give it as what follows from a condition in words."""
    return _CONCLUSION.search(before) is not None


def speaks_of_single_sample(text: str) -> bool:
    """Whether prose says that a single sample is meant."""
    return _SINGLE.search(text) is not None


def assumes(before: str) -> bool:
    """Whether the words before a formula state it as a hypothesis."""
    return _ASSUMES.search(before) is not None


def defines_anew(before: str) -> bool:
    """Whether the words before a formula announce a definition."""
    near = before[-80:]
    return _DEFINES.search(near) is not None or _FOR_ANOTHER.search(near) is not None


def only_states(before: str) -> bool:
    """Whether nothing in the words before a formula says that it follows from something."""
    return _CONCLUDES.search(before[-80:]) is None


def is_item_of(before: str) -> bool:
    """Whether the words before a formula are the name of a list's item: `- ELU: `."""
    return _ITEM.search(before) is not None


def begins_anew(text: str) -> int:
    """Where the last paragraph or item of a list begins in a stretch of prose; 0 if none does."""
    return max((m.end() for m in _ANEW.finditer(text)), default=0)


def naming(between: str, first: str, second: str) -> tuple[str, str] | None:
    """The name and what it stands for, where the words between two formulas say so."""
    if re.fullmatch(r"\s*\\?[A-Za-z]+(?:_\{?\w+\}?)?\s*", second) and _NAMED.match(between):
        return second.strip(), first.strip()
    if re.fullmatch(r"\s*\\?[A-Za-z]+(?:_\{?\w+\}?)?\s*", first) and _FOR.match(between):
        return first.strip(), second.strip()
    return None
