"""``countersign gate serve``: the gate as a server on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .asking import opened
from .options import example

if TYPE_CHECKING:
    import socket

    from ..gate.server import Callers
    from ..gate.settings import GateSettings


@click.command("serve", epilog=example("countersign gate serve --config fleet.toml --socket gate.sock"))
@click.option("--config", required=True, metavar="FILE", help="The gate's own settings (TOML).")
@click.option("--socket", "path", metavar="PATH", help="Answer at a Unix socket, to its owner alone.")
@click.option("--group", is_flag=True, help="Let the group of --socket ask as well (mode 0660).")
@click.option("--listen", metavar="127.0.0.1:PORT", help="Answer at a port, to whoever shows the token; 0: any port.")
def command(config: str, path: str | None, group: bool, listen: str | None) -> int:
    """Answer on this machine whether files may be installed, until told to stop.

    POST /v1/check, POST /v1/accept, GET /v1/state, GET /healthz. Install on "install": true and on nothing else: no
    answer is a stop. Whoever may ask may have the gate read files. At a port, whoever asks shows the token that is in
    the file serve.token of the state's directory, a new one at each start.

    SIGTERM and SIGINT stop it: what is under way is answered.
    """
    if (path is None) is (listen is None) or (group and path is None):
        raise click.UsageError("give either --socket PATH, with or without --group, or --listen 127.0.0.1:PORT")
    from ..gate.server import Server
    from ..gate.settings import read_settings
    from .world import this_machine

    world = this_machine(show_progress=False)
    settings = read_settings(config, world.files)
    gate = opened(settings, world)
    gate.state()  # what cannot be read now is told now
    endpoint = _port(listen, settings) if listen is not None else _socket(path or "", group=group)
    with endpoint as (listener, callers, where):
        server = Server(gate, listener, callers, world.clock.now)
        with _told_to_stop(server.stop):
            world.terminal.note(f"countersign: the gate answers at {where}")
            server.serve()
    return 0


@contextlib.contextmanager
def _socket(path: str, *, group: bool) -> Iterator[tuple[socket.socket, Callers, str]]:
    from ..gate.server import Callers, socket_at

    with socket_at(Path(path), 0o660 if group else 0o600) as listener:
        yield listener, Callers(), path


@contextlib.contextmanager
def _port(listen: str, settings: GateSettings) -> Iterator[tuple[socket.socket, Callers, str]]:
    from ..gate.server import Callers, new_token, port_at

    host, _, port = listen.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 1 << 16):
        raise click.UsageError(f"{listen!r} is not HOST:PORT, as in 127.0.0.1:8471")
    with port_at(host.strip("[]"), int(port)) as (listener, names):
        callers = Callers(names, new_token(Path(settings.state)))
        yield listener, callers, f"http://{host}:{listener.getsockname()[1]}"


@contextlib.contextmanager
def _told_to_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT, as long as the context lasts."""
    import signal

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda _number, _frame: stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
