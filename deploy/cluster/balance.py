"""HAProxy: the way to the primary, to the standby, and to the web nodes that say that they can serve."""

import csv
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
from deploy.cluster.program import Program, wait_until

SETTINGS = """
global
    maxconn 1000
    stats socket {folder}/haproxy.sock mode 600 level admin
    log stdout format raw local0
defaults
    log global
    option dontlog-normal
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout check 5s
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
    option httplog
    balance roundrobin
    option forwardfor
    option redispatch
    # Only what no server has begun to read is sent to the other: nothing is done twice by that.
    retries 3
    retry-on conn-failure
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
    # Who refuses a connection is gone at once. Started again it listens before it can answer, and requests would wait.
    default-server inter 1s fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down
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


def command(*lines: str) -> str:
    """Tell the HAProxy that runs, such as to take a server out; what it answers."""
    answers = []
    for line in lines:
        with socket.socket(socket.AF_UNIX) as session:
            session.connect(str(folder("haproxy") / "haproxy.sock"))
            session.sendall(f"{line}\n".encode())
            while part := session.recv(65536):
                answers.append(part.decode())
    return "".join(answers)


def statistic(server: str, name: str) -> str:
    """What `show stat` says of a server, such as "site/a"."""
    lines = csv.DictReader(command("show stat").removeprefix("# ").splitlines())
    return next(line[name] for line in lines if f"{line['pxname']}/{line['svname']}" == server)


def take_out(node: str) -> None:
    """Of the balance: it gets no further request, and has answered all when this returns."""
    command(f"set server site/{node} state drain")
    wait_until(lambda: statistic(f"site/{node}", "scur") == "0", f"Node {node} does not answer its last requests.")


def put_back(node: str) -> None:
    """Into the balance, and wait until HAProxy has found it ready."""
    command(f"set server site/{node} state ready")
    wait_until(lambda: statistic(f"site/{node}", "status").startswith("UP"), f"Node {node} does not come back.")


def cut_off(node: str) -> None:
    server = f"database-of-{node}/pgbouncer"
    command(f"set server {server} state maint", f"shutdown sessions server {server}")


def let_through(node: str) -> None:
    command(f"set server database-of-{node}/pgbouncer state ready")
