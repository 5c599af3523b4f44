"""Saved pipelines: the gazetteer goes with them, in whatever form, and damage is one clear line."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import entitynorm
from entitynorm.errors import InputError

spacy = pytest.importorskip("spacy", reason="needs the extra: pip install 'entitynorm[spacy]'")

ZENDA = {
    "id": "place:zenda",
    "type": "PLACE",
    "name": "Zenda",
    "aliases": ["Зенда"],
    "lat": 1.5,
    "lon": 2.5,
    "blocked": ["Zinda"],
}
HENTZAU = {"id": "place:hentzau", "type": "PLACE", "name": "Hentzau", "located_in": "place:zenda"}
TEXT = "They left Zenda, Hentzau and Strelsau at noon."


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def compiled(path: Path, *records: dict[str, Any]) -> Path:
    from entitynorm.io.compiled import build

    build(entitynorm.load(records).gazetteer, path)
    return path


def pipeline(*paths: Path, **config: Any) -> Any:
    nlp = spacy.blank("en")
    path = [str(p) for p in paths] if len(paths) != 1 else str(paths[0])
    nlp.add_pipe("entitynorm", config={"path": path or None, **config})
    return nlp


def ids(nlp: Any, text: str = TEXT) -> list[str]:
    return [ent.kb_id_ for ent in nlp(text).ents]


@pytest.fixture
def layered(tmp_path: Path) -> tuple[Any, Path]:
    """A pipeline over a compiled gazetteer with one in memory below it and one above, and the folder of the three."""
    sources = tmp_path / "sources"
    sources.mkdir()
    below = write(sources / "below.jsonl", {"id": "place:strelsau", "type": "PLACE", "name": "Strelsau"})
    middle = compiled(sources / "middle.enx", ZENDA)
    return pipeline(below, middle, write(sources / "above.jsonl", HENTZAU)), sources


def test_a_saved_pipeline_needs_no_source(layered: tuple[Any, Path], tmp_path: Path) -> None:
    nlp, sources = layered
    wanted = ids(nlp)
    assert wanted == ["place:zenda", "place:hentzau", "place:strelsau"]
    nlp.to_disk(tmp_path / "saved")
    shutil.rmtree(sources)
    shutil.move(tmp_path / "saved", tmp_path / "elsewhere")
    again = spacy.load(tmp_path / "elsewhere")
    assert ids(again) == wanted
    whole = {entity.id: entity for entity in again.get_pipe("entitynorm").linker.gazetteer}
    assert whole == {entity.id: entity for entity in nlp.get_pipe("entitynorm").linker.gazetteer}


def test_a_fresh_process_loads_it_without_an_import(layered: tuple[Any, Path], tmp_path: Path) -> None:
    nlp, sources = layered
    nlp.to_disk(tmp_path / "saved")
    shutil.rmtree(sources)
    code = "import spacy, sys; print(spacy.load(sys.argv[1])('They left Zenda.').ents[0].kb_id_)"
    command = [sys.executable, "-c", code, str(tmp_path / "saved")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.returncode) == ("place:zenda\n", 0), done.stderr


def test_a_compiled_gazetteer_is_opened_where_it_was_saved(layered: tuple[Any, Path], tmp_path: Path) -> None:
    layered[0].to_disk(tmp_path / "saved")
    layers = spacy.load(tmp_path / "saved").get_pipe("entitynorm").linker.layers
    assert [getattr(layer, "path", None) for layer in layers] == [
        None,
        str(tmp_path / "saved" / "entitynorm" / "1.enx"),
        None,
    ]


def test_saving_where_it_was_loaded_from(layered: tuple[Any, Path], tmp_path: Path) -> None:
    nlp, _ = layered
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")
    wanted = ids(again)
    again.to_disk(tmp_path / "saved")
    assert ids(spacy.load(tmp_path / "saved")) == ids(again) == wanted


def test_a_smaller_gazetteer_leaves_nothing_of_a_bigger_one(layered: tuple[Any, Path], tmp_path: Path) -> None:
    layered[0].get_pipe("entitynorm").to_disk(tmp_path / "saved")
    (tmp_path / "saved" / "notes.txt").write_text("mine", encoding="utf-8")
    pipeline(write(tmp_path / "one.jsonl", ZENDA)).get_pipe("entitynorm").to_disk(tmp_path / "saved")
    assert {p.name for p in (tmp_path / "saved").iterdir()} == {"0.jsonl", "entitynorm.json", "notes.txt"}


def test_the_packaged_gazetteer_is_saved_too(tmp_path: Path) -> None:
    pipeline().to_disk(tmp_path / "saved")
    lines = (tmp_path / "saved" / "entitynorm" / "0.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(entitynorm.load().gazetteer)
    assert ids(spacy.load(tmp_path / "saved"), "In Hraivoron.") == ["place:grayvoron"]


@pytest.mark.parametrize("lazily", [True, False])
def test_bytes(layered: tuple[Any, Path], lazily: bool) -> None:
    nlp, sources = layered
    wanted = [] if lazily else ids(nlp)
    data, config = nlp.to_bytes(), nlp.config
    wanted = wanted or ids(nlp)
    shutil.rmtree(sources)
    again = spacy.util.load_model_from_config(config).from_bytes(data)
    assert ids(again) == wanted
    folder = Path(again.get_pipe("entitynorm").linker.layers[1].path).parent
    assert folder.is_dir()
    del again
    assert not folder.exists()


def test_a_worker_leaves_the_files_of_its_parent(tmp_path: Path) -> None:
    from entitynorm.spacy import storage

    (tmp_path / "held").mkdir()
    storage._remove(str(tmp_path / "held"), os.getpid() + 1)
    assert (tmp_path / "held").exists()
    storage._remove(str(tmp_path / "held"), os.getpid())
    assert not (tmp_path / "held").exists()


def test_what_is_excluded_is_left_as_it_is(tmp_path: Path) -> None:
    nlp = pipeline()
    component = nlp.get_pipe("entitynorm")
    component.initialize(gazetteer=[ZENDA])
    component.to_disk(tmp_path / "none", exclude=["gazetteer"])
    assert not (tmp_path / "none").exists()
    assert ids(nlp) == ["place:zenda"]
    component.from_disk(tmp_path / "none", exclude=["gazetteer"])
    component.from_bytes(component.to_bytes(exclude=["gazetteer"]))
    component.from_bytes(pipeline().get_pipe("entitynorm").to_bytes(), exclude=["gazetteer"])
    assert ids(nlp) == ["place:zenda"]


def test_nlp_initialize_keeps_the_gazetteer_or_takes_the_one_of_the_config(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entitynorm").initialize(gazetteer=[ZENDA])
    nlp.initialize()
    assert ids(nlp) == ["place:zenda"]
    path = str(write(tmp_path / "two.jsonl", HENTZAU))
    reader = {"@readers": "entitynorm.gazetteer.v1", "path": path}
    nlp.config["initialize"]["components"]["entitynorm"] = {"gazetteer": reader}
    nlp.initialize()
    assert ids(nlp) == ["place:hentzau"]
    Path(path).unlink()
    assert ids(spacy.blank("en").from_config(nlp.config).from_bytes(nlp.to_bytes())) == ["place:hentzau"]


def test_initialize_takes_what_load_takes(tmp_path: Path) -> None:
    path = write(tmp_path / "one.jsonl", ZENDA)
    for gazetteer in (path, str(path), [path], [ZENDA], entitynorm.load(path), entitynorm.load(path).gazetteer):
        nlp = spacy.blank("en")
        nlp.add_pipe("entitynorm").initialize(gazetteer=gazetteer)
        assert ids(nlp) == ["place:zenda"]


def test_a_missing_path_is_an_error_only_where_nothing_else_was_loaded(tmp_path: Path) -> None:
    nlp = pipeline(tmp_path / "gone.jsonl")
    with pytest.raises(InputError, match=r"gone\.jsonl") as raised:
        nlp("In Zenda.")
    assert "\n" not in str(raised.value)
    nlp.get_pipe("entitynorm").initialize(gazetteer=[ZENDA])
    assert ids(nlp) == ["place:zenda"]


def test_pickled_by_path_where_compiled(layered: tuple[Any, Path]) -> None:
    nlp, _ = layered
    wanted = ids(nlp)
    data = pickle.dumps(nlp.get_pipe("entitynorm"))
    assert b"middle.enx" in data and "Зенда".encode() not in data
    again = spacy.blank("en")
    component = pickle.loads(data)
    assert [ent.kb_id_ for ent in component(again.make_doc(TEXT)).ents] == wanted
    assert component.settings == nlp.get_pipe("entitynorm").settings


def saved(tmp_path: Path) -> tuple[Any, Path]:
    component = pipeline(write(tmp_path / "one.jsonl", ZENDA)).get_pipe("entitynorm")
    component.to_disk(tmp_path / "saved")
    return component, tmp_path / "saved"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("0.jsonl", None, r"0\.jsonl: is missing"),
        ("0.jsonl", "{}\n", r"0\.jsonl: is not the file that was saved"),
        ("entitynorm.json", None, r"entitynorm\.json: cannot be read"),
        ("entitynorm.json", "[", r"entitynorm\.json: is not a list of saved gazetteers"),
        (
            "entitynorm.json",
            '{"schema": 2, "files": [], "entitynorm": "9.0"}',
            r"saved by entitynorm 9\.0 \(schema 2\)",
        ),
        (
            "entitynorm.json",
            '{"schema": 1, "files": [{"name": "../one.jsonl", "sha256": "", "bytes": 1}]}',
            r"names a file in another folder",
        ),
    ],
)
def test_damage_is_one_line(tmp_path: Path, name: str, content: str | None, said: str) -> None:
    component, folder = saved(tmp_path)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said) as raised:
        component.from_disk(folder)
    assert "\n" not in str(raised.value)
    assert component.linker.gazetteer.get("place:zenda") is not None


def test_a_change_of_the_same_length_is_noticed(tmp_path: Path) -> None:
    component, folder = saved(tmp_path)
    text = (folder / "0.jsonl").read_text(encoding="utf-8")
    (folder / "0.jsonl").write_text(text.replace("Zenda", "Zonda"), encoding="utf-8")
    with pytest.raises(InputError, match=r"0\.jsonl: is not the file that was saved"):
        component.from_disk(folder)


def test_foreign_bytes_are_one_line(tmp_path: Path) -> None:
    component, _ = saved(tmp_path)
    with pytest.raises(InputError, match="take what its to_bytes gave"):
        component.from_bytes(b"\x93\x01\x02\x03")


def packed_with(data: bytes, name: str, content: Any) -> bytes:
    """The bytes of a component in which one file is another one."""
    srsly = pytest.importorskip("srsly")
    held = srsly.msgpack_loads(data)
    held["files"][name] = content
    return bytes(srsly.msgpack_dumps(held))


def damaged(data: bytes) -> dict[str, bytes]:
    """The bytes of the component of `layered`, damaged in each of several ways."""
    srsly = pytest.importorskip("srsly")
    files = srsly.msgpack_loads(data)["files"]
    middle = len(files["1.enx"]) // 2
    changed = files["1.enx"][:middle] + bytes([files["1.enx"][middle] ^ 255]) + files["1.enx"][middle + 1 :]
    return {
        "cut off": data[: len(data) // 2],
        "a file cut off": packed_with(data, "1.enx", files["1.enx"][:middle]),
        "a file altered": packed_with(data, "1.enx", changed),
        "records altered": packed_with(data, "0.jsonl", files["0.jsonl"].replace(b"Strelsau", b"Strelsow")),
        "no list": packed_with(data, "entitynorm.json", b"["),
        "a file that is text": packed_with(data, "1.enx", "text"),
        "a file elsewhere": packed_with(data, "../1.enx", b""),
        "a file without a name": packed_with(data, "", b""),
    }


def test_damaged_bytes_are_one_line_and_leave_nothing(
    layered: tuple[Any, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    component = layered[0].get_pipe("entitynorm")
    data = component.to_bytes()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    for what, bad in damaged(data).items():
        with pytest.raises(InputError, match=r"the bytes .*; take what .*to_bytes") as raised:
            component.from_bytes(bad)
        assert "\n" not in str(raised.value), what
        assert str(tmp_path) not in str(raised.value), "a folder that nobody knows, and that is gone"
        assert list((tmp_path / "temporary").iterdir()) == [], what
    assert component.linker.gazetteer.get("place:zenda") is not None


def test_a_damaged_compiled_file_on_disk_is_one_line(layered: tuple[Any, Path], tmp_path: Path) -> None:
    component = layered[0].get_pipe("entitynorm")
    component.to_disk(tmp_path / "saved")
    data = bytearray((tmp_path / "saved" / "1.enx").read_bytes())
    data[len(data) // 2] ^= 255
    (tmp_path / "saved" / "1.enx").write_bytes(data)
    with pytest.raises(InputError, match=r"1\.enx: ") as raised:
        component.from_disk(tmp_path / "saved")
    assert "\n" not in str(raised.value)
    assert "to_disk" in str(raised.value), "the remedy is one for pipelines"
