"""ONNX Runtime and OpenVINO, which by default report each use to their makers, imported so that they report nothing.

Sources: https://github.com/microsoft/onnxruntime/pull/27379, https://github.com/openvinotoolkit/telemetry.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

from models.quiet import quiet_stderr


def import_onnxruntime() -> ModuleType:
    """The package `onnxruntime`; who wants its reports sets `ORT_DISABLE_TELEMETRY=0`."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


def import_openvino() -> ModuleType:
    """The package `openvino`.

    Raises:
        ImportError: it is not installed.
    """
    # It then takes the stand-in that it has for this: a module that is None cannot be imported.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    with quiet_stderr():  # some versions warn of their own modules
        import openvino

    return openvino
