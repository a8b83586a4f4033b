"""Countries that gave their telephone numbers more digits, or another beginning."""

from collections.abc import Sequence

# A number as it was, without its country code, and as it is dialled now.
RENUMBERED: dict[int, Sequence[tuple[str, str]]] = {
    # Dialled from abroad to a mobile with a 9, which a call within the country leaves out.
    54: ((r"9(\d{10})", r"\1"),),
    # Mobiles got a 9 (2012 to 2016).
    55: ((r"(\d\d)([689]\d{7})", r"\g<1>9\2"),),
    # Since 2019 without the 1 of mobiles, and without 01, 044 and 045.
    52: ((r"(?:1|01|044|045)(\d{10})", r"\1"),),
    # The area became a part of the number (2002).
    420: ((r"0(\d{9})", r"\1"),),
    421: ((r"0(\d{9})", r"\1"),),
    48: ((r"0(\d{9})", r"\1"),),
    # Areas of 2000, without the trunk 0.
    44: (
        *((r"171(\d{7})", r"207\1"), (r"181(\d{7})", r"208\1"), (r"1203(\d{6})", r"2476\1")),
        *((r"1222(\d{6})", r"2920\1"), (r"1232(\d{6})", r"2890\1"), (r"1703(\d{6})", r"2380\1")),
        (r"1705(\d{6})", r"2392\1"),
    ),
    # The 0 belongs to the number of a landline since 1998.
    39: ((r"([124-79]\d{5,10})", r"0\1"),),
    # Zurich (2007).
    41: ((r"1(\d{7})", r"44\1"),),
    # Landlines of Bogotá and other cities (2021).
    57: ((r"([124-8]\d{7})", r"60\1"),),
    # Landlines of Santiago (2012).
    56: ((r"2(\d{7})", r"22\1"),),
    # Mobiles (2012).
    593: ((r"([89]\d{7})", r"9\1"),),
    # Mobiles (2018).
    84: (
        *((r"16([2-9]\d{7})", r"3\1"), (r"120(\d{7})", r"70\1"), (r"121(\d{7})", r"79\1"), (r"122(\d{7})", r"77\1")),
        *((r"126(\d{7})", r"76\1"), (r"128(\d{7})", r"78\1"), (r"123(\d{7})", r"83\1"), (r"124(\d{7})", r"84\1")),
        *((r"125(\d{7})", r"85\1"), (r"127(\d{7})", r"81\1"), (r"129(\d{7})", r"82\1"), (r"186(\d{7})", r"56\1")),
        *((r"188(\d{7})", r"58\1"), (r"199(\d{7})", r"59\1")),
    ),
    # Mobiles by their operator (2021).
    225: (
        (r"([04-9][0-3]\d{6})", r"01\1"),
        (r"([04-9][4-6]\d{6})", r"05\1"),
        (r"([04-9][7-9]\d{6})", r"07\1"),
    ),
    # All numbers (2024).
    229: ((r"([2-9]\d{7})", r"01\1"),),
    # All numbers (2014).
    237: ((r"([5-9]\d{7})", r"6\1"), (r"([23]\d{7})", r"2\1")),
    # Mobiles by their operator (2011).
    20: (
        *((r"12(\d{7})", r"122\1"), (r"17(\d{7})", r"127\1"), (r"18(\d{7})", r"128\1"), (r"150(\d{6,7})", r"120\1")),
        *((r"10(\d{7})", r"100\1"), (r"16(\d{7})", r"106\1"), (r"19(\d{7})", r"109\1"), (r"151(\d{7})", r"101\1")),
        *((r"11(\d{7})", r"111\1"), (r"14(\d{7})", r"114\1"), (r"152(\d{7})", r"112\1")),
    ),
}
# Both ways of dialling are still valid, so the old one is not known by being none.
BOTH_VALID = {52, 54}
