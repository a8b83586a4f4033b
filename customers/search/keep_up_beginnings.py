"""Which beginnings of words very many customers have, and who they are. The clock keeps it, and no act does.

An order would pay for what is asked for rarely, and two that write the same block would wait for each other.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from customers.lib.batches import BATCH, batches
from customers.models import BeginningBlock, BeginningProgress, Customer, FrequentBeginning, SearchWord
from customers.records.changed_customers import changed_customers, changes_have_appeared_to
from customers.search.bits import BLOCK, missing_in, place_of, read_places, stored
from customers.search.find import numbers_of_customers, sample_of

TURN = 20.0
"""Seconds: the clock asks again soon."""
ANEW = timedelta(days=1)
SAMPLE = 20_000
SHARE, FEWEST = 0.001, 20
"""Beginnings are frequent that as many customers of a sample have. One that half as many have stays so."""
NEVER_ASKED = ("<", "=")
"""A telephone number is not asked for by so few of its digits that many have them."""

Places = defaultdict[int, set[int]]
"""{beginning: places of customers in a block}."""


def keep_up_beginnings() -> str:
    """Bring the blocks up to date, for some seconds; what it did, in words."""
    ends = time.monotonic() + TURN
    if not BeginningProgress.objects.exists():
        _begin()
    noted, is_behind = 0, True
    while is_behind and time.monotonic() < ends:
        number, is_behind = _note_changed()
        noted += number
    if _is_due():
        _begin_anew()
    while time.monotonic() < ends and _note_following():
        noted += BLOCK
    return f"Words of up to {noted} customers noted." if noted else ""


@transaction.atomic
def _begin() -> None:
    moment = changes_have_appeared_to()
    # Of two workers, the second waits for the first.
    _, is_first = BeginningProgress.objects.get_or_create(pk=1, defaults={"noted_to": moment, "began": moment})
    if is_first:
        _choose()


def _is_due() -> bool:
    """Whether the last pass is a day old, and somebody changed since: `began` is the last change before it."""
    ended = BeginningProgress.objects.filter(next_block=None, began__lt=timezone.now() - ANEW)
    return ended.filter(noted_to__gt=F("began")).exists()


@transaction.atomic
def _begin_anew() -> None:
    progress = BeginningProgress.objects.select_for_update().get()
    progress.began, progress.next_block = progress.noted_to, 0
    progress.save()
    _choose()


def _choose() -> None:
    """Begin with what is frequent by now, and end with what is no longer."""
    found, number = Counter[str](), 0
    for some in batches(sample_of(numbers_of_customers(), SAMPLE)):
        words_of: defaultdict[int, set[str]] = defaultdict(set)
        for customer, word in SearchWord.objects.filter(customer__among=some).values_list("customer", "word"):
            words_of[customer].add(word)
        number += len(words_of)
        for words in words_of.values():
            found.update({beginning for word in words for beginning in _beginnings(word)})
    least = max(FEWEST, SHARE * number)
    FrequentBeginning.objects.exclude(text__in=[text for text, n in found.items() if n >= least / 2]).delete()
    frequent = (FrequentBeginning(text=text) for text, n in sorted(found.items()) if n >= least)
    FrequentBeginning.objects.bulk_create(frequent, ignore_conflicts=True)


def _beginnings(word: str) -> Iterator[str]:
    if not word.startswith(NEVER_ASKED):
        yield from (word[:length] for length in range(1, len(word) + 1))


@transaction.atomic
def _note_following() -> bool:
    """Write the next block anew; False when there is none. Blocks that nobody is in are passed over."""
    progress = BeginningProgress.objects.select_for_update().get()
    block = progress.next_block
    if block is None:
        return False
    words = SearchWord.objects.filter(customer__gte=block * BLOCK, customer__lt=(block + 1) * BLOCK)
    places = _places(words, _frequent())
    BeginningBlock.objects.filter(block=block).exclude(beginning__in=places).delete()
    _write(block, places)
    following = Customer.objects.filter(pk__gte=(block + 1) * BLOCK).aggregate(first=Min("pk"))["first"]
    if following is not None:
        progress.next_block = place_of(following)[0]
        if progress.next_block > block + 1:
            BeginningBlock.objects.filter(block__gt=block, block__lt=progress.next_block).delete()
    else:
        progress.next_block, progress.exact_to = None, progress.began
        FrequentBeginning.objects.update(is_complete=True)
    progress.save()
    return True


def _note_changed() -> tuple[int, bool]:
    """How many customers were noted, and whether there are more."""
    progress = BeginningProgress.objects.get()
    changed = changed_customers(progress.noted_to, most=BATCH)
    with transaction.atomic():
        # Another worker may have noted them, or a later one.
        locked = BeginningProgress.objects.select_for_update().get()
        if locked.noted_to == progress.noted_to:
            _note(changed.pks)
            locked.noted_to = changed.up_to
            locked.save(update_fields=["noted_to"])
    return len(changed.pks), not changed.are_all


def _note(customers: Collection[int]) -> None:
    """Also take out who was erased; who lost a word otherwise stays until the next pass."""
    frequent = _frequent()
    for block, some in _by_block(customers).items():
        places = _places(SearchWord.objects.filter(customer__among=some), frequent)
        kept = BeginningBlock.objects.filter(beginning__in=places, block=block)
        for beginning, customers_of_block in kept.values_list("beginning", "customers"):
            if missing_in(customers_of_block, places[beginning]):
                places[beginning] |= read_places(customers_of_block)
            else:
                del places[beginning]
        _write(block, places)
    erased = Customer.objects.filter(pk__among=customers).exclude(erased_at=None)
    for block, gone in _by_block(erased.values_list("pk", flat=True)).items():
        _write(block, _without(block, {place_of(customer)[1] for customer in gone}, frequent))


def _by_block(customers: Iterable[int]) -> dict[int, list[int]]:
    in_block = defaultdict[int, list[int]](list)
    for customer in sorted(customers):
        in_block[place_of(customer)[0]].append(customer)
    return in_block


def _without(block: int, gone: set[int], frequent: Mapping[str, int]) -> Mapping[int, set[int]]:
    """What of the block has one of `gone`, without them."""
    rows = BeginningBlock.objects.filter(beginning__in=frequent.values(), block=block)
    stored_rows = rows.values_list("beginning", "customers").iterator()
    return {pk: read_places(customers) - gone for pk, customers in stored_rows if missing_in(customers, gone) != gone}


def _places(words: QuerySet[SearchWord], frequent: Mapping[str, int]) -> Places:
    """Of the customers of one block, with all their `words`."""
    found: Places = defaultdict(set)
    numbers_of: dict[str, list[int]] = {}
    for customer, word in words.values_list("customer", "word").iterator():
        if (numbers := numbers_of.get(word)) is None:
            numbers = numbers_of[word] = _numbers(word, frequent)
        for number in numbers:
            found[number].add(customer % BLOCK)
    return found


def _numbers(word: str, frequent: Mapping[str, int]) -> list[int]:
    # Who has a longer beginning has the shorter one.
    numbers = (frequent.get(text) for text in _beginnings(word))
    return [number for number in takewhile(bool, numbers) if number]


def _frequent() -> dict[str, int]:
    return dict(FrequentBeginning.objects.values_list("text", "pk"))


def _write(block: int, places: Mapping[int, Collection[int]]) -> None:
    rows = [BeginningBlock(beginning_id=pk, block=block, customers=stored(some)) for pk, some in sorted(places.items())]
    BeginningBlock.objects.bulk_create(
        rows,
        BATCH,
        update_conflicts=True,
        unique_fields=["beginning", "block"],
        update_fields=["customers"],
    )
