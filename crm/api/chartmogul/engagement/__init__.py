"""Contacts, notes, opportunities and tasks."""
