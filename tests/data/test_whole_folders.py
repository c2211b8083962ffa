"""A folder is replaced as a whole: whoever looks meets the old one or the new one."""

import threading

import pytest

from data import files
from data.files import remove_unfinished, replace_folder, restore_folder


def filled(folder, content):
    folder.mkdir()
    for name in ("a", "b"):
        (folder / name).write_text(content)
    return folder


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("in_one_step", [True, False])
def test_the_new_folder_stands_in_the_place_of_the_old_one(tmp_path, monkeypatch, in_one_step):
    if not in_one_step:
        monkeypatch.setattr(files, "_exchange", lambda *_: False)
    place = tmp_path / "place"
    for content in ("first", "second", "third"):
        replace_folder(filled(tmp_path / "new", content), place)
        assert contents(place) == {"a": content, "b": content}
        assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_nobody_meets_half_of_it(tmp_path):
    place = filled(tmp_path / "place", "0")
    if not files._exchange(filled(tmp_path / "probe", ""), place):
        pytest.skip("this file system cannot exchange two names")
    met, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            met.append(place.is_dir())

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(300):
        replace_folder(filled(tmp_path / "new", str(number)), place)
    stop.set()
    looking.join()
    assert met
    assert all(met)


def test_what_a_kill_between_two_steps_left_aside_comes_back(tmp_path, monkeypatch):
    place, new = filled(tmp_path / "place", "old"), filled(tmp_path / "new", "new")
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    rename = type(place).rename

    def killed(path, target):
        if path == new:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(type(place), "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            replace_folder(new, place)
    assert not place.exists()
    remove_unfinished(tmp_path)
    restore_folder(place)
    assert contents(place) == {"a": "old", "b": "old"}
    restore_folder(place)  # nothing to do
    assert contents(place) == {"a": "old", "b": "old"}
