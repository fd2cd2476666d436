"""Where the egress client goes, and where it does not. A name is resolved once; what it leads to is all public."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest

from api.effects import egress as module
from api.effects.destinations import is_public
from api.effects.egress import LONGEST_ANSWER, Answer, PublicEgress
from api.effects.faults import EgressFault
from tests.receivers import Receiver, Reply, receiving

PUBLIC = "93.184.215.14"

SPELLED_WRONG = {
    "http": "http://hooks.example.com/",
    "another scheme": "file:///etc/passwd",
    "gopher": "gopher://hooks.example.com/",
    "no scheme": "//hooks.example.com/",
    "upper-case trick": "HTTP://hooks.example.com/",
    "userinfo": "https://user:secret@hooks.example.com/",
    "empty userinfo": "https://@hooks.example.com/",
    "userinfo that looks like a host": "https://hooks.example.com@127.0.0.1/",
    "another port": "https://hooks.example.com:8443/",
    "port of another service": "https://hooks.example.com:22/",
    "port zero": "https://hooks.example.com:0/",
    "port left out": "https://hooks.example.com:/",
    "port that is none": "https://hooks.example.com:https/",
    "fragment": "https://hooks.example.com/#@127.0.0.1/",
    "empty fragment": "https://hooks.example.com/#",
    "loopback": "https://127.0.0.1/",
    "short loopback": "https://127.1/",
    "decimal": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "hexadecimal": "https://0x7f000001/",
    "hexadecimal part": "https://127.0.0.0x1/",
    "mixed": "https://0x7f.1/",
    "long decimal": "https://00000000000000000000002130706433/",
    "public address": f"https://{PUBLIC}/",
    "IPv6": "https://[::1]/",
    "IPv6 mapped": "https://[::ffff:127.0.0.1]/",
    "IPv6 with a scope": "https://[fe80::1%25eth0]/",
    "bracket left open": "https://[::1/",
    "bare name": "https://localhost/",
    "trailing dot": "https://localhost./",
    "trailing dot of a name": "https://hooks.example.com./",
    "empty label": "https://hooks..example.com/",
    "full-width digits": "https://１２７.０.０.１/",
    "ideographic stop": "https://127。0。0。1/",
    "not ASCII": "https://höoks.example.com/",
    "percent in the host": "https://%6cocalhost.example.com/",
    "underscore": "https://_hooks.example.com/",
    "blank": "https://hooks.example.com /",
    "tab": "https://hooks.example\t.com/",
    "line break": "https://hooks.example.com/\r\nX-Injected: 1",
    "backslash": "https://hooks.example.com\\@127.0.0.1/",
    "no host": "https:///path",
    "only a scheme": "https:",
    "nothing": "",
    "too long": "https://hooks.example.com/" + "a" * 2048,
}

NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:7f00:1"),
    *("64:ff9b::7f00:1", "64:ff9b:1::a00:1", "100::1", "2001::7f00:1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "ff0e::1", "4000::1"),
)


def egress(*answers: str | OSError, ports: frozenset[int] = frozenset({443})) -> PublicEgress:
    """A client whose resolver gives these, one after the other, and no more."""
    given = iter(answers)

    def resolver(host: str, port: int) -> tuple[str, ...]:
        answer = next(given)
        if isinstance(answer, OSError):
            raise answer
        return tuple(answer.split())

    return PublicEgress(resolver=resolver, ports=ports)


def refusal(act: Callable[[], object]) -> EgressFault:
    with pytest.raises(EgressFault) as raised:
        act()
    return raised.value


@pytest.mark.parametrize("url", SPELLED_WRONG.values(), ids=SPELLED_WRONG)
def test_a_url_is_refused_by_its_spelling_before_any_name_is_resolved(url: str) -> None:
    client = egress()  # its resolver has nothing to say
    assert refusal(lambda: client.check(url)).reason == "egress.url_refused"
    assert refusal(lambda: client.get(url)).reason == "egress.url_refused"


def test_a_port_is_allowed_by_the_operator_alone() -> None:
    egress(ports=frozenset({443, 8443})).check("https://hooks.example.com:8443/")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_to_an_address_which_is_not_public_is_refused(address: str) -> None:
    fault = refusal(lambda: egress(address).get("https://hooks.example.com/"))
    assert fault.reason == "egress.address_refused"
    assert ipaddress.ip_address(str(fault.actual)) == ipaddress.ip_address(address)


def test_one_address_that_is_not_public_among_others_is_enough() -> None:
    fault = refusal(lambda: egress(f"{PUBLIC} 10.0.0.1").get("https://hooks.example.com/"))
    assert (fault.reason, fault.actual) == ("egress.address_refused", "10.0.0.1")


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_t96_a_name_is_resolved_once_and_the_connection_goes_to_that_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer would be loopback. It is never asked for."""
    asked: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> tuple[str, ...]:
        asked.append((host, port))
        return (PUBLIC,) if len(asked) == 1 else ("127.0.0.1",)

    connected: list[str] = []

    async def exchange(self: PublicEgress, method: str, destination: object, address: object, *rest: object) -> Answer:
        connected.append(str(address))
        return Answer(200, b"", {})

    monkeypatch.setattr(module.PublicEgress, "_exchange", exchange)
    PublicEgress(resolver=resolver).get("https://hooks.example.com/")
    assert (asked, connected) == ([("hooks.example.com", 443)], [PUBLIC])


def test_a_name_without_an_address_is_unreachable() -> None:
    assert refusal(lambda: egress(OSError("no such name")).get("https://hooks.example.com/")).reason == (
        "egress.unreachable"
    )
    assert refusal(lambda: egress("").get("https://hooks.example.com/")).reason == "egress.unreachable"


def test_without_what_speaks_http_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    assert refusal(PublicEgress).reason == "egress.unavailable"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.mark.loopback
def test_a_request_says_no_more_than_it_must(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", "/dev/null")
    receiver.replies = [Reply(201, body=b"thanks")]
    answer = receiver.egress().post(receiver.url + "?of=builds", b"{}", {"Content-Type": "application/json"})
    (received,) = receiver.received
    assert (answer.status, answer.body) == (201, b"thanks")
    assert (received.method, received.path, received.body) == ("POST", "/hook?of=builds", b"{}")
    assert received.headers["host"] == f"localhost:{receiver.port}"
    assert set(received.headers) == {
        *("host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "content-type"),
    }


@pytest.mark.loopback
def test_the_certificate_must_be_the_names_and_not_the_addresss(receiver: Receiver) -> None:
    receiver.egress().get(receiver.url)
    assert refusal(lambda: receiver.egress().get(f"https://127.0.0.1:{receiver.port}/")).reason == "egress.unreachable"
    stranger = PublicEgress.unsafe_loopback(ssl.create_default_context())
    fault = refusal(lambda: stranger.get(receiver.url))
    assert fault.reason == "egress.unreachable"
    assert "CERTIFICATE_VERIFY_FAILED" in fault.detail


@pytest.mark.loopback
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.replies = [Reply(status, headers=(("Location", "/elsewhere"),))]
    assert refusal(lambda: receiver.egress().get(receiver.url)).reason == "egress.redirected"
    assert [received.path for received in receiver.received] == ["/hook"]


@pytest.mark.loopback
def test_an_answer_is_taken_in_up_to_its_limit(receiver: Receiver) -> None:
    receiver.replies = [Reply(body=b"x" * LONGEST_ANSWER), Reply(body=b"x" * (LONGEST_ANSWER + 1))]
    assert len(receiver.egress().get(receiver.url).body) == LONGEST_ANSWER
    assert refusal(lambda: receiver.egress().get(receiver.url)).reason == "egress.too_large"


@pytest.mark.loopback
def test_a_compressed_answer_is_not_unpacked(receiver: Receiver) -> None:
    receiver.replies = [Reply(headers=(("Content-Encoding", "gzip"),), body=b"\x1f\x8b")]
    assert refusal(lambda: receiver.egress().get(receiver.url)).reason == "egress.unreachable"


@pytest.mark.loopback
def test_an_answer_that_does_not_end_is_late(receiver: Receiver) -> None:
    receiver.replies = [Reply(body=b"a", hang=True)]
    assert refusal(lambda: receiver.egress(seconds=0.3).get(receiver.url)).reason == "egress.late"


@pytest.mark.loopback
def test_a_server_that_never_speaks_tls_is_late() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = PublicEgress.unsafe_loopback(ssl.create_default_context(), seconds=0.2)
        assert refusal(lambda: client.get(f"https://localhost:{silent.getsockname()[1]}/")).reason == "egress.late"


@pytest.mark.loopback
def test_fields_of_an_answer_are_bounded(receiver: Receiver) -> None:
    receiver.replies = [Reply(headers=(("X-Long", "x" * 200_000),))]
    assert refusal(lambda: receiver.egress().get(receiver.url)).reason == "egress.unreachable"


@pytest.mark.loopback
def test_a_resolver_that_says_nothing_is_late(receiver: Receiver) -> None:
    def resolver(host: str, port: int) -> tuple[str, ...]:
        receiver.ended.wait()
        return ()

    client = PublicEgress(resolver=resolver, seconds=0.05)
    assert refusal(lambda: client.get("https://hooks.example.com/")).reason == "egress.late"


@pytest.mark.loopback
def test_loopback_is_out_of_reach_of_the_client_that_the_service_has(receiver: Receiver) -> None:
    client = PublicEgress(
        resolver=lambda host, port: ("127.0.0.1",),
        certificates=receiver.certificates,
        ports=frozenset({receiver.port}),
    )
    fault = refusal(lambda: client.get(f"https://hooks.example.com:{receiver.port}/"))
    assert fault.reason == "egress.address_refused"
    assert receiver.received == []


def test_the_unsafe_client_reaches_this_machine_alone() -> None:
    client = PublicEgress.unsafe_loopback(ssl.create_default_context())
    client._resolver = lambda host, port: (PUBLIC,)
    assert refusal(lambda: client.get("https://hooks.example.com/")).reason == "egress.address_refused"
