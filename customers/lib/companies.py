"""The name of a company as two are compared: without its legal form, so that “Acme, Inc.” is “ACME”."""

from itertools import pairwise

from customers.lib.names import name_words
from customers.lib.placeholders import real_name

LEGAL_FORMS = frozenset(
    word
    for words in (
        "ab ag as bv co company corp corporation doo eood gbr gmbh inc incorporated kft kg limited llc llp ltd mbh nv",
        "ohg oy oyj plc pte pty sa sarl sas se sl spa srl sro the und and",
    )
    for word in words.split()
)


def company_form(company: str) -> str:
    """Equal for two spellings of one company."""
    words = name_words(company)
    return "".join(word for word in _joined(words) if word not in LEGAL_FORMS) or "".join(words)


def company_key(company: str) -> str:
    """As `company_form`; "" for a placeholder, such as “N/A”."""
    return company_form(company) if real_name(company) else ""


def _joined(words: list[str]) -> tuple[str, ...]:
    """With s.r.o. and the like as one word."""
    joined: list[str] = []
    for before, word in pairwise(["", *words]):
        if len(word) == len(before) == 1:
            joined[-1] += word
        else:
            joined.append(word)
    return tuple(joined)
