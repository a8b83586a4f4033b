from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B and C”."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
