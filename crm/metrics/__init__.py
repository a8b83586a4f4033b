"""Numbers for Prometheus: `/metrics` of the web server, and of each worker at METRICS_ADDRESS.

`numbers.py` has every number with its labels; read it first. `requests.py` counts requests and their statements,
`acts.py` what acts report by `customers/lib/counting.py`, `stored.py` asks the database when it is read, and
`exposition.py` writes the text and says who may read it. Nothing is counted without METRICS_TOKEN.
"""
