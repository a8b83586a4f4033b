"""What is sold: plans that bill again, and groups of plans.

`plans.py` creates, changes and deletes them for the API; the tables are in `orders/models/catalogue.py`.
"""
