from datetime import timedelta

MINUTE, HOUR = 60, 3600


def duration(span: timedelta) -> str:
    """Such as “42 s”, “1 min 16 s” or “2 h 5 min”."""
    seconds = max(round(span.total_seconds()), 1)
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min {seconds % MINUTE} s"
    return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
