"""How well likely duplicates are found: pairs within groups, on labelled records.

    python -m benchmarks.matching [--customers 20000]
    python -m benchmarks.matching --large 1000000

The second says what a scan of so many made-up customers takes, a tenth of whom are there more than once. At most MADE
are made by hand; the others are as these, with other emails, phones, companies, cities and house numbers.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import fields

from benchmarks.labelled import (
    Labelled,
    Quality,
    fake_1000,
    febrl3,
    grouped,
    likely_pairs,
    made_up,
    pairs_within,
    quality,
    trained_model,
)
from benchmarks.people import People, Person, compared_people
from benchmarks.tutorial import tutorial_pairs
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.doubts import SHOWN, SURE
from customers.matching.likely.model import Model, shipped_model
from customers.matching.likely.scoring import ComparedTable, open_table, score

MADE = 500_000
"""Of many customers so many are made one by one."""
PLACE = ("city", "city_sorted", "postcode", "postcode_sorted")
DUPLICATED = 10
"""One in so many made-up customers is there more than once."""


def sets(customers: int) -> Iterator[Labelled]:
    yield fake_1000(with_birth=False)
    yield fake_1000(with_birth=True)
    yield febrl3()
    yield made_up(customers, customers // DUPLICATED)


def measure(labelled: Labelled, name: str, model: Model) -> Iterator[str]:
    start = time.perf_counter()
    pairs = likely_pairs(labelled, model)
    yield f"  {name}, {time.perf_counter() - start:.1f} s"
    for least in (SHOWN, 0.8, 0.95, SURE):
        yield f"    from {least}: {quality(grouped(pairs, labelled, model, least=least), labelled)}"


def equal_emails(labelled: Labelled) -> Quality:
    by_email: dict[str, set[int]] = {}
    for customer in labelled.customers:
        if customer.email:
            by_email.setdefault(customer.email, set()).add(customer.id)
    return quality(pairs_within(by_email.values()), labelled)


def large(customers: int) -> Iterator[str]:
    """Read as a scan reads them: a part at a time."""
    copies = -(-customers // MADE)
    made = customers // copies
    people = People(made, made // DUPLICATED)
    person_of: dict[int, str] = {}
    watch = Watch()
    with open_table(_noted(people, person_of)) as table:
        add_copies(table, made=made, copies=copies)
        people_twice = copies * (made // DUPLICATED)
        yield f"{table.customers} made-up customers, {people_twice} of whom are there two or three times"
        yield f"  made and loaded in {watch.lap()}"
        scores = score(table, shipped_model())
        yield f"  {scores.compared_pairs} pairs compared, left out: {'; '.join(map(str, scores.left_out)) or 'none'}"
        yield f"  {peak_memory()}, before likely pairs are read"
        likely = {(pair.first, pair.second): pair.probability for pair in scores.pairs}
        yield f"  compared, scored and read in {watch.lap()}, {peak_memory()} with all of them"
        copied = {n * made + pk: f"{n}: {one}" for pk, one in person_of.items() for n in range(copies)}
        labelled = Labelled("", in_chains(table, likely), copied)
    for least in (SHOWN, 0.8, 0.95, SURE):
        yield f"    from {least}: {quality(grouped(likely, labelled, shipped_model(), least=least), labelled)}"
    yield f"  grouped four times in {watch.lap()}"


def add_copies(table: ComparedTable, *, made: int, copies: int) -> None:
    """Let the table have those it has `copies` times: with names and streets alike, and all else of their own."""
    names = [name for name, *_ in table.run("describe compared")]
    for n in range(1, copies):
        own = dict.fromkeys(("mailbox", "email_digits", "email_sorted", "number", "number_sorted"), "{name} || {n}")
        own |= dict.fromkeys(("company", "company_sorted", "domain", *PLACE), "{name} || {n}")
        own |= {"id": "{name} + {n} * {made}", "email": "replace({name}, '@', {n} || '@')"}
        own |= {"emails": "[replace(one, '@', {n} || '@') for one in {name}]"}
        own |= dict.fromkeys(("phones", "addresses"), "[one || ' ' || {n} for one in {name}]")
        values = (own.get(name, "{name}").format(name=name, n=n, made=made) for name in names)
        table.run(f"insert into compared select {', '.join(values)} from compared where id <= {made}")  # noqa: S608 - of ours
    table.customers = copies * made
    table.limit_memory()


def in_chains(table: ComparedTable, likely: Collection[tuple[int, int]]) -> list[ComparedCustomer]:
    """Those of whom a third customer may be one of a group, as the table has them."""
    partners = Counter(customer for pair in likely for customer in pair)
    wanted = {customer for pair in likely if max(partners[pk] for pk in pair) > 1 for customer in pair}
    names = [field.name for field in fields(ComparedCustomer)]
    blank = ComparedCustomer(0)
    return [
        ComparedCustomer(
            *(getattr(blank, name) if value is None else value for name, value in zip(names, row, strict=True))
        )
        for row in table.rows(f"select {', '.join(names)} from compared")  # noqa: S608 - of ours
        if row[0] in wanted
    ]


def _noted(people: People, person_of: dict[int, str]) -> Iterator[ComparedCustomer]:
    def noted() -> Iterator[Person]:
        for number, one in enumerate(people, 1):
            person_of[number] = str(one.person)
            yield one

    return compared_people(noted())


class Watch:
    def __init__(self) -> None:
        self.start = time.perf_counter(), time.process_time()

    def lap(self) -> str:
        """The time since the lap before."""
        start, self.start = self.start, (time.perf_counter(), time.process_time())
        seconds, cpu = (end - begin for begin, end in zip(start, self.start, strict=True))
        return f"{seconds:.0f} s, {cpu:.0f} s of CPU"


def peak_memory() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--large", type=int)
    options = parser.parse_args()
    if options.large:
        for line in large(options.large):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        return
    for labelled in sets(options.customers):
        lines = [labelled.name, f"  equal emails: {equal_emails(labelled)}"]
        lines.append(f"  Splink’s tutorial model: {quality(tutorial_pairs(labelled), labelled)}")
        for name, model in (("shipped", shipped_model()), ("trained", trained_model(labelled))):
            lines += measure(labelled, name, model)
        sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.write(f"{peak_memory()}\n")


if __name__ == "__main__":
    main()
