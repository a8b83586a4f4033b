"""The keys of a customer, as its clients recorded them, and one of whom everything is said."""

from crm.api.profile_fields import CHARTMOGUL

KEYS = {
    "id": int,
    "uuid": str,
    "external_id": str,
    "name": str,
    "email": str,
    "status": str,
    "customer-since": str | None,
    "attributes": dict,
    "data_source_uuid": str,
    "data_source_uuids": list,
    "external_ids": list,
    "company": str,
    "country": str | None,
    "state": str | None,
    "city": str | None,
    "zip": str | None,
    "lead_created_at": str | None,
    "free_trial_started_at": str | None,
    "address": dict,
    "mrr": int,
    "arr": int,
    "billing-system-url": str | None,
    "chartmogul-url": str,
    "billing-system-type": str,
    "currency": str,
    "currency-sign": str,
    "owner": str | None,
    "website_url": str | None,
}

EVERYTHING = {
    "name": "John Smith",
    "email": "john@example.com",
    "company": "Initrode",
    "country": "US",
    "state": "US-CA",
    "city": "Mountain View",
    "zip": "94043",
    "website_url": "https://initrode.example.com",
    "status": "Qualified Lead",
    "lead_created_at": "2015-11-01",
    "free_trial_started_at": "2015-12-01 12:30:00 UTC",
    "owner": "program@example.com",
    "attributes": {
        "tags": ["prio1", "Prio1"],
        "custom": [
            {"type": "String", "key": "channel", "value": "Twitter", "source": "import"},
            {"type": "Integer", "key": "age", "value": 18},
            {"type": "Decimal", "key": "CAC", "value": 12.5},
            {"type": "Boolean", "key": "Toggle", "value": False},
            {"type": "Timestamp", "key": "since", "value": "2016-01-15"},
        ],
    },
    "an_unknown_key": {"is": "ignored"},
}


def assert_shaped(shown):
    assert shown.keys() == KEYS.keys() | set(CHARTMOGUL.names.values())
    assert [name for name, kind in KEYS.items() if not isinstance(shown[name], kind)] == []
    assert shown["attributes"].keys() == {"custom", "clearbit", "stripe", "tags"}
    assert shown["address"].keys() == {"country", "state", "city", "address_zip"}
    assert len(shown["external_ids"]) == len(shown["data_source_uuids"])
