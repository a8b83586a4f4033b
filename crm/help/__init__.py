"""Help in the app: a page for each topic, from docs/help/. Read `topics.py` first: which page has which help."""
