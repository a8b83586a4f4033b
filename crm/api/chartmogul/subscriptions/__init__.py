"""Subscriptions, their events, and activities: the movements of recurring revenue.

Read customer_subscriptions.py first, then activities.py.
"""
