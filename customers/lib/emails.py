"""Emails: the normal form by which two are compared, and what people paste around one."""

import re
import unicodedata
from functools import lru_cache

import idna

LONGEST_EMAIL = 254
BLANKS = "".join(chr(number) for number in range(0x3001) if chr(number).isspace())
PASTED_AROUND = BLANKS + "<>()[]{}\"'`“”„‘’‚«»‹›,;:|"
JOINERS = "\u200c\u200d"
IN_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")
LINK = re.compile(r"mailto:([^?]*)(\?.*)?", re.IGNORECASE | re.DOTALL)
LABEL = re.compile(r"\A[^@]*:")
COMMENT = re.compile(r"\s\([^@()]*\)$")
# None of these is in a part without quotes: a text that has one is two emails, or none.
NO_PART_OF_ONE = re.compile(r"[\s@()<>\[\]:;,\\\"]")
# As most are written: nothing is around it.
PLAIN = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]*[A-Za-z0-9]")
FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


def bare_email(text: str) -> str:
    """The email without what is pasted around it: “Jan <jan@shop.org>,” and “Email: jan@shop.org” are jan@shop.org."""
    if PLAIN.fullmatch(text):
        return text
    # The two joiners are letters of some domains; no other character that cannot be seen is a part of an email.
    text = "".join(c for c in text.translate(FULL_WIDTH) if unicodedata.category(c) != "Cf" or c in JOINERS)
    if in_brackets := IN_BRACKETS.search(text):
        text = in_brackets[1]
    text = COMMENT.sub("", text.strip(BLANKS)).strip(PASTED_AROUND)
    if link := LINK.fullmatch(text):
        text = link[1]
    text = LABEL.sub("", text)
    return text.strip(PASTED_AROUND).rstrip(f"{PASTED_AROUND}.")


@lru_cache(2048)  # an act asks several times
def normal_email(text: str) -> str:
    """The local part lower-cased and the domain in IDNA 2008; "" when it is too long, or no single email."""
    if PLAIN.fullmatch(text):
        local, at, domain = text.rpartition("@")
    else:
        local, at, domain = unicodedata.normalize("NFC", bare_email(text)).rpartition("@")
    if not (at and local and domain) or NO_PART_OF_ONE.search(local) or NO_PART_OF_ONE.search(domain):
        return ""
    normal = f"{local.lower()}@{_in_idna(domain)}"
    return normal if len(normal) <= LONGEST_EMAIL else ""


@lru_cache(1024)  # many have one domain
def _in_idna(domain: str) -> str:
    try:
        # Not casefolded before: that would make straße.de another domain, strasse.de.
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain.lower()
