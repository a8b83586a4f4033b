"""ChartMogul's dialect at `/v1/`: the published ChartMogul clients work unmodified."""
