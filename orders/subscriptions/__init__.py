"""Purchases that bill again: begun by a paid order, or derived from the invoices of a billing system.

Staff pause, cancel, reactivate them and change their billing; planned cancellations and restarts happen on their day.
Read `common.py` first (how every act locks a purchase), then `derive.py` (what invoices say).
"""
