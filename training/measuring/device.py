"""What a run says of the device, such as a GPU, that its networks are trained on."""

from __future__ import annotations

from data.files import read_json, write_json
from models.run_folder import RunFolder


def describe_device(run: RunFolder) -> float | None:
    """Writes what this process trains on into the run's `environment.json`, once; to be called behind training.

    Returns:
        Most of the device's memory that this process used, in MB; `None` where it has none or does not say.
    """
    from models.backends.devices import device_in_use  # here, since it imports Keras

    device = device_in_use()
    name = device.name if device else None
    known = read_json(run.environment) if run.environment.exists() else None
    if known is not None and "device" not in known:
        write_json(run.environment, known | {"device": name})
    elif known is not None and known["device"] != name:
        began, now = (device or "the processor" for device in (known["device"], name))
        print(f"Begun on {began}, continued on {now}. Numbers may differ.")
    return device.peak_memory_mb if device else None
