"""Names sent as one string: split into a first and a last name that make the same string again."""

from customers.lib.identity import has_visible_text


def split_name(name: str, *, longest: int) -> tuple[str, str]:
    """(first, last) of at most `longest` characters, parted at the last blank that can be put back.

    A name without one is all first name; so is one whose parts are set apart by more than a blank, or that is too long.
    """
    text = name.strip()
    if len(text) > 2 * longest + 1:  # each try copies the text
        return text, ""
    for at in range(len(text) - 2, 0, -1):
        first, last = text[:at], text[at + 1 :]
        if text[at] == " " and len(last) > longest:
            break
        if text[at] == " " and len(first) <= longest and _stands_alone(first) and _stands_alone(last):
            return first, last
    return text, ""


def _stands_alone(part: str) -> bool:
    # Nothing of it may be lost when it is stored by itself.
    return part == part.strip() and has_visible_text(part)


def full_name(first_name: str, last_name: str) -> str:
    return f"{first_name} {last_name}".strip()
