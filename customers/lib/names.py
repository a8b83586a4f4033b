"""The one normal form of names, words and labels: what does not count when two of them are compared.

Accents, case, ligatures, width and characters that cannot be seen never count, nor which hyphen or apostrophe was
typed. `person_name` compares the names of two people by it.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST_WORD = 60
BEFORE_A_LETTER = "\x1f"
DRAWN_AS_NOTHING = "\u115f\u1160\u2800\u3164\uffa0"

# Apostrophes, and the letters that stand for one: ʻokina, ʼ, Hebrew geresh, Armenian apostrophe.
APOSTROPHES = "'`´‘’‛′ʹʻʼʽʾʿˈꞌ՚׳＇"
HYPHENS = re.compile(r"[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d\u058a\u05be]")
# The accents of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs, the Arabic line that only
# stretches a word, and variation selectors. Marks of other scripts make another letter: が is not か.
ACCENTS = re.compile(
    r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1-\u05c7\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
# Letters that Unicode does not decompose, and that people type without the accent.
SIMPLER = str.maketrans(
    {
        **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t"},
        **{"ə": "e", "ŋ": "n", "ĸ": "k", "ŀ": "l", "ƶ": "z", "ɨ": "i"},
        # Arabic and Persian keyboards have two of these.
        **{"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"},
    }
)
SAINTS = {"saint": "st", "sainte": "ste"}
ASCII_WORD = re.compile(r"[0-9a-z]+")
WITHOUT_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES, ""))
# Written out where the keyboard has no such letter.
WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def has_visible_text(text: str) -> bool:
    # Some letters are drawn as nothing, and a mark alone cannot be seen.
    return any(unicodedata.category(c)[0] not in "ZCM" and c not in DRAWN_AS_NOTHING for c in text)


def without_unseen(text: str) -> str:
    """The text without characters that are drawn as nothing, such as a zero-width space or a direction mark."""
    if text.isascii():
        return text
    return "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in DRAWN_AS_NOTHING and c != "\u034f")


def label_key(text: str) -> str:
    """Equal for two spellings of one tag; other than in a name, punctuation counts: C++ is not C."""
    return " ".join(HYPHENS.sub("-", unaccented(text)).split()) or text.casefold()


def unaccented(text: str) -> str:
    """In small letters, without accents, apostrophes and unseen characters: “holy” finds Holý, “oreilly” O’Reilly."""
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    plain = without_unseen(text).translate(WITHOUT_APOSTROPHES)
    if plain.isascii():
        return plain.lower()
    # Twice, because a folded letter may be one that can be decomposed.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
    return unicodedata.normalize("NFC", ACCENTS.sub("", decomposed)).translate(SIMPLER)


def name_words(text: str) -> list[str]:
    plain = unaccented(text)
    if plain.isascii():
        return [word[:LONGEST_WORD] for word in ASCII_WORD.findall(plain)]
    # A mark that is left belongs to its letter.
    letters = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain)
    return [word[:LONGEST_WORD] for word in "".join(letters).split()]


def compared_words(text: str) -> list[str]:
    """The words with St for Saint where another follows, as in Saint John; a search finds both as they are written."""
    words = name_words(text)
    return [*(SAINTS.get(word, word) for word in words[:-1]), *words[-1:]]


@lru_cache(4096)  # an act asks several times
def name_spellings(text: str) -> frozenset[str]:
    """Two spellings of one name have one of these in common; none where there is no letter.

    Blanks and hyphens do not count (Jean-Luc, Jean Luc), and ü may be written u or ue.
    """
    forms = {"".join(compared_words(text))}
    composed = unicodedata.normalize("NFC", text).lower()
    if not composed.isascii():
        forms.add("".join(compared_words(composed.translate(WRITTEN_OUT))))
    return frozenset(form for form in forms if any(c.isalpha() for c in form))


def normal_name(text: str) -> str:
    """The first of the spellings by which names are compared; "" where there is no letter."""
    return min(name_spellings(text), key=len, default="")


def sort_key(*, last_name: str, first_name: str, otherwise: str) -> bytes:
    """The key by which names are sorted without accents. Bytes: databases sort bytes alike, and text differently.

    A customer without a last name is sorted by first name; without both, by `otherwise`.
    """
    parts = [part for part in (last_name, first_name) if part] or [otherwise]
    return BEFORE_A_LETTER.join(" ".join(unaccented(part).split())[:LONGEST_WORD] for part in parts).encode()
