"""ChartMogul's dialect at `/v1/`: published ChartMogul clients work unmodified.

Read `api.py` first: it lists the routers. An operation stands in the module of its subject, with what it reads and
answers; `lookup.py` finds what ids name, `paging.py` makes pages of lists.
"""
