"""Where webhooks may not be sent, however it is written."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from crm.webhooks.addresses import TargetRefusedError, is_public, read_url, resolve
from tests.tables import table


def refusal(url: str) -> str:
    with pytest.raises(TargetRefusedError) as refused:
        resolve(read_url(url))
    return str(refused.value)


def lead_to(monkeypatch, *addresses: str) -> None:
    """Every name has these addresses."""
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)


@table(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
        *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("198.18.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "255.255.255.255"),
        *("240.0.0.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "::7f00:1", "100::1"),
    ],
)
def test_no_address_inside_is_public(address):
    assert not is_public(ip_address(address))


@table("address", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_addresses_outside_are_public(address):
    assert is_public(ip_address(address))


@table(
    "url",
    [
        *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/"),
        *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1]/"),
        *("https://localhost/", "https://LOCALHOST./", "https://[64:ff9b::169.254.169.254]/"),
    ],
)
def test_the_machine_itself_is_refused_however_it_is_written(url):
    assert "private or reserved network" in refusal(url)


def test_a_name_with_one_address_inside_is_refused(monkeypatch):
    lead_to(monkeypatch, "8.8.8.8", "::ffff:10.0.0.5")
    assert "private or reserved network" in refusal("https://hooks.example.com/")


@table("url", ["http://hooks.example.com/", "https://hooks.example.com:8443/", "http://hooks.example.com:443/"])
def test_outside_only_https_on_its_own_port_is_asked(url, monkeypatch):
    lead_to(monkeypatch, "8.8.8.8")
    assert "HTTPS to port 443 only" in refusal(url)


@table(
    ("url", "reason"),
    [
        ("ftp://hooks.example.com/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("hooks.example.com", "begins with https://"),
        ("https://", "begins with https://"),
        ("https:///path", "begins with https://"),
        ("https://user:secret@hooks.example.com/", "user name or password"),
        ("https://hooks.example.com@127.0.0.1/", "user name or password"),
        ("https://hooks.example.com:port/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://hooks.example.com\\@127.0.0.1/", "backslashes"),
        ("https://hooks.example.com/a b", "spaces"),
        ("https://hooks.example.com/\r\nHost: internal", "spaces"),
    ],
)
def test_what_is_no_url_is_refused(url, reason):
    with pytest.raises(TargetRefusedError, match=reason):
        read_url(url)


def test_a_name_that_has_no_address_is_refused(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert refusal("https://nowhere.example.com/") == "The host nowhere.example.com was not found."


def test_a_setting_allows_a_network_with_any_port_and_without_tls(settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    assert [str(address) for address in resolve(read_url("http://127.0.0.1:8080/"))] == ["127.0.0.1"]
    assert [str(address) for address in resolve(read_url("https://[::ffff:127.0.0.1]/"))] == ["127.0.0.1"]
    assert "private or reserved network" in refusal("http://10.0.0.1/")


def test_a_url_is_read_once_and_for_all():
    target = read_url("https://Bücher.example/über uns?q=ä#top".replace(" ", "%20"))
    assert (target.authority, target.path) == ("xn--bcher-kva.example", "/%C3%BCber%20uns?q=%C3%A4")
    assert read_url("http://[2606:4700::1111]:8080").authority == "[2606:4700::1111]:8080"
