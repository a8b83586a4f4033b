"""Webhooks: events sent to the systems of others, signed as Standard Webhooks (docs/webhooks.md).

Read `deliver.py` first: what is due is claimed by one UPDATE, sent, and noted. `hand_out.py` makes deliveries of
events, `queue.py` says which of them may be sent now, `addresses.py` where to, and `post.py` sends one.
"""
