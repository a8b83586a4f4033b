"""The published Python client, unmodified, pointed at a server of the test."""

import chartmogul


def published_client(live_server, token: str) -> chartmogul.Config:
    class Config(chartmogul.Config):
        uri = f"{live_server.url}/v1"

    return Config(token, max_retries=0)
