"""Files: bounded, opened once, refused where they are none, noticed where they change; writes all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from api.effects.faults import OutputFault
from api.effects.files import CHUNK, LocalFiles
from api.effects.paths import shown
from attestations.faults import Fault, LimitFault
from attestations.limits import DEFAULT_LIMITS, Limits

FILES = LocalFiles()


def refusal(work: Callable[[], object]) -> Fault:
    with pytest.raises(Fault) as raised:
        work()
    return raised.value


def read(path: Path | str) -> bytes:
    return FILES.read(str(path), "bundle", DEFAULT_LIMITS)


def stream(path: Path | str) -> bytes:
    taken = bytearray()
    FILES.stream(str(path), taken.extend)
    return bytes(taken)


@pytest.mark.parametrize("take", [read, stream])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_the_bytes_of_a_file_are_taken_in_order(tmp_path: Path, take: Callable[[Path], bytes], size: int) -> None:
    content = bytes(index % 251 for index in range(1000)) * (size // 1000 + 1)
    (tmp_path / "file").write_bytes(content[:size])
    assert take(tmp_path / "file") == content[:size]


@pytest.mark.parametrize("take", [read, stream])
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("absent", "input.not_found"),
        ("", "input.not_found"),
        ("file/below", "input.not_found"),
        ("dangling", "input.not_found"),
        ("null\0byte", "input.not_found"),
        ("folder", "input.directory"),
        ("pipe", "input.not_regular"),
        ("link to pipe", "input.not_regular"),
        ("socket", "input.not_regular"),
        ("/dev/zero", "input.not_regular"),
        ("loop", "input.unreadable"),
        ("x" * 5000, "input.unreadable"),
    ],
)
@pytest.mark.loopback
def test_what_is_no_file_is_refused_by_name(here: Path, take: Callable[[str], bytes], path: str, reason: str) -> None:
    (here / "file").write_bytes(b"x")
    (here / "folder").mkdir()
    (here / "dangling").symlink_to("nowhere")
    (here / "loop").symlink_to("loop")
    os.mkfifo(here / "pipe")
    (here / "link to pipe").symlink_to("pipe")
    os.mknod(here / "socket", 0o140600)
    fault = refusal(lambda: take(path))
    assert fault.reason == reason
    assert str(fault.place) == path


def test_an_unreadable_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")

    def deny(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)
    fault = refusal(lambda: read(tmp_path / "file"))
    assert (fault.reason, fault.detail) == ("input.unreadable", "cannot be read: permission denied")


def test_t91_a_huge_file_is_refused_by_its_size_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(LimitFault) as raised:
        read(tmp_path / "huge")
    assert (raised.value.reason, raised.value.actual) == ("limit.bundle", str(1 << 40))


def test_t91_a_file_that_grows_past_the_limit_is_refused_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 10)
    check = Limits.check

    def grow(self: Limits, *arguments: object) -> None:
        check(self, *arguments)
        path.write_bytes(b"x" * 11)

    monkeypatch.setattr(Limits, "check", grow)
    assert refusal(lambda: FILES.read(str(path), "bundle", Limits(bundle=10))).reason == "limit.bundle"


def test_t91_a_limit_beyond_all_memory_asks_for_no_more_than_the_file_holds(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    assert FILES.read(str(tmp_path / "small"), "bundle", Limits(bundle=1 << 80)) == b"x"


def test_t91_a_file_that_grows_within_the_limit_is_not_read_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 10)
    check = Limits.check

    def grow(self: Limits, *arguments: object) -> None:
        check(self, *arguments)
        path.write_bytes(b"x" * 20)

    monkeypatch.setattr(Limits, "check", grow)
    assert refusal(lambda: FILES.read(str(path), "bundle", Limits(bundle=100))).reason == "bytes.changed"


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _overwrite(path: Path) -> None:
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"Y")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _truncate(path: Path) -> None:
    os.truncate(path, 5)


def _replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [_remove, _append, _overwrite, _truncate, _replace])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (2 * CHUNK))
    changes = iter([change])

    def feed(_chunk: memoryview) -> None:
        for once in changes:
            once(path)

    fault = refusal(lambda: FILES.stream(str(path), feed))
    assert (fault.reason, str(fault.place)) == ("bytes.changed", str(path))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(20 * CHUNK)
    sizes: set[int] = set()
    assert FILES.stream(str(tmp_path / "large"), lambda chunk: sizes.add(len(chunk))) == 20 * CHUNK
    assert max(sizes) <= CHUNK


def test_t93_a_walk_follows_no_link_and_says_which_lead_out(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"x")
    tree = tmp_path / "tree"
    (tree / "b" / "c").mkdir(parents=True)
    (tree / "b" / "c" / "deep").write_bytes(b"x")
    (tree / "a").write_bytes(b"x")
    (tree / "to-a").symlink_to("a")
    (tree / "to-b").symlink_to("b")
    (tree / "up").symlink_to("..")
    (tree / "out").symlink_to("../outside/secret")
    (tree / "nowhere").symlink_to("absent")
    (tree / "around").symlink_to("around")
    os.mkfifo(tree / "pipe")
    walk = FILES.walk(str(tree))
    names = [
        tuple(Path(path).relative_to(tree).as_posix() for path in paths)
        for paths in (walk.files, walk.inner_links, walk.outer_links)
    ]
    assert names == [("a", "b/c/deep", "pipe"), ("to-a", "to-b"), ("around", "nowhere", "out", "up")]


def test_a_walk_of_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    assert refusal(lambda: FILES.walk(str(tmp_path / "absent"))).reason == "input.not_found"


def test_names_of_any_bytes_are_read(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe-\xe6\x97\xa5")
    Path(name).write_bytes(b"x")
    assert read(name) == b"x"
    assert shown(name).endswith("\\xff\\xfe-日")
    assert FILES.walk(str(tmp_path)).files == (name,)


def test_paths_as_long_as_the_system_allows_are_read(here: Path) -> None:
    deep = Path(*["d" * 200] * 19)
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"x")
    assert read(deep / "file") == b"x"
    assert FILES.walk(".").files == (f"./{deep}/file",)


def test_writing_replaces_all_at_once_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"before")
    FILES.write(str(tmp_path / "out"), b"after")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"after")]


def test_a_write_that_fails_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").write_bytes(b"before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputFault) as raised:
        FILES.write(str(tmp_path / "out"), b"after")
    assert raised.value.reason == "output.unwritable"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"before")]


@pytest.mark.parametrize("path", ["absent/out", "folder", "/dev/null", "null\0byte"])
def test_what_cannot_become_a_file_is_refused(here: Path, path: str) -> None:
    (here / "folder").mkdir()
    assert refusal(lambda: FILES.write(path, b"x")).reason == "output.unwritable"
    assert Path("/dev/null").is_char_device()


def test_writing_through_a_link_keeps_the_link(here: Path) -> None:
    (here / "target").write_bytes(b"before")
    (here / "link").symlink_to("target")
    FILES.write("link", b"after")
    assert (here / "link").is_symlink()
    assert (here / "target").read_bytes() == b"after"


def test_a_new_file_has_the_permissions_that_the_user_gives_new_files(tmp_path: Path) -> None:
    FILES.write(str(tmp_path / "out"), b"x")
    (tmp_path / "plain").touch()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode
