"""Redis, which counts for all web processes, and RabbitMQ, which wakes workers."""

from functools import partial

from deploy.cluster.database import listens
from deploy.cluster.places import EPMD, ERLANG, RABBITMQ, REDIS, folder
from deploy.cluster.program import Program


def redis() -> Program:
    command = ["redis-server", "--bind", REDIS.host, "--port", str(REDIS.port), "--dir", str(folder("redis"))]
    return Program("redis", [*command, "--save", ""], is_up=partial(listens, REDIS))


def epmd() -> Program:
    """By which processes of Erlang find each other. RabbitMQ would start one that outlives it."""
    command = ["epmd", "-address", EPMD.host, "-port", str(EPMD.port)]
    return Program("epmd", command, user="rabbitmq", is_up=partial(listens, EPMD))


def rabbitmq() -> Program:
    home = folder("rabbitmq", "rabbitmq")
    (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = {RABBITMQ}\n")
    (home / "plugins").write_text("[].\n")
    environment = {
        "HOME": str(home),
        "RABBITMQ_NODENAME": "reunite@localhost",
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home),
        "RABBITMQ_DIST_PORT": str(ERLANG.port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_PORT": str(EPMD.port),
        "ERL_EPMD_ADDRESS": EPMD.host,
    }
    # Debian's script becomes the user itself where it is root; past it, the program of RabbitMQ.
    command = ["/usr/lib/rabbitmq/bin/rabbitmq-server"]
    return Program("rabbitmq", command, environment, user="rabbitmq", is_up=partial(listens, RABBITMQ))
