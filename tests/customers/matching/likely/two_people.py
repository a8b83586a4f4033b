"""Customers who have much in common and are two people each: families, twins, namesakes, switchboards, offices."""

from collections.abc import Iterator

from customers.lib.emails import normal_email
from customers.matching.likely.columns import ComparedCustomer
from customers.matching.likely.records import compare
from customers.models import Customer

HOME = {"line1": "12 Elm Street", "city": "Springfield", "postal_code": "62701"}
OFFICE = {"line1": "1 Infinite Loop", "city": "Cupertino", "postal_code": "95014"}
FAMILY = {"last_name": "Abernathy", "phone": "+12175550143", "address": HOME}
ACME = {"company": "Acme Inc.", "phone": "+14085550100", "address": OFFICE}

HOUSEHOLDS: dict[str, list[dict]] = {
    "a couple": [
        {**FAMILY, "first_name": "John", "email": "john@abernathy.example"},
        {**FAMILY, "first_name": "Mary", "email": "mary@abernathy.example"},
    ],
    "a family with one mailbox": [
        {**FAMILY, "first_name": name, "email": "abernathys@family.example"} for name in ("Paul", "Rosa", "Timothy")
    ],
    "twins": [
        {**FAMILY, "first_name": name, "email": f"{name}@twins.example", "born": "1990-04-01"}
        for name in ("Emma", "Ella")
    ],
    "twins with names that look alike, without emails": [
        {**FAMILY, "first_name": name, "born": "1990-04-01"} for name in ("Marcus", "Marius")
    ],
    "father and son of one name": [
        {**FAMILY, "first_name": "George", "email": email} for email in ("george@a.example", "g.abernathy@b.example")
    ],
    "father and son of one name, mailbox and telephone": [
        {**FAMILY, "first_name": "Robert", "email": "robert@c.example", "born": born}
        for born in ("1950-02-03", "1981-11-30")
    ],
    "father and son of one name, as it is written": [
        {**FAMILY, "first_name": "Henry", "last_name": f"Abernathy{suffix}", "email": "henry@d.example"}
        for suffix in ("", " Jr")
    ],
    "namesakes with a provider's mailboxes": [
        {"first_name": "John", "last_name": "Smith", "email": email, "address": {"city": "London"}}
        for email in ("john.smith1@gmail.com", "john.smith2@gmail.com")
    ],
    "colleagues behind a switchboard": [
        {**ACME, "first_name": first, "last_name": last, "email": f"{first}.{last}@acme.example"}
        for first, last in (("Ann", "Lee"), ("Bob", "Stone"), ("Carl", "Weiss"))
    ],
    "namesakes of one office": [
        {**ACME, "first_name": "Li", "last_name": "Wang", "email": email}
        for email in ("li.wang@acme.example", "wangl2@acme.example")
    ],
    "colleagues with the mailbox of their office": [
        {**ACME, "first_name": first, "last_name": last, "email": "info@acme.example"}
        for first, last in (("Dora", "Holt"), ("Erik", "Lund"))
    ],
    "companies of one house": [
        {"company": name, "phone": "+14085550199", "address": OFFICE} for name in ("Borealis GmbH", "Cassini Ltd")
    ],
}


def two_people() -> Iterator[ComparedCustomer]:
    people = (person for household in HOUSEHOLDS.values() for person in household)
    return (_compared(number, person) for number, person in enumerate(people, 1))


def _compared(number: int, person: dict) -> ComparedCustomer:
    texts = {name: text for name, text in person.items() if name in ("first_name", "last_name", "company", "email")}
    profile = Customer(pk=number, **texts, billing_address=person.get("address", {}))
    keys = {
        "email": {normal_email(profile.email)} - {""},
        "phone": {person["phone"]} if "phone" in person else set(),
    }
    compared = compare(profile, keys)
    compared.born = person.get("born", "")
    return compared
