"""Calls about customers: leads, queries, updates, shop logins, club memberships."""
