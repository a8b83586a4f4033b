"""Every number that is counted in a process. Labels are names from the code, so there are only so many series.

Where PROMETHEUS_MULTIPROC_DIR is set, as `gunicorn.conf.py` does, the numbers of all processes are added up.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

COUNTED = CollectorRegistry()

REQUESTS = Counter(
    "reunite_requests",
    "Requests answered",
    ["view", "method", "status"],
    registry=COUNTED,
)
REQUEST_SECONDS = Histogram(
    "reunite_request_seconds",
    "Time until a request was answered",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=COUNTED,
)
STATEMENTS = Counter("reunite_statements", "Statements that requests sent to the database", ["view"], registry=COUNTED)
MERGES = Counter("reunite_merges", "Merges", ["via"], registry=COUNTED)
UNDOS = Counter("reunite_undos", "Merges undone", ["extent"], registry=COUNTED)
INTAKES = Counter("reunite_intakes", "Leads, orders and imported rows taken in", ["way", "result"], registry=COUNTED)
GATEWAY_ANSWERS = Counter(
    "reunite_gateway_answers",
    "Answers of the payment gateway; “pending” is none",
    ["kind", "answer"],
    registry=COUNTED,
)
JOB_ROWS = Counter("reunite_job_rows", "Rows that jobs did", ["kind"], registry=COUNTED)
JOB_ENDS = Counter("reunite_job_ends", "Jobs that ended", ["kind", "state"], registry=COUNTED)
DELIVERIES = Counter("reunite_deliveries", "Requests to endpoints of webhooks", ["result"], registry=COUNTED)
KEPT_COUNTS = Counter(
    "reunite_kept_counts",
    "Counts of long lists that were asked of the cache",
    ["result"],
    registry=COUNTED,
)
