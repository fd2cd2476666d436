"""Webhooks: every event arrives, signed, whatever the receiver, the network and our own processes do meanwhile."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.effects.egress import PublicEgress
from api.effects.faults import EgressFault, RequestFault
from api.store import deliveries, webhooks
from api.store.deliveries import Delivery
from api.usecases.service.deliver import MOST_ATTEMPTS, PAUSES, deliver_next
from api.usecases.service.outreach import spread_events
from api.usecases.service.service import Service
from api.usecases.service.submit import submit
from api.usecases.service.telling import KINDS, tell
from api.usecases.service.tenants import close_tenant
from api.usecases.service.webhooks import (
    MOST_WEBHOOKS,
    Subscribed,
    deliver_again,
    find_webhook,
    list_deliveries,
    list_events,
    list_webhooks,
    subscribe,
    try_webhook,
    unsubscribe,
)
from tests.backends import Backend
from tests.receivers import Received, Receiver, Reply, receiving

from .judging import JudgeHere
from .making import AUDITOR, THE_OPERATOR, StandingClock, furnish, honest, service_of, work_off

PAGE = Path(__file__).parents[2] / "docs/reference/webhooks.md"

pytestmark = pytest.mark.loopback


class Died(BaseException):
    """The process died."""


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def service(backend: Backend, clock: StandingClock, receiver: Receiver) -> Service:
    return service_of(backend.database, backend.blobs, clock, JudgeHere(), egress=receiver.egress())


@pytest.fixture
def policy(service: Service) -> str:
    return furnish(service)


@pytest.fixture
def made(service: Service, policy: str, receiver: Receiver) -> Subscribed:
    return subscribe(service, AUDITOR, receiver.url, ["verdict.issued"])


def happen(service: Service, kind: str = "verdict.issued", **document: Any) -> str:
    """Have something happen, and spread it."""
    with service.database.writing() as connection:
        event = tell(connection, AUDITOR.tenant, kind, document, service.clock.now())
    spread_events(service)
    return event.id


def deliver(service: Service) -> int:
    """Make every attempt that is due."""
    made = 0
    while deliver_next(service):
        made += 1
    return made


def log(service: Service, made: Subscribed) -> tuple[Delivery, ...]:
    return list_deliveries(service, AUDITOR, made.webhook.id, None, 100).rows


def reason(act: Callable[[], object]) -> str:
    with pytest.raises((RequestFault, EgressFault)) as raised:
        act()
    return raised.value.reason


def is_ours(secret: str, received: Received, now: datetime.datetime) -> bool:
    """The example of the page, as it stands there."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)
    answer: bool = scope["is_ours"](secret, received.headers, received.body, now.timestamp())
    return answer


def test_a_verdict_is_told_and_the_example_of_the_page_verifies_it(
    service: Service, clock: StandingClock, policy: str, made: Subscribed, receiver: Receiver
) -> None:
    verification = submit(service, AUDITOR, honest(policy)).verification
    work_off(service)
    spread_events(service)
    assert deliver(service) == 1
    (received,) = receiver.received
    message = json.loads(received.body)
    assert (message["type"], message["data"]["verification"]) == ("verdict.issued", verification.id)
    assert message["data"]["outcome"] == "PASSED"
    assert is_ours(made.secret, received, clock.now())
    assert not is_ours(made.secret, msgspec.structs.replace(received, body=received.body + b" "), clock.now())
    assert not is_ours(made.secret, received, clock.now() + datetime.timedelta(seconds=301))
    other = subscribe(service, AUDITOR, receiver.url, [])
    assert not is_ours(other.secret, received, clock.now())
    for field in ("webhook-id", "webhook-timestamp"):
        headers = {**received.headers, field: received.headers[field][:-1] + "0"}
        headers[field] = headers[field] if headers[field] != received.headers[field] else headers[field][:-1] + "1"
        assert not is_ours(made.secret, msgspec.structs.replace(received, headers=headers), clock.now())
    (delivery,) = log(service, made)
    assert (delivery.attempts, delivery.next, delivery.answer) == (1, None, "200")
    assert delivery.delivered == clock.now()


def test_what_does_not_arrive_is_tried_again_after_growing_pauses_and_given_up(
    service: Service, clock: StandingClock, made: Subscribed, receiver: Receiver
) -> None:
    receiver.replies = [Reply(500)]
    happen(service)
    assert deliver(service) == 1
    for number, pause in enumerate(PAUSES, start=1):
        clock.forward(pause - datetime.timedelta(seconds=1))
        assert deliver(service) == 0
        clock.forward(datetime.timedelta(seconds=1))
        assert deliver(service) == 1
        assert len(receiver.received) == number + 1
    clock.forward(datetime.timedelta(days=30))
    assert deliver(service) == 0
    (delivery,) = log(service, made)
    assert (delivery.attempts, delivery.next, delivery.delivered, delivery.answer) == (MOST_ATTEMPTS, None, None, "500")
    assert sorted(PAUSES) == list(PAUSES)
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 1
    assert len({received.headers["webhook-timestamp"] for received in receiver.received}) == MOST_ATTEMPTS
    receiver.replies = [Reply(204)]
    deliver_again(service, AUDITOR, made.webhook.id, delivery.event)
    assert deliver(service) == 1
    assert log(service, made)[0].delivered == clock.now()
    assert reason(lambda: deliver_again(service, AUDITOR, made.webhook.id, delivery.event)) == "request.not_found"


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(302, headers=(("Location", "http://169.254.169.254/"),)), "egress.redirected"),
        (Reply(200, body=b"x" * 70_000), "egress.too_large"),
        (Reply(200, body=b"x", hang=True), "egress.late"),
    ],
)
def test_a_receiver_that_misbehaves_is_tried_again(
    service: Service, made: Subscribed, receiver: Receiver, reply: Reply, answer: str
) -> None:
    receiver.replies = [reply]
    impatient = msgspec.structs.replace(service, egress=receiver.egress(seconds=0.5))
    happen(service)
    assert deliver(impatient) == 1
    (delivery,) = log(service, made)
    assert delivery.next is not None
    assert str(delivery.answer).startswith(f"{answer}: ")


def test_who_is_gone_is_not_asked_again(service: Service, made: Subscribed, receiver: Receiver) -> None:
    receiver.replies = [Reply(410)]
    happen(service)
    assert deliver(service) == 1
    assert (log(service, made)[0].next, log(service, made)[0].delivered) == (None, None)


def test_a_worker_that_dies_in_an_attempt_costs_a_pause(
    service: Service, clock: StandingClock, made: Subscribed, receiver: Receiver
) -> None:
    class Dying:
        def post(self, *arguments: Any) -> Any:
            raise Died

    dying = msgspec.structs.replace(service, egress=Dying())
    happen(service)
    with pytest.raises(Died):
        deliver_next(dying)
    assert deliver(service) == 0
    clock.forward(PAUSES[0])
    assert deliver(service) == 1
    assert len(receiver.received) == 1
    assert log(service, made)[0].attempts == 2


def test_a_worker_that_dies_in_the_last_attempt_leaves_nothing_due_for_ever(
    service: Service, clock: StandingClock, made: Subscribed
) -> None:
    happen(service)
    with service.database.writing() as connection:
        (delivery,) = deliveries.due(connection, clock.now(), 1)
        spent = msgspec.structs.replace(delivery, attempts=MOST_ATTEMPTS)
        connection.execute(deliveries.deliveries.update().values(attempts=spent.attempts))
    assert deliver(service) == 1
    assert deliver(service) == 0
    assert log(service, made)[0].next is None


def test_of_two_workers_one_makes_the_attempt(service: Service, made: Subscribed, receiver: Receiver) -> None:
    happen(service)
    others: list[bool] = []
    receiver.on_request = lambda received: others.append(deliver_next(service))
    assert deliver_next(service)
    assert others == [False]
    assert len(receiver.received) == 1


def test_an_event_is_spread_once_to_those_who_wanted_it_then(
    service: Service, clock: StandingClock, made: Subscribed, receiver: Receiver
) -> None:
    every = subscribe(service, AUDITOR, receiver.url, [])
    theirs = subscribe(service, THE_OPERATOR, receiver.url, [])
    assert every.webhook.events == tuple(KINDS)
    with service.database.writing() as connection:
        tell(connection, AUDITOR.tenant, "release.declared", {}, clock.now())
    clock.forward(datetime.timedelta(seconds=1))
    late = subscribe(service, AUDITOR, receiver.url, [])
    for _ in range(3):
        spread_events(service)
    with service.database.reading() as connection:
        due = deliveries.due(connection, clock.now(), 100)
    assert [delivery.webhook for delivery in due] == [every.webhook.id]
    assert list_deliveries(service, THE_OPERATOR, theirs.webhook.id, None, 10).rows == ()
    assert log(service, late) == ()


def test_a_webhook_that_is_removed_gets_nothing_more(
    service: Service, clock: StandingClock, made: Subscribed, receiver: Receiver
) -> None:
    happen(service)
    unsubscribe(service, AUDITOR, made.webhook.id)
    happen(service)
    deliver(service)
    assert receiver.received == []
    assert len(log(service, made)) == 1
    assert list_webhooks(service, AUDITOR, None, 10).rows == ()
    assert reason(lambda: unsubscribe(service, AUDITOR, made.webhook.id)) == "request.not_found"
    assert reason(lambda: find_webhook(service, AUDITOR, made.webhook.id)) == "request.not_found"


def test_a_tenant_that_is_closed_is_told_nothing(service: Service, made: Subscribed, receiver: Receiver) -> None:
    close_tenant(service, THE_OPERATOR, AUDITOR.tenant)
    happen(service)
    assert deliver(service) == 0
    assert receiver.received == []


def test_a_webhook_can_be_tried(service: Service, made: Subscribed, receiver: Receiver) -> None:
    event = try_webhook(service, AUDITOR, made.webhook.id)
    spread_events(service)
    assert deliver(service) == 1
    assert json.loads(receiver.received[0].body)["type"] == "webhook.test"
    assert list_events(service, AUDITOR, None, 10).rows[0].id == event.id


def test_t96_a_webhook_leads_to_public_names_alone(service: Service, policy: str) -> None:
    public = msgspec.structs.replace(service, egress=PublicEgress(resolver=lambda host, port: ("10.0.0.1",)))
    for url in ("http://hooks.example.com/", "https://127.0.0.1/", "https://u:p@hooks.example.com/", "file:///etc"):
        with pytest.raises(EgressFault) as raised:
            subscribe(public, AUDITOR, url, [])
        assert raised.value.reason == "egress.url_refused"
    made = subscribe(public, AUDITOR, "https://hooks.example.com/", [])
    happen(public)
    assert deliver(public) == 1
    assert str(log(public, made)[0].answer).startswith("egress.address_refused: ")


def test_another_tenants_webhook_is_not_there(service: Service, made: Subscribed) -> None:
    webhook = made.webhook.id
    for act in (
        lambda: find_webhook(service, THE_OPERATOR, webhook),
        lambda: unsubscribe(service, THE_OPERATOR, webhook),
        lambda: try_webhook(service, THE_OPERATOR, webhook),
        lambda: list_deliveries(service, THE_OPERATOR, webhook, None, 10),
        lambda: deliver_again(service, THE_OPERATOR, webhook, "event"),
    ):
        assert reason(act) == "request.not_found"


def test_a_tenant_has_so_many_webhooks(service: Service, made: Subscribed, receiver: Receiver) -> None:
    for _ in range(MOST_WEBHOOKS - 1):
        subscribe(service, AUDITOR, receiver.url, [])
    assert reason(lambda: subscribe(service, AUDITOR, receiver.url, [])) == "webhook.too_many"
    assert reason(lambda: subscribe(service, AUDITOR, receiver.url, ["verdict.invented"])) == "request.invalid"
    with service.database.reading() as connection:
        assert webhooks.count(connection, AUDITOR.tenant) == MOST_WEBHOOKS


def test_the_page_names_every_event() -> None:
    named = re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == [*KINDS, "webhook.test"]
