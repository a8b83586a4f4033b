"""Invoices, their lines and their transactions: our orders, their items and payments."""
