"""Read the sentences of history one last time, and keep them as sentences with named places and values.

What cannot be read stays a plain sentence without values. In chunks, each of its own, so that it can be broken off and
run again. Backwards the sentences are written out as they read now.
"""

import re
from datetime import datetime
from typing import Any

from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CHUNK = 500
ERASED = {"erased": True}
DAY = r"\d{1,2} \w{3} \d{4}"
MONEY = r"-?[\d,]+(?:\.\d+)? [A-Z]{3}"
REASON = "\nReason: {reason}"

# Labels as they were written, with the key and the label of the field.
FIELDS = {
    "First name": ("first_name", "First name"),
    "Last name": ("last_name", "Last name"),
    "E-mail": ("email", "Email"),
    "Phone": ("phone", "Phone"),
    "Company": ("company", "Company"),
    "Website": ("website", "Website"),
    "Billing address": ("billing_address", "Billing address"),
    "Shipping address": ("shipping_address", "Shipping address"),
    "Login": ("cart_login", "Login"),
    "Default pay source": ("pay_source", "Default payment method"),
    "Do not sell name": ("do_not_sell", "Do not sell name"),
    "SMS contact": ("sms_contact", "SMS contact"),
    "E-mail opt-in": ("email_opt_in", "Email opt-in"),
    "Tax exempt": ("tax_exempt", "Tax exempt"),
    "Lead status": ("lead_status", "Lead status"),
    **{f"Custom {n}": (f"custom{n}", f"Custom {n}") for n in range(1, 6)},
    "Owner": ("owner", "Owner"),
    "Lead created": ("lead_created_at", "Lead created"),
    "Trial started": ("trial_started_at", "Trial started"),
}
WORDS: dict[str, Any] = {"empty": "", "nobody": "", "Not asked": "Not set", "something erased": ERASED}
LABEL = "|".join(map(re.escape, sorted(FIELDS, key=len, reverse=True)))
NEXT_FIELD = re.compile(rf"(?<=\.) (?=(?:{LABEL}) changed from |Password set anew\.)")
FIELD = re.compile(rf"({LABEL}) changed from (.*?) to (.*)\.", re.DOTALL)
NEXT_ATTRIBUTE = re.compile(r"(?<=\.) (?=Set [^.]{1,100} to |Removed [^.]{1,100}, which was )")
ATTRIBUTE_SET = re.compile(r"Set (.+?) to (.*)\.", re.DOTALL)
ATTRIBUTE_REMOVED = re.compile(r"Removed (.+), which was (.*)\.", re.DOTALL)
COUNTS = {"note": "notes", "task": "tasks", "opportunity": "opportunities"}

ORDER = r"Order (?P<order>[0-9A-F]{10}): "
PURCHASE = r"Purchase (?P<purchase>\d{1,18}), (?P<product>.*): "
CARD = r"(?: to (?P<card>[^.]*))?"

RULES = {
    "created": [
        (r"Customer created as a lead", "Customer created as a lead."),
        (r"Customer created with an order", "Customer created with an order."),
        (r"Lead added here\.", "Lead added manually."),
        (r"Customer added here\.", "Customer added manually."),
        (r"Sent by (?P<source>.*) as (?P<external_id>.*)\.", "Received from {source} as {external_id}."),
    ],
    "order": [
        (rf"Order (?P<order>[0-9A-F]{{10}}) placed, (?P<amount>{MONEY})", "Placed order {order} of {amount}."),
        (r"Lead (?P<order>[0-9A-F]{10}) came in", "Received lead {order}."),
        (r"All that was bought at (?P<source>.*) was deleted\.", "Deleted all orders and purchases from {source}."),
    ],
    "edit": [
        (r"Login “(?P<login>.*)” added\.", "Added the login {login}."),
        (r"Password of the login “(?P<login>.*)” set anew\.", "Changed the password of the login {login}."),
        (r"Bought, and so is no lost lead any more\.", "A purchase cleared the lead status Lost."),
        (rf"(?P<changes>(?:(?:{LABEL}) changed from .* to .*|Password set anew)\.)", "{changes}"),
    ],
    "merge": [(r"Merged (?P<customers>.*) into this customer\.", "Merged {customers} into this customer.")],
    "undo": [
        (r"Undid the merge with (?P<customers>.*)\.", "Undid the merge of {customers}."),
        (
            r"Came back as a customer: the merge into (?P<customer>.*) was undone\.",
            "Restored: the merge into {customer} was undone.",
        ),
    ],
    "split": [
        (r"Split off(?: because “(?P<reason>.*)”,)? from (?P<customer>.*)\.", "Split off from {customer}."),
        (
            r"Split (?P<record>.*?) off(?: because “(?P<reason>.*)”,)? as (?P<customer>.*)\.",
            "Split {record} off as {customer}.",
        ),
        (r"Moved (?P<rows>[\w, ]+?) to (?P<customer>.*)\.", "Moved {rows} to {customer}."),
        (r"Took (?P<rows>[\w, ]+?) over from (?P<customer>.*)\.", "Received {rows} from {customer}."),
    ],
    "credit": [
        (rf"Credit given: (?P<amount>{MONEY}), (?P<reason>.*)", "Added {amount} of credit."),
        (rf"Credit used: (?P<amount>{MONEY}), (?P<reason>.*)", "Deducted {amount} of credit."),
    ],
    "tag": [
        (r"Tagged (?P<tags>“[^”]*”)\.", "Added the tag {tags}."),
        (r"Tagged (?P<tags>“.*”)\.", "Added the tags {tags}."),
        (r"Took off the tag (?P<tags>“.*”)\.", "Removed the tag {tags}."),
        (r"Took off the tags (?P<tags>“.*”)\.", "Removed the tags {tags}."),
        (r"(?P<attributes>(?:Set .+ to |Removed .+, which was ).*\.)", "{changes}"),
    ],
    "dismissal": [
        (r"Not the same person as (?P<customers>.*)\.", "Not a duplicate of {customers}."),
        (r"May be the same person as (?P<customers>.*) after all\.", "“Not a duplicate” of {customers} removed."),
    ],
    "match": [
        (r"Not matched on (?P<value>.*) any more\.", "Excluded {value} from matching."),
        (r"Matched on (?P<value>.*) again\.", "Used {value} for matching again."),
    ],
    "payment": [
        (rf"{ORDER}cancelled\.(?: (?P<reason>.*))?", "Cancelled order {order}."),
        (rf"{ORDER}disabled\.", "Disabled order {order}."),
        (rf"{ORDER}enabled\.", "Enabled order {order}."),
        (rf"{ORDER}voided\.", "Voided order {order}."),
        (rf"{ORDER}written off\.", "Wrote off order {order}."),
        (rf"{ORDER}deleted, (?P<amount>{MONEY})\.", "Deleted order {order} of {amount}."),
        *(
            (
                rf"{ORDER}line {act}: (?P<line>.*), (?P<amount>{MONEY})\.",
                f"{act.capitalize()} the line {{line}} of {{amount}} {'to' if act == 'added' else 'of'} order {{order}}.",
            )
            for act in ("added", "changed", "enabled", "disabled", "deleted")
        ),
        *(
            (
                rf"{ORDER}{old} of (?P<amount>{MONEY}) {act}\.",
                f"{act.capitalize()} a {new} of {{amount}} {'to' if act == 'added' else 'of'} order {{order}}.",
            )
            for old, new in (("sale", "payment"), ("refund", "refund"))
            for act in ("added", "changed", "enabled", "disabled", "deleted")
        ),
        (
            rf"{ORDER}(?P<amount>{MONEY}) charged{CARD}\.(?: (?P<reason>.*))?",
            "Charged {amount} to {card} for order {order}.",
        ),
        (
            rf"{ORDER}(?P<amount>{MONEY}) refunded{CARD}\.(?: (?P<reason>.*))?",
            "Refunded {amount} of order {order} to {card}.",
        ),
        (
            rf"{ORDER}Charge of (?P<amount>{MONEY}){CARD} declined\.(?: (?P<answer>.*))?",
            "Charge of {amount} to {card} for order {order} declined.",
        ),
        (
            rf"{ORDER}Refund of (?P<amount>{MONEY}){CARD} declined\.(?: (?P<answer>.*))?",
            "Refund of {amount} of order {order} to {card} declined.",
        ),
        (rf"{ORDER}parcel shipped, (?P<tracking>.*)\.", "Shipped order {order}.\nTracking number: {tracking}"),
        (rf"{ORDER}parcel delivered, (?P<tracking>.*)\.", "Delivered order {order}.\nTracking number: {tracking}"),
        (rf"{ORDER}(?P<details>.*)", "Order {order}: {details}"),
    ],
    "purchase": [
        (
            rf"{PURCHASE}cancelled as its billing system planned\.",
            "Cancelled purchase {purchase} as its billing system scheduled.",
        ),
        (rf"{PURCHASE}cancelled as planned\.(?: (?P<reason>.*))?", "Cancelled purchase {purchase} as scheduled."),
        (rf"{PURCHASE}cancelled\.(?: (?P<reason>.*))?", "Cancelled purchase {purchase}."),
        (
            rf"{PURCHASE}will be cancelled on (?P<day>{DAY})\.(?: (?P<reason>.*))?",
            "Scheduled the cancellation of purchase {purchase} for {day}.",
        ),
        (
            rf"{PURCHASE}the cancellation on (?P<day>{DAY}) was taken back\.",
            "Removed the cancellation of purchase {purchase} scheduled for {day}.",
        ),
        (rf"{PURCHASE}was cancelled on (?P<day>{DAY})\.", "Purchase {purchase} was cancelled on {day}."),
        (rf"{PURCHASE}cancellations are now: none\.", "Removed all cancellations of purchase {purchase}."),
        (
            rf"{PURCHASE}cancellations are now: (?P<days>{DAY}(?:, {DAY})*)\.",
            "Set the cancellations of purchase {purchase} to {days}.",
        ),
        (rf"{PURCHASE}paused until (?P<day>{DAY})\.", "Paused purchase {purchase} until {day}."),
        (rf"{PURCHASE}paused\.", "Paused purchase {purchase}."),
        (rf"{PURCHASE}reactivated, next bill (?P<day>{DAY})\.", "Reactivated purchase {purchase}. Next bill on {day}."),
        (
            rf"{PURCHASE}past due\. Its newest invoice is not paid\.",
            "Purchase {purchase} is past due. Its latest invoice is unpaid.",
        ),
        (rf"{PURCHASE}no longer connected with another\.", "Disconnected purchase {purchase}."),
        (rf"{PURCHASE}connected with (?P<others>\d.*)\.", "Connected purchase {purchase} with {others}."),
        (
            rf"{PURCHASE}(?P<billing>(?:price|next bill) changed from .*)\.",
            "Changed the billing of purchase {purchase}.\n{changes}",
        ),
        (r"Purchase (?P<purchase>\d{1,18}), (?P<product>.*?): (?P<details>.*)", "Purchase {purchase}: {details}"),
        *(
            (
                rf"Subscription (?P<subscription>.*): event “(?P<event>[a-z ]+)” {act}\.",
                f"{act.capitalize()} the event “{{event}}” of subscription {{subscription}}.",
            )
            for act in ("added", "changed", "enabled", "disabled", "deleted")
        ),
    ],
    "selling": [
        (r"Added the contact (?P<contact>.*)\.", "Added the contact {contact}."),
        (
            r"Changed the contact (?P<contact>.*): (?P<fields>[\w, ]+)\.",
            "Changed the {fields} of the contact {contact}.",
        ),
        (r"Deleted the contact (?P<contact>.*)\.", "Deleted the contact {contact}."),
        (
            r"Merged the contact (?P<merged>.*?) into the contact (?P<kept>.*)\.",
            "Merged the contact {merged} into the contact {kept}.",
        ),
        (
            rf"Added the opportunity (?P<opportunity>.*), (?P<amount>{MONEY})\.",
            "Added the opportunity {opportunity}, worth {amount}.",
        ),
        (
            r"Changed the opportunity (?P<opportunity>.*): (?P<details>.*)\.",
            "Changed the opportunity {opportunity}: {details}.",
        ),
        (r"Deleted the opportunity (?P<opportunity>.*)\.", "Deleted the opportunity {opportunity}."),
        (
            rf"Gave (?P<user>.*?) the task “(?P<task>.*)”, due (?P<due>{DAY})\.",
            "Assigned the task “{task}” to {user}, due {due}.",
        ),
        (r"Changed the task “(?P<task>.*)”: (?P<task_fields>.*)\.", "Changed the {fields} of the task “{task}”."),
        (r"Completed the task “(?P<task>.*)”\.", "Completed the task “{task}”."),
        (r"Took up again the task “(?P<task>.*)”\.", "Reopened the task “{task}”."),
        (r"Deleted the task “(?P<task>.*)”\.", "Deleted the task “{task}”."),
        (rf"Changed the note of (?P<day>{DAY})\.", "Changed the note of {day}."),
        (rf"Changed the call of (?P<day>{DAY})\.", "Changed the call of {day}."),
        (rf"Deleted the note of (?P<day>{DAY})\.", "Deleted the note of {day}."),
        (rf"Deleted the call of (?P<day>{DAY})\.", "Deleted the call of {day}."),
    ],
}
COMPILED = {
    kind: [(re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in rules] for kind, rules in RULES.items()
}
ANYBODY = re.compile(r"(?:\(|customer )(\d{1,18})\b", re.IGNORECASE)
END_OF_NAME = re.compile(r" \((\d{1,18})\)(?=, | and |$)|(?<= )(\d{1,18})(?=, | and |$)")
TASK_FIELDS = {"what it is": "details", "who does it": "assignee", "when it is due": "due date"}


class UnreadableError(Exception):
    """The text is not what the rule takes it for."""


def from_prose(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alias = schema_editor.connection.alias
    history = apps.get_model("customers", "HistoryEntry").objects.using(alias)
    last = 0
    while entries := list(history.filter(pk__gt=last, sentence="").order_by("pk")[:CHUNK]):
        with transaction.atomic(using=alias):
            customers = _customers_of(apps, alias, entries)
            for entry in entries:
                _read(entry, customers[entry.pk])
            columns = ["sentence", "values", "about_customer", "order_number", "purchase_id"]
            history.bulk_update(entries, columns)
        last = entries[-1].pk


def to_prose(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # As it reads then: only whoever goes back needs it.
    from customers.lib import sentences

    history = apps.get_model("customers", "HistoryEntry").objects.using(schema_editor.connection.alias)
    last = 0
    while entries := list(history.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for entry in entries:
            entry.text = sentences.text(entry.sentence, entry.values)
            entry.sentence, entry.values = "", {}
            entry.about_customer_id, entry.order_number, entry.purchase_id = None, "", None
        columns = ["text", "sentence", "values", "about_customer", "order_number", "purchase_id"]
        history.bulk_update(entries, columns)
        last = entries[-1].pk


def _customers_of(apps: StateApps, alias: str, entries: list[Any]) -> dict[int, set[int]]:
    """{entry: the customers that it may name}: those of its merge, or any there are of the numbers in it."""
    all_merges, all_members, all_customers = (
        apps.get_model("customers", name).objects.using(alias) for name in ("Merge", "MergeMember", "Customer")
    )
    merges = {entry.merge_id for entry in entries if entry.merge_id}
    parties = {pk: {survivor} for pk, survivor in all_merges.filter(pk__in=merges).values_list("pk", "survivor")}
    for merge, duplicate in all_members.filter(merge__in=merges).values_list("merge", "duplicate"):
        parties[merge].add(duplicate)
    numbers = {
        entry.pk: {int(number) for number in ANYBODY.findall(entry.text)}
        for entry in entries
        if entry.kind in ("split", "dismissal")
    }
    every = set().union(*numbers.values())
    known = set(all_customers.filter(pk__in=every).values_list("pk", flat=True))
    return {entry.pk: parties.get(entry.merge_id, set()) | (numbers.get(entry.pk, set()) & known) for entry in entries}


def _read(entry: Any, customers: set[int]) -> None:
    for pattern, sentence in COMPILED.get(entry.kind, ()):
        if match := pattern.fullmatch(entry.text):
            try:
                values = _values(match.groupdict(), customers)
            except UnreadableError:
                continue
            for line in ("reason", "answer"):
                if line in values:
                    sentence += f"\n{line.capitalize()}: {{{line}}}"
            entry.sentence, entry.values = sentence, values
            _set_columns(entry)
            return
    entry.sentence = entry.text.replace("{", "{{").replace("}", "}}")


def _set_columns(entry: Any) -> None:
    for value in entry.values.values():
        match value:
            case {"customer": pk} | [{"customer": pk}]:
                entry.about_customer_id = pk
            case {"order": number}:
                entry.order_number = number
            case {"purchase": pk}:
                entry.purchase_id = pk


def _values(groups: dict[str, str], customers: set[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in groups.items():
        match name:
            case "reason" | "answer":
                if text:
                    values[name] = text
            case "customers":
                values[name] = _people(text, customers)
            case "customer":
                [values[name], *others] = _people(text, customers)
                if others:
                    raise UnreadableError
            case "order":
                values[name] = {"order": text}
            case "purchase":
                values[name] = {"purchase": int(text), "name": groups["product"]}
            case "product":
                pass
            case "amount":
                values[name] = _money(text)
            case "card":
                values[name] = text or {"word": "an unknown payment method"}
            case "record":
                values[name] = ERASED if text == "a record" else text
            case "day" | "due":
                values[name] = _day(text)
            case "days":
                values[name] = [_day(day) for day in text.split(", ")]
            case "tags":
                values[name] = re.split(r"”(?:, | and )“", text[1:-1])
            case "rows":
                values[name] = [_count(row) for row in re.split(r", | and ", text)]
            case "others":
                values[name] = [_purchase(other) for other in re.split(r"(?:, | and )(?=\d+, )", text)]
            case "fields":
                values[name] = [{"word": word} for word in text.split(", ")]
            case "task_fields":
                values["fields"] = [{"word": TASK_FIELDS.get(word, word)} for word in text.split(", ")]
            case "event":
                values[name] = {"word": text}
            case "changes":
                values[name] = [_field(field) for field in NEXT_FIELD.split(text)]
            case "attributes":
                values["changes"] = [_attribute(attribute) for attribute in NEXT_ATTRIBUTE.split(text)]
            case "billing":
                values["changes"] = [_billing(change) for change in text.split("; ")]
            case _:
                values[name] = text
    return values


def _people(text: str, customers: set[int]) -> list[dict[str, Any]]:
    """“A (1), B (2) and Customer 3”, where the numbers are those of `customers`."""
    people, start = [], 0
    for end in END_OF_NAME.finditer(text):
        pk = int(end[1] or end[2])
        if pk in customers and end.start() >= start:
            name = text[start : end.start() if end[1] else end.end()]
            people.append({"customer": pk, "name": "" if name == f"Erased customer {pk}" else name})
            start = end.end() + (5 if text[end.end() : end.end() + 5] == " and " else 2)
    if start < len(text):
        raise UnreadableError
    return people


def _money(text: str) -> dict[str, str]:
    amount, _, currency = text.partition(" ")
    return {"amount": amount.replace(",", ""), "currency": currency}


def _day(text: str) -> Any:
    try:
        return {"day": datetime.strptime(text, "%d %b %Y").date().isoformat()}
    except ValueError:
        return text


def _count(text: str) -> dict[str, Any]:
    number, _, name = text.partition(" ")
    one = next((one for one, many in COUNTS.items() if name in (one, many)), "")
    if not (one and number.replace(",", "").isdecimal()):
        raise UnreadableError
    return {"count": int(number.replace(",", "")), "one": one, "many": COUNTS[one]}


def _purchase(text: str) -> dict[str, Any]:
    pk, _, name = text.partition(", ")
    return {"purchase": int(pk), "name": name}


def _field(text: str) -> dict[str, Any]:
    if text == "Password set anew.":
        return {"field": "cart_password", "label": "Password"}
    if not (match := FIELD.fullmatch(text)):
        raise UnreadableError
    (key, label), before, after = FIELDS[match[1]], match[2], match[3]
    return {"field": key, "label": label, "before": WORDS.get(before, before), "after": WORDS.get(after, after)}


def _attribute(text: str) -> dict[str, Any]:
    if match := ATTRIBUTE_SET.fullmatch(text):
        return {"attribute": match[1], "before": "", "after": match[2]}
    if match := ATTRIBUTE_REMOVED.fullmatch(text):
        return {"attribute": match[1], "before": match[2], "after": ""}
    raise UnreadableError


def _billing(text: str) -> dict[str, Any]:
    if match := re.fullmatch(rf"price changed from ([\d,.-]+) to ({MONEY})", text):
        after = _money(match[2])
        old = {"amount": match[1].replace(",", ""), "currency": after["currency"]}
        return {"field": "price", "label": "Price", "before": old, "after": after}
    if match := re.fullmatch(rf"next bill changed from (none|{DAY}) to ({DAY})", text):
        before = "" if match[1] == "none" else _day(match[1])
        return {"field": "next_bill_date", "label": "Next bill", "before": before, "after": _day(match[2])}
    raise UnreadableError


class Migration(migrations.Migration):
    # Each chunk is a transaction of its own.
    atomic = False

    dependencies = [("customers", "0009_history_values")]

    operations = [migrations.RunPython(from_prose, to_prose)]
