"""Postal addresses and the countries, states and formats that they are read and written by. Read address.py first."""
