"""The ground of the suite itself: what `tests/conftest.py` promises, tried."""

from __future__ import annotations

import socket
import warnings

import hypothesis
import pytest

from ..conftest import NetworkRefused


def test_a_test_may_not_reach_the_network() -> None:
    with socket.socket() as endpoint, pytest.raises(NetworkRefused, match=r"192\.0\.2\.1"):
        endpoint.connect(("192.0.2.1", 443))


def test_a_test_may_not_look_up_a_name() -> None:
    with pytest.raises(NetworkRefused, match="getaddrinfo"):
        socket.getaddrinfo("countersign.example", 443)


def test_loopback_is_refused_unless_asked_for() -> None:
    with socket.socket() as endpoint, pytest.raises(NetworkRefused, match=r"127\.0\.0\.1"):
        endpoint.bind(("127.0.0.1", 0))


@pytest.mark.loopback
def test_loopback_may_be_asked_for() -> None:
    with socket.socket() as endpoint:
        endpoint.bind(("127.0.0.1", 0))
        assert endpoint.getsockname()[1] > 0


@pytest.mark.loopback
def test_loopback_means_this_machine_alone() -> None:
    with socket.socket() as endpoint, pytest.raises(NetworkRefused):
        endpoint.connect(("192.0.2.1", 443))


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="loose end"):
        warnings.warn("loose end", UserWarning, stacklevel=1)


def test_properties_are_drawn_alike_unless_soaking() -> None:
    profile = hypothesis.settings.get_current_profile_name()
    assert profile in ("steady", "soak")
    assert hypothesis.settings.default is not None
    assert hypothesis.settings.default.derandomize is (profile == "steady")
