"""Asking whether the system of a pull answers, without writing anything."""

from crm.pulls.chartmogul.run import refuse_without_client
from crm.pulls.konnektive.places import first_place
from crm.pulls.konnektive.queries import page_at
from crm.pulls.models import Pull, System
from crm.pulls.pulls import today_of


def test(pull: Pull) -> str:
    """What it answers, as a sentence; its refusal is raised."""
    if pull.system == System.CHARTMOGUL:
        return _test_chartmogul(pull)
    today = today_of(pull)
    number = page_at(first_place(today, today), pull, size=1).total
    return f"Customers changed there today: {number}."


def _test_chartmogul(pull: Pull) -> str:
    refuse_without_client()
    from crm.pulls.chartmogul import client

    config = client.config_of(pull)
    client.data_source_there(config, pull.source_there)
    if client.has_changes(config):
        return "It is a Reunite, which lists what changed."
    return "It lists customers and invoices."
