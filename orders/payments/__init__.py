"""Charging, refunding and rerunning orders through a payment gateway, and recording what the gateway answers.

The steps are always the same: a pending payment is committed, the gateway is asked, its answer is recorded. Read
`gateway_request.py` first, then `gateway.py` (the interface that an adapter implements).
"""
