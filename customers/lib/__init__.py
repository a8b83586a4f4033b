"""Plain values, without the database: names, emails, phones, addresses, money, days, text.

Read identity.py first: it decides when two spellings are the same person.
"""
