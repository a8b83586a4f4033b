"""Invoices, their lines and their transactions: our orders, their items and payments.

Read invoices.py first; requests.py takes what is sent, responses.py writes the answers.
"""
