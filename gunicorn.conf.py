"""What gunicorn reads when it is started here; the command line comes before it."""

umask = 0o077  # files that it makes, such as the database of SQLite, are for its user only
worker_class = "gthread"
workers = 2
threads = 8
# Clients of the Konnektive API send whole orders in the address. 4,094 bytes are gunicorn's default.
limit_request_line = 8190
logger_class = "crm.http.gunicorn_log.SecretFreeLogger"
