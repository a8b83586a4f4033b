"""Pulls by `/v1/`, from ChartMogul or from another installation of Reunite.

`run.py` is a run: `client.py` asks for a page, `places.py` says which comes next, and each kind of row has a module
that takes it in: `plans.py`, `customers.py`, `invoices.py`, `cancellations.py`. Of what is here already, `merges.py`
and `invoice_changes.py` follow what became of it there.
"""
