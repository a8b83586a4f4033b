"""Statements that Django would write too slowly: prepared once, several as one, for long lists and for many rows.

Read prepared.py first. No model is named here.
"""
