from math import sqrt

Z = 1.96
"""Of 95 percent."""


def percent(part: int, of: int) -> str:
    """Such as “2.1%”; “” of nothing."""
    return f"{100 * part / of:.1f}%" if of else ""


def wilson_lower_bound(right: int, of: int) -> float:
    """The least share that is right with 95 percent confidence, when `right` of `of` were."""
    share = right / of
    centre = share + Z * Z / (2 * of)
    return max(0.0, (centre - Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))) / (1 + Z * Z / of))
