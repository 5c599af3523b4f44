"""Tables that are kept between runs: never outdated, never in the way."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entitynorm import resources, table_cache
from entitynorm.resources import data_dir, load_table
from entitynorm.table_cache import TableCache, cache_folder, packaged_table, signature

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")


class Maker:
    """Makes a table and counts how often it had to."""

    def __init__(self, word: str = "made") -> None:
        self.word = word
        self.times = 0

    def __call__(self) -> dict[str, dict[str, str]]:
        self.times += 1
        return {"words": {"a": self.word, "b": "other"}, "none": {}}


def asked(folder: Path | None, make: Maker, told: str = "0" * 64) -> str | None:
    """What a new process finds."""
    return TableCache(folder, lambda: told).stored("t", make)["words"].find("a")


def only_file(folder: Path) -> Path:
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file


def test_a_table_is_made_once(tmp_path: Path) -> None:
    make = Maker()
    assert [asked(tmp_path / "cache", make) for _ in range(3)] == ["made"] * 3
    assert make.times == 1


def test_a_table_of_other_sources_is_made_again(tmp_path: Path) -> None:
    assert asked(tmp_path, Maker("old"), "1" * 64) == "old"
    assert asked(tmp_path, Maker("new"), "2" * 64) == "new"
    # As far as the folder's name goes these two are one; the file tells them apart.
    assert asked(tmp_path, Maker("newer"), "2" * 63 + "3") == "newer"
    assert asked(tmp_path, Maker("unasked"), "1" * 64) == "old"


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _longer(data: bytes) -> bytes:
    return data + b"x"


def _of_another(data: bytes) -> bytes:
    return data.replace(b"0000", b"0001", 1)


@pytest.mark.parametrize("damage", [_cut, _flipped, _longer, _of_another, lambda data: b"", lambda data: b"\n" * 9])
def test_damage_is_mended(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    asked(tmp_path, Maker())
    file = only_file(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    make = Maker()
    assert asked(tmp_path, make) == "made" and make.times == 1
    assert only_file(tmp_path).read_bytes() == whole


def test_where_nothing_can_be_written_tables_are_made_every_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    make = Maker()
    assert [asked(blocked, make), asked(blocked / "below", make), asked(None, make)] == ["made"] * 3
    assert make.times == 3 and [*tmp_path.iterdir()] == [blocked]


@posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        make = Maker()
        assert [asked(tmp_path / "cache", make) for _ in range(2)] == ["made"] * 2 and make.times == 2
    finally:
        tmp_path.chmod(0o700)


@posix
@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_what_others_may_write_is_not_believed(tmp_path: Path, mode: int) -> None:
    asked(tmp_path, Maker("foreign"))
    only_file(tmp_path).parent.chmod(mode)
    make = Maker("own")
    assert [asked(tmp_path, make) for _ in range(2)] == ["own"] * 2 and make.times == 2


@posix
def test_what_is_kept_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        asked(tmp_path / "cache", Maker())
    finally:
        os.umask(before)
    file = only_file(tmp_path)
    assert [path.stat().st_mode & 0o077 for path in (file, file.parent)] == [0, 0]


def test_a_table_that_was_edited_while_it_was_read_is_not_kept(tmp_path: Path) -> None:
    state = ["1" * 64]

    def make() -> dict[str, dict[str, str]]:
        state[0] = "2" * 64
        return {"words": {"a": "between"}}

    assert TableCache(tmp_path, lambda: state[0]).stored("t", make)["words"].find("a") == "between"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_folders_of_old_versions_go(tmp_path: Path) -> None:
    for n in range(9):
        asked(tmp_path, Maker(), f"{n:064}"[::-1])
        os.utime(only_file(tmp_path / f"tables-{n}{'0' * 15}").parent, (n, n))
    assert asked(tmp_path, Maker(), "f" * 64) == "made"
    left = {path.name[:8] for path in tmp_path.iterdir()}
    assert left == {"tables-f", "tables-8", "tables-7", "tables-6", "tables-5"}


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"ENTITYNORM_CACHE": ""}, "linux", None),
        ({"ENTITYNORM_CACHE": "off", "HOME": "/h"}, "linux", None),
        ({"ENTITYNORM_CACHE": " OFF "}, "linux", None),
        ({"ENTITYNORM_CACHE": "/somewhere", "HOME": "/h"}, "linux", "/somewhere"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "linux", "/x/entitynorm"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "linux", "/h/.cache/entitynorm"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "linux", None),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/entitynorm"),
        ({}, "linux", None),
        ({}, "darwin", None),
        ({}, "win32", None),
    ],
)
@posix
def test_where_tables_are_kept(
    environ: dict[str, str], platform: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder(environ) == (None if expected is None else Path(expected))


# --- what the signature sees


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small copy of the library: code below ``src``, tables below ``data``."""
    for name in ("src/a.py", "src/below/b.py", "data/t.yaml", "data/lexicon/c.yaml", "data/n.tsv", "data/s.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setattr(table_cache, "PACKAGE", tmp_path / "src")
    monkeypatch.setattr(table_cache, "data_dir", lambda: tmp_path / "data")
    return tmp_path


@pytest.mark.parametrize("name", ["src/a.py", "src/below/b.py", "data/t.yaml", "data/lexicon/c.yaml", "data/n.tsv"])
def test_every_source_is_seen_and_its_time_is_not(sources: Path, name: str) -> None:
    before, times = signature(), (sources / name).stat()
    os.utime(sources / name, (1, 1))
    assert signature() == before
    (sources / name).write_text(name.upper())  # of the same length, and then of the same time
    os.utime(sources / name, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert signature() != before
    (sources / name).unlink()
    assert signature() != before


def test_moved_text_is_another_source(sources: Path) -> None:
    before = signature()
    (sources / "src" / "a.py").rename(sources / "src" / "c.py")
    moved = signature()
    (sources / "src" / "d.py").write_text("")
    assert len({before, moved, signature()}) == 3


def test_what_no_kept_table_is_made_of_is_not_read(sources: Path) -> None:
    before = signature()
    for name in ("src/__pycache__/a.py", "data/ordinary_words/x.json", "data/templates/y.json", "data/README.md"):
        (sources / name).parent.mkdir(exist_ok=True)
        (sources / name).write_text("x")
    assert signature() == before


# --- tables of YAML


SCHEMA = re.compile('^schema: "?([a-z-]+-1)"?$', re.MULTILINE)
TABLES = {
    path.relative_to(data_dir()).as_posix(): found[1]
    for folder in (data_dir(), data_dir() / "importers", data_dir() / "inflection")
    for path in sorted(folder.glob("*.yaml"))
    if (found := SCHEMA.search(path.read_text(encoding="utf-8")))
}


def by_strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): by_strings(item) for key, item in value.items()}
    return [by_strings(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", TABLES)
def test_a_kept_table_is_the_table_with_strings_for_keys(name: str) -> None:
    assert packaged_table(name, TABLES[name]) == by_strings(load_table(data_dir() / name, TABLES[name]))


def test_there_are_tables() -> None:
    assert {"sounds.yaml", "sounds_scripts.yaml", "numbers.yaml", "inflection/regions.yaml"} < TABLES.keys()


def test_the_packaged_data_have_a_signature() -> None:
    assert len(signature()) == 64 and signature() == signature()
    assert resources.PACKAGE.name == "entitynorm"
