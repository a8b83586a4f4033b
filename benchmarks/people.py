"""Made-up customers of whom it is known who is one person: typos, moves, marriages, nicknames, households."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate

from faker.providers.address.en_US import Provider as Places
from faker.providers.person.en_US import Provider as Names
from nicknames import NickNamer

from customers.lib.emails import normal_email
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.records import compare
from customers.models import Customer

STREET_ENDINGS = ("Street", "Road", "Avenue", "Lane", "Court")
PROVIDERS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com")
SYLLABLES = (
    "ber",
    "da",
    "dor",
    "el",
    "fa",
    "gri",
    "hol",
    "ka",
    "lin",
    "mo",
    "nov",
    "os",
    "pe",
    "ri",
    "sa",
    "tul",
    "vi",
)


@dataclass(frozen=True)
class Person:
    """A customer as typed; `person` is who it is."""

    person: int
    first: str
    last: str
    email: str
    phone: str
    line1: str
    city: str
    postal_code: str
    company: str = ""


@dataclass
class People:
    """`duplicated` of `customers` people are there twice or three times. The same seed makes the same people."""

    customers: int
    duplicated: int
    seed: int = 1
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - made-up people, the same each time
        self.firsts = list(Names.first_names), list(accumulate(Names.first_names.values()))
        self.lasts = list(Names.last_names), list(accumulate(Names.last_names.values()))
        self.nicknames = NickNamer().nickname_lookup

    def __iter__(self) -> Iterator[Person]:
        made, person = 0, 0
        share = self.duplicated / self.customers
        home: Person | None = None
        while made < self.customers:
            person += 1
            # One in four lives with the one before.
            home = self._somebody(person, home if home and self.dice.random() < 0.25 else None)
            yield home
            made += 1
            for _ in range(self.dice.choice((1, 1, 1, 2)) if self.dice.random() < share else 0):
                yield self._again(home)
                made += 1

    def _somebody(self, person: int, home: Person | None) -> Person:
        first = self._of(self.firsts)
        last = home.last if home else self._last_name()
        email = self._email(first, last)
        if home:
            phone = home.phone if self.dice.random() < 0.3 else self._phone()
            return replace(home, person=person, first=first, email=email, phone=phone)
        line1 = f"{self.dice.randint(1, 400)} {self._last_name()} {self.dice.choice(STREET_ENDINGS)}"
        city = f"{self._of(self.lasts)}{self.dice.choice(Places.city_suffixes)}"
        company = f"{self._last_name()} {self.dice.choice(('Inc', 'LLC', 'Group'))}" if self.dice.random() < 0.1 else ""
        return Person(
            person, first, last, email, self._phone(), line1, city, f"{self.dice.randint(10000, 99999)}", company
        )

    def _again(self, one: Person) -> Person:
        """The same person, as another shop has them: each of these happens to some."""
        chance = self.dice.random
        first = self._short(one.first) if chance() < 0.12 else one.first
        last = self._last_name() if chance() < 0.04 else one.last
        again = replace(one, first=first, last=last)
        if chance() < 0.45:
            again = replace(again, email=self._email(first, last) if chance() < 0.8 else "")
        if chance() < 0.4:
            again = replace(again, phone=self._phone() if chance() < 0.6 else "")
        if chance() < 0.15:
            moved = self._somebody(one.person, None)
            again = replace(again, line1=moved.line1, city=moved.city, postal_code=moved.postal_code)
        if chance() < 0.3:
            name = self.dice.choice(("first", "last", "line1", "city", "email"))
            again = replace(again, **{name: self._slip(getattr(again, name))})
        return again

    def _of(self, weighted: tuple[list[str], list[float]]) -> str:
        names, sums = weighted
        return self.dice.choices(names, cum_weights=sums)[0]

    def _last_name(self) -> str:
        if self.dice.random() < 0.7:
            return self._of(self.lasts)
        return "".join(self.dice.choices(SYLLABLES, k=self.dice.choice((2, 3, 3)))).capitalize()

    def _email(self, first: str, last: str) -> str:
        return f"{first}.{last}{self.dice.randint(1, 9999)}@{self.dice.choice(PROVIDERS)}".lower()

    def _phone(self) -> str:
        return f"+1{self.dice.randint(2012000000, 9899999999)}"

    def _short(self, name: str) -> str:
        shorts = sorted(self.nicknames.get(name.lower(), ()))
        return self.dice.choice(shorts).capitalize() if shorts else name[:1]

    def _slip(self, text: str) -> str:
        if len(text) < 3:
            return text
        at = self.dice.randrange(1, len(text) - 1)
        kinds = (
            text[:at] + text[at + 1 :],
            text[:at] + self.dice.choice(string.ascii_lowercase) + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + self.dice.choice(string.ascii_lowercase) + text[at + 1 :],
        )
        return self.dice.choice(kinds)


def compared_people(people: Iterable[Person]) -> Iterator[ComparedCustomer]:
    """Numbered from 1, as a scan compares them."""
    for number, one in enumerate(people, 1):
        address = {"line1": one.line1, "city": one.city, "postal_code": one.postal_code}
        names = {"first_name": one.first, "last_name": one.last, "company": one.company, "email": one.email}
        keys = {"email": {normal_email(one.email)} - {""}, "phone": {one.phone} - {""}}
        yield compare(Customer(pk=number, **names, billing_address=address), keys)
