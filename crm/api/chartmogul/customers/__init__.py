"""Customers with their tags and custom attributes.

Read customers.py first; requests.py takes what is sent, responses.py writes the answers.
"""
