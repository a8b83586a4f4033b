"""Customers as programs send them."""

from typing import Any

from tests.api.caller import Caller


def send(caller: Caller, source, external_id: str, **said: Any) -> dict[str, Any]:
    """The answer to a new customer."""
    response = caller.post("customers", {"data_source_uuid": source.uuid, "external_id": external_id, **said})
    assert response.status_code == 201, response.content
    return response.json()


def merged(caller: Caller, goes: dict[str, Any], into: dict[str, Any]) -> Any:
    return caller.post("customers/merges", {"from": uuid_of(goes), "into": uuid_of(into)})


def uuid_of(shown: dict[str, Any]) -> dict[str, str]:
    return {"customer_uuid": shown["uuid"]}


def ids_of(shown: dict[str, Any]) -> dict[str, str]:
    return {"data_source_uuid": shown["data_source_uuid"], "external_id": shown["external_id"]}


def unmerged(caller: Caller, goes: dict[str, Any], out_of: dict[str, Any], **said: Any) -> Any:
    return caller.post("customers/unmerges", {**uuid_of(out_of), **ids_of(goes), **said})


def now(caller: Caller, shown: dict[str, Any]) -> dict[str, Any]:
    """The customer as it is by now."""
    return caller.get(f"customers/{shown['uuid']}").json()
