"""ChartMogul's dialect at `/v1/`: published ChartMogul clients work unmodified.

Read `api.py` first: it lists the routers. An operation is in the module of its subject, with the schemas of its
request and answer; `lookup.py` finds rows by id, `paging.py` makes pages of lists.
"""
