"""HAProxy: the way to the primary, to the standby, and to the web nodes that say that they can serve."""

import socket
from functools import partial

from deploy.cluster.database import listens
from deploy.cluster.places import (
    NODES,
    PATRONI,
    PGBOUNCER,
    POSTGRES,
    PRIMARY,
    SITE,
    STANDBY,
    WEB,
    WEB_DATABASE,
    folder,
)
from deploy.cluster.program import Program

SETTINGS = """
global
    maxconn 1000
    stats socket {folder}/haproxy.sock mode 600 level admin
defaults
    timeout connect 1s
    timeout client 60s
    timeout server 60s
listen primary
    bind {primary}
    mode tcp
    option httpchk GET /primary
    http-check expect status 200
    default-server inter 1s fall 1 rise 1 on-marked-down shutdown-sessions
{databases}
listen standby
    bind {standby}
    mode tcp
    option httpchk GET /replica
    http-check expect status 200
    default-server inter 1s fall 1 rise 1 on-marked-down shutdown-sessions
{databases}
listen database-of-a
    bind {web_database[a]}
    mode tcp
    server pgbouncer {pgbouncer}
listen database-of-b
    bind {web_database[b]}
    mode tcp
    server pgbouncer {pgbouncer}
listen site
    bind {site}
    mode http
    balance roundrobin
    option forwardfor
    option redispatch
    # Only what no server has begun to read is sent to the other: nothing is done twice by that.
    retries 3
    retry-on conn-failure
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
    default-server inter 1s fall 2 rise 1
{webs}
"""


def haproxy() -> Program:
    home = folder("haproxy")
    databases = "\n".join(f"    server {node} {POSTGRES[node]} check port {PATRONI[node].port}" for node in NODES)
    webs = "\n".join(f"    server {node} {WEB[node]} check" for node in NODES)
    settings = home / "haproxy.cfg"
    places = {"primary": PRIMARY, "standby": STANDBY, "site": SITE, "pgbouncer": PGBOUNCER}
    settings.write_text(
        SETTINGS.format(folder=home, databases=databases, webs=webs, web_database=WEB_DATABASE, **places)
    )
    return Program("haproxy", ["/usr/sbin/haproxy", "-db", "-f", str(settings)], is_up=partial(listens, SITE))


def command(*lines: str) -> None:
    """Tell the HAProxy that runs, such as to take a server out."""
    for line in lines:
        with socket.socket(socket.AF_UNIX) as session:
            session.connect(str(folder("haproxy") / "haproxy.sock"))
            session.sendall(f"{line}\n".encode())
            while session.recv(4096):
                pass


def cut_off(node: str) -> None:
    server = f"database-of-{node}/pgbouncer"
    command(f"set server {server} state maint", f"shutdown sessions server {server}")


def let_through(node: str) -> None:
    command(f"set server database-of-{node}/pgbouncer state ready")
