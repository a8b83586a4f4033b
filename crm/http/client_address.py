from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return who asks, as the outermost of our `PROXIES` saw it; what stands further left anyone can write."""
    proxies: int = settings.PROXIES
    seen = [address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",")]
    address = seen[-proxies] if 0 < proxies <= len(seen) else ""
    return address or str(request.META.get("REMOTE_ADDR", ""))  # none on a Unix socket
