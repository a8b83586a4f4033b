"""The API: ChartMogul's dialect and Konnektive's. Both translate to the rules of the apps and have none themselves.

Read `auth.py` first: it authenticates keys for both. `errors.py` answers errors outside of any call.
"""
