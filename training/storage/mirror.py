"""A run folder that is kept on shared storage too, wherever fsspec writes: `s3://`, `gs://`, `abfs://`, `sftp://` ...

A run works in a folder of this machine, as fast and as safe as ever; while it does, what is new there is copied.
`--resume URL` goes on from the copy, on whatever machine. Nothing keeps two machines from doing so at once.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data.corpus import DataError
from data.files import UNFINISHED
from data.messages import kind_and_reason
from models.run_folder import RunFolder
from training.run_folders import LOCK, StorageUnusable
from training.storage.places import folder_here, is_url

SECONDS = 30.0  # from one copy to the next
Seen = tuple[int, int]  # of a file: when it was changed, in nanoseconds, and its bytes


class Mirror:
    """The copy of one folder.

    Args:
        folder: of this machine.
        url: of the copy.

    Raises:
        StorageUnusable: nothing that is installed reads and writes such places.
    """

    def __init__(self, folder: Path, url: str):
        import fsspec

        self.folder, self.url = folder, url
        self.copied: dict[str, Seen | None] | None = None
        try:
            self.files, self.root = fsspec.core.url_to_fs(url)
        except Exception as error:  # some connect, and every storage has kinds of its own
            raise StorageUnusable(f"{url} cannot be used ({error}): name a place that fsspec knows.") from error

    def push(self) -> None:
        """Copies what is new and removes what is gone, so that whenever this is interrupted the copy can be continued.

        JSON files come last, in the order in which they were written: they say that what they stand beside is finished.

        Raises:
            OSError: the storage cannot be reached. Its libraries have other kinds of their own.
        """
        there = _look(self.folder)
        if self.copied is None:  # an earlier process may have copied what has gone since
            self.copied = dict.fromkeys(self._names())
        for name in self.copied.keys() - there.keys():
            with suppress(FileNotFoundError):
                self.files.rm_file(f"{self.root}/{name}")
            del self.copied[name]
        waiting: set[Path] = set()  # folders of what is being written: what is said of it waits until it is copied
        for name in sorted(there, key=lambda name: (name.endswith(".json"), there[name])):
            path = self.folder / name
            if self.copied.get(name) == there[name] or (name.endswith(".json") and path.parent in waiting):
                continue
            if _state(path) == there[name]:
                self._put(name)
            if _state(path) == there[name]:  # nor was it replaced meanwhile
                self.copied[name] = there[name]
            else:
                waiting.add(path.parent)

    def fetch(self) -> None:
        """Makes the folder, which is not there yet, from the copy.

        Raises:
            OSError: the storage cannot be reached, likewise.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder.parent, prefix=UNFINISHED) as aside:
            for name in self._names():
                file = Path(aside) / self.folder.name / name
                file.parent.mkdir(parents=True, exist_ok=True)
                self.files.get_file(f"{self.root}/{name}", str(file))
            (Path(aside) / self.folder.name).rename(self.folder)

    def _put(self, name: str) -> None:
        path = self.folder / name
        self.files.makedirs(f"{self.root}/{name}".rpartition("/")[0], exist_ok=True)
        try:
            self.files.put_file(str(path), f"{self.root}/{name}")
        except FileNotFoundError:
            if path.exists():  # it is the storage that lacks something
                raise

    def holds(self, name: str) -> bool:
        """Whether a file is in the copy."""
        return self.files.exists(f"{self.root}/{name}")

    def _names(self) -> list[str]:
        """The files of the copy."""
        try:
            return [path.removeprefix(self.root).lstrip("/") for path in self.files.find(self.root)]
        except FileNotFoundError:
            return []

    def remove(self) -> None:
        """Removes the copy."""
        self.files.rm(self.root, recursive=True)


def fetched(url: str) -> Path:
    """The run folder that a URL names, as a folder of this machine.

    Raises:
        StorageUnusable: there is none, it cannot be had, or a folder of its name is here.
    """
    mirror = Mirror(folder_here(url) / url.rstrip("/").rpartition("/")[2], url.rstrip("/"))
    if mirror.folder.exists():
        raise StorageUnusable(f"{url} would be fetched to {mirror.folder}, which is there: continue that or move it.")
    settings = RunFolder(Path()).settings.name
    try:
        if found := mirror.holds(settings):
            mirror.fetch()
    except Exception as error:  # every storage has kinds of its own
        raise StorageUnusable(f"{url} could not be fetched ({kind_and_reason(error)}).") from error
    if not found:
        raise StorageUnusable(f"{url} is no run folder: {settings} is not in it.")
    return mirror.folder


@contextmanager
def mirrored(run: RunFolder, output: str) -> Iterator[None]:
    """Keeps a copy of a run folder up to date; does nothing where `--output` is a folder of this machine.

    Args:
        run: the run folder.
        output: of the settings; the copy has the run's name in it.

    Raises:
        StorageUnusable: nothing can be written there.
    """
    if not is_url(output):
        yield
        return
    mirror, over = Mirror(run.path, f"{output.rstrip('/')}/{run.path.name}"), threading.Event()
    _push(mirror)  # what is wrong with the place is said before anything is begun
    print(f"{run.path} is copied to {mirror.url} while it grows.", flush=True)
    copying = threading.Thread(target=_keep, args=(mirror, over), daemon=True)
    copying.start()
    try:
        yield
    except DataError:
        if not run.data_card.exists():  # nothing was begun, and the run folder goes too
            _stop(copying, over)
            mirror.remove()
        raise
    finally:
        _stop(copying, over)
        if run.data_card.exists():
            _push(mirror)


def _keep(mirror: Mirror, over: threading.Event) -> None:
    while not over.wait(SECONDS):
        try:
            mirror.push()
        except Exception as error:  # every storage has kinds of its own; the next time it may be there again
            print(f"{mirror.url} could not be written to ({kind_and_reason(error)}).", file=sys.stderr, flush=True)


def _stop(copying: threading.Thread, over: threading.Event) -> None:
    over.set()
    copying.join()


def _push(mirror: Mirror) -> None:
    try:
        mirror.push()
    except Exception as error:  # likewise
        raise StorageUnusable(
            f"{mirror.url} could not be written to ({kind_and_reason(error)}); {mirror.folder} is whole."
        ) from error


def _look(folder: Path) -> dict[str, Seen]:
    """The files of a folder that are no remnants, by name."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if name.name == LOCK or any(part.startswith(UNFINISHED) for part in name.parts):
            continue
        if path.is_file() and (state := _state(path)):
            found[name.as_posix()] = state
    return found


def _state(path: Path) -> Seen | None:
    """`None` where it is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size
