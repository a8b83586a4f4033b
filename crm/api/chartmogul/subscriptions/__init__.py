"""Subscriptions, their events, and activities: the movements of recurring revenue."""
