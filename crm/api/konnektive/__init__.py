"""Konnektive's dialect at `/leads/import/`, `/order/import/`, `/customer/query/` …: its clients work unmodified."""
