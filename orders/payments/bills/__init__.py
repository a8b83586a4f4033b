"""Billing a purchase that is due, and what becomes of it by the gateway's answer. Read bill_purchase.py first."""
