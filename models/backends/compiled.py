"""What JAX has compiled is kept in the user's cache folder, so that a machine compiles a network once.

A folder that cannot be used, a damaged entry or a full disk cost the time of compiling, and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
from pathlib import Path

from models.backends.processor import processor_identity

FOLDER_VARIABLE = "JAX_COMPILATION_CACHE_DIR"
LARGEST_BYTES = 500_000_000  # JAX then takes out what was not used for longest
LEAST_SECONDS = 0.2  # of compiling; less is not worth a file
ENTRY, LAST_USED = "-cache", "-atime"  # ends of the names of JAX's two files for each entry


def keep_compiled(folder: Path) -> None:
    """Has JAX keep what it compiles below `folder`, unless the user has said where, or that it should not.

    Several processes may use the folder at once: JAX locks it. Each kind of processor has one of its own, since code
    compiled for another may not run.
    """
    if FOLDER_VARIABLE in os.environ:
        return
    import jax

    place = folder / hashlib.blake2b(processor_identity().encode(), digest_size=8).hexdigest()
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not os.access(place, os.W_OK):
            return
        _remove_unfinished(place)
    except OSError:
        return
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache")
    jax.config.update("jax_compilation_cache_dir", os.fspath(place))
    jax.config.update("jax_compilation_cache_max_size", LARGEST_BYTES)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", LEAST_SECONDS)


def _remove_unfinished(place: Path) -> None:
    """Removes what was being written as a process was killed or the disk became full; JAX would keep nothing more."""
    for entry in place.glob(f"*{ENTRY}"):
        if not entry.with_name(entry.name.removesuffix(ENTRY) + LAST_USED).exists():
            with contextlib.suppress(OSError):
                entry.unlink()
