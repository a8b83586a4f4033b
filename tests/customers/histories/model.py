"""What customers are after a history of acts, written apart from the program: it imports nothing of it.

It plays a history without the merges that were undone: an undo is no act of its own, it takes a part of a merge out of
the history. What an act wrote down of its moment (`facts`), such as who was merged when somebody refused, stays.
"""

from dataclasses import dataclass, field, replace
from typing import Any

BLANK: dict[str, Any] = {
    **dict.fromkeys(("first_name", "last_name", "email", "phone", "company", "custom1", "lead_status"), ""),
    **dict.fromkeys(("cart_login", "cart_password", "pay_source", "do_not_sell", "sms_contact", "email_opt_in")),
    "billing_address": {},
    "tax_exempt": False,
}
STRICTEST = {"do_not_sell": True, "sms_contact": False, "email_opt_in": False}
NAMES = ("first_name", "last_name", "email", "phone", "company")
REFERENCES = ("cart_login", "cart_password", "pay_source")
PRICE = 700


@dataclass(frozen=True)
class HistoryStep:
    """An act with the names of what it is about; it calls what it makes by `name`."""

    act: str
    name: str
    args: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}: {self.act} {', '.join(f'{key}={value!r}' for key, value in self.args.items())}"


@dataclass
class Person:
    values: dict[str, Any]
    parts: set[str]
    survivor: str | None = None


class World:
    """`origins` are {record: customer}, `credit` (customer, amount, merge), `last_origins` are as if every record
    had come with the customer whose it is at the end: a card that was split off was never anybody else's.
    """

    def __init__(self, last_origins: dict[str, str]) -> None:
        self.last_origins = last_origins
        self.people: dict[str, Person] = {}
        self.origins: dict[str, str] = {}
        self.counted: dict[str, int] = {}
        self.credit: list[tuple[str, int, str]] = []
        self.tags: dict[tuple[str, str], bool] = {}
        self.attributes: dict[tuple[str, str], str] = {}
        self.logins: dict[str, str] = {}
        self.cards: dict[str, str] = {}
        self.merges: dict[str, list[str]] = {}

    # Asked

    def end(self, customer: str) -> str:
        while (survivor := self.people[customer].survivor) is not None:
            customer = survivor
        return customer

    def chain(self, customer: str) -> list[str]:
        chain = [customer]
        while (survivor := self.people[chain[-1]].survivor) is not None:
            chain.append(survivor)
        return chain

    def live(self) -> list[str]:
        return [name for name, person in self.people.items() if person.survivor is None]

    def records_of(self, customer: str) -> list[str]:
        return [record for record, origin in self.origins.items() if self.end(origin) == customer]

    def below(self, customer: str) -> list[str]:
        return [name for name in self.people if name != customer and customer in self.chain(name)]

    def tags_of(self, customer: str) -> set[str]:
        """A row of the customer's own decides; else one of who is part of it that nobody removed on the way."""
        shown = set()
        for owner, word in self.tags:
            own = self.tags.get((customer, word))
            path = self.chain(owner)
            if customer in path and not (
                own if own is not None else any(self.tags.get((step, word)) for step in path[: path.index(customer)])
            ):
                shown.add(word)
        return shown

    def attributes_of(self, customer: str) -> dict[str, str]:
        return {name: value for (owner, name), value in self.attributes.items() if self.end(owner) == customer}

    def holders(self) -> dict[str, set[str]]:
        """{email or phone: who is recognised by it}: as it came with a record, and as a live profile says."""
        holders: dict[str, set[str]] = {}
        for record, origin in self.origins.items():
            holders.setdefault(email_of(record.removeprefix("record of ")), set()).add(self.end(origin))
        for name in self.live():
            values = self.people[name].values
            for value in (values["email"], values["phone"].replace(" ", "")):
                if value:
                    holders.setdefault(value, set()).add(name)
        return holders

    def draws(self, customer: str, amount: int, order: list[str]) -> dict[str, int]:
        """{owner: what is taken of their credit}, as far as it goes in the `order`; the customer owes the rest."""
        draws: dict[str, int] = {}
        for owner in order:
            available = sum(given for holder, given, _ in self.credit if holder == owner)
            if part := min(max(available, 0), amount - sum(draws.values())):
                draws[owner] = part
        if missing := amount - sum(draws.values()):
            draws[customer] = draws.get(customer, 0) + missing
        return draws

    def picture(self) -> dict[str, Any]:
        live = self.live()
        return {
            "profiles": {name: person.values for name, person in self.people.items()},
            "owners": {record: self.end(origin) for record, origin in self.origins.items()},
            "logins": {login: self.end(owner) for login, owner in self.logins.items()},
            "cards": {card: self.end(self.origins[record]) for card, record in self.cards.items()},
            "recognised": self.holders(),
            "credit": {name: sum(n for owner, n, _ in self.credit if self.end(owner) == name) for name in live},
            "totals": {name: PRICE * sum(self.counted[r] for r in self.records_of(name)) for name in live},
            "tags": {name: self.tags_of(name) for name in live},
            "attributes": {name: self.attributes_of(name) for name in live},
        }

    # Played

    def play(self, step: HistoryStep, undone: set[tuple[str, str]]) -> None:
        if step.act == "merge":
            self.merge(step, [d for d in step.args["duplicates"] if (step.name, d) not in undone])
        else:
            getattr(self, step.act)(step.name, **step.args, **step.facts)

    def create(self, name: str, values: dict[str, Any]) -> None:
        self.people[name] = Person({**BLANK, **values}, {name})

    def arrive(self, name: str, values: dict[str, Any], counts: bool) -> None:
        self.create(name, {**values, "first_name": name, "last_name": f"H{name}", "email": email_of(name)})
        self.origins[f"record of {name}"], self.counted[f"record of {name}"] = name, 0
        self.cards[f"card of {name}"] = f"record of {name}"
        self.order(name, f"record of {name}", counts)

    def order(self, name: str, record: str, counts: bool) -> None:
        if counts:
            self.counted[record] += 1
            for customer in self.chain(self.origins[record]):
                if self.people[customer].values["lead_status"] == "lost":
                    self.people[customer].values["lead_status"] = ""

    def edit(self, name: str, customer: str, values: dict[str, Any], also: dict[str, dict[str, Any]]) -> None:
        self.people[customer].values.update({k: v for k, v in values.items() if self.has(self.people[customer], k, v)})
        for other, refusals in also.items():
            self.people[other].values.update(refusals)

    def has(self, person: Person, key: str, value: Any) -> bool:
        if key not in REFERENCES or value is None:
            return True
        return (self.logins[value] if key != "pay_source" else self.last_origins[self.cards[value]]) in person.parts

    def add_login(self, name: str, customer: str, shown: bool) -> None:
        self.logins[f"login {name}"] = customer
        if shown:
            self.people[customer].values |= dict.fromkeys(("cart_login", "cart_password"), f"login {name}")

    def tag(self, name: str, customer: str, word: str, writes: bool, removed: bool = False) -> None:
        if writes:
            self.tags[customer, word] = removed

    def untag(self, name: str, customer: str, word: str, writes: bool) -> None:
        self.tag(name, customer, word, writes, removed=True)

    def set_attribute(self, name: str, customer: str, value: str) -> None:
        self.attributes[customer, f"attribute {customer}"] = value

    def give(self, name: str, customer: str, amount: int) -> None:
        self.credit.append((customer, amount, ""))

    def take(self, name: str, customer: str, amount: int, draws: dict[str, int]) -> None:
        self.credit += [(owner, -part, "") for owner, part in draws.items()]

    def split(self, name: str, record: str, values: dict[str, Any], regained: dict[str, dict[str, Any]]) -> None:
        self.create(name, values)
        self.origins[record] = name
        for customer, refusals in regained.items():
            self.people[customer].values.update(refusals)

    def merge(self, step: HistoryStep, duplicates: list[str]) -> None:
        if not duplicates:
            return
        survivor = self.people[step.args["survivor"]]
        names = [step.args["survivor"], *sorted(duplicates, key=step.facts["order"].index)]
        bought = {name for name in names if self.has_bought(self.people[name])}
        profiles = [{**self.people[name].values} for name in names]
        for name in duplicates:
            self.people[name].survivor = step.args["survivor"]
            survivor.parts |= self.people[name].parts
        for key in BLANK:
            choice = step.args["choices"].get(key)
            if choice and choice[0] == "typed":
                survivor.values[key] = choice[1]
            elif choice and choice[1] in names:
                survivor.values[key] = profiles[names.index(choice[1])][key]
            else:
                survivor.values[key] = by_rule(key, profiles, step.args["by_api"])
                if key == "lead_status" and survivor.values[key] == "lost":
                    survivor.values[key] = status_of_buyers(profiles, bought, names)
        if step.facts.get("correction"):
            self.credit.append((names[0], step.facts["correction"], step.name))

    def has_bought(self, person: Person) -> bool:
        return any(self.counted[record] for record, origin in self.origins.items() if origin in person.parts)


def email_of(person: str) -> str:
    return f"{person}@reunite.cz"


def by_rule(key: str, profiles: list[dict[str, Any]], by_api: bool) -> Any:
    own, values = profiles[0][key], [profile[key] for profile in profiles]
    if key == "cart_password" and not by_api and profiles[0]["cart_login"] is None:
        # It goes with the login that is taken over, and opens no other.
        return next((profile[key] for profile in profiles if profile["cart_login"]), own)
    if key in STRICTEST and STRICTEST[key] in values:
        return STRICTEST[key]
    is_named = any(profiles[0][name] for name in NAMES)
    if key in ("tax_exempt", "cart_password") or (by_api and (key not in NAMES or is_named)):
        return own
    return next((value for value in values if value != BLANK[key]), own)


def status_of_buyers(profiles: list[dict[str, Any]], bought: set[str], names: list[str]) -> str:
    statuses = [profile["lead_status"] for profile in profiles]
    others = [status for status in statuses if status != "lost"]
    if not bought or not others or (statuses[0] == "lost" and names[0] in bought):
        return "lost"
    return next((status for status in others if status), "")


@dataclass
class History:
    """The steps done, and the parts of merges that were undone."""

    steps: list[HistoryStep] = field(default_factory=list)
    undone: set[tuple[str, str]] = field(default_factory=set)

    def world(self) -> World:
        """As if the undone merges had never been made."""
        arrived = {f"record of {step.name}": step.name for step in self.steps if step.act == "arrive"}
        world = World(arrived | {step.args["record"]: step.name for step in self.steps if step.act == "split"})
        for step in self.steps:
            world.play(step, self.undone)
        return world

    def add(self, step: HistoryStep, **facts: Any) -> None:
        self.steps.append(replace(step, facts=facts))
