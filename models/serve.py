"""Serves an exported model over HTTP.

python -m models.serve runs/latest
python -m models.serve runs/latest --model lstm --port 8000
python -m models.serve runs/latest --model distilbert --fallback linear --timeout-ms 200
python -m models.serve runs/latest --challenger transformer --shadow
curl -s http://127.0.0.1:8000/predict -H 'content-type: application/json' -d '{"text": "The launch was moved."}'

It needs the extra `serve`: pip install -e '.[serve]'.
"""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from data.amounts import positive, share
from data.exits import refuse
from data.messages import escape_what_cannot_be_shown
from models.serving.options import add_model_options

if TYPE_CHECKING:
    from models.classifier import Classifier
    from models.monitoring.reference import Reference
    from models.service.answering import Models

GRACE_SECONDS = 30  # for what is in flight when the service is told to end
STANDARD_ERROR = "-"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m models.serve", description=__doc__.splitlines()[0])
    result.add_argument("run", help="a run folder, such as runs/latest, or an export folder in one")
    add_model_options(result)
    result.add_argument("--fallback", metavar="MODEL", help="answers where the model fails, is late, or is too busy")
    result.add_argument(
        "--timeout-ms", type=positive, metavar="MS", help="after which the fallback is asked (default: 1,000)"
    )
    result.add_argument("--challenger", metavar="MODEL", help="a model on trial, see /experiments")
    result.add_argument("--share", type=share, metavar="SHARE", help="of the texts that the challenger answers: 0.1")
    result.add_argument("--shadow", action="store_true", help="the challenger answers every text, for the record only")
    result.add_argument(
        "--reload",
        action="store_true",
        help="where the run is a link, such as runs/current, take up what it leads to when that changes",
    )
    result.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    result.add_argument("--port", type=int, default=8000, help="0 for any free one (default: 8000)")
    result.add_argument("--token-file", type=Path, metavar="FILE", help="holds what whoever asks must know")
    result.add_argument("--open", action="store_true", help="others than this machine may ask without a token")
    result.add_argument("--ssl-certfile", type=Path, metavar="FILE", help="for HTTPS")
    result.add_argument("--ssl-keyfile", type=Path, metavar="FILE", help="for HTTPS")
    result.add_argument(
        "--log", metavar="FILE", help="gets a line of JSON a request, without its texts; - for standard error"
    )
    result.add_argument("--max-body", type=int, default=2_000_000, metavar="BYTES", help="of a request (default: 2 MB)")
    result.add_argument("--max-texts", type=int, default=256, metavar="N", help="in a request (default: 256)")
    result.add_argument("--max-characters", type=int, default=200_000, metavar="N", help="of a text (default: 200,000)")
    result.add_argument(
        "--queue",
        type=int,
        default=2_048,
        metavar="N",
        help="texts that may wait; a request beyond is told with 503 when to come again (default: 2,048)",
    )
    result.add_argument("--cache", type=int, default=10_000, metavar="N", help="answers remembered (default: 10,000)")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is told to end (Ctrl-C, SIGTERM); returns the exit code, 2 for bad input."""
    escape_what_cannot_be_shown()
    options = parser().parse_args(arguments)
    try:
        import uvicorn

        from models.service.answering import Limits
        from models.service.application import build_service
        from models.service.listening import Server
        from models.service.reloading import Reloader
        from models.service.tokens import TokenUnusable, is_this_machine, read_token
    except ImportError as error:
        return refuse(f"{error.name} is not installed: pip install -e '.[serve]'.")
    from models.serving.engines import ExportUnusable

    if wrong := _what_does_not_fit(options):
        return refuse(wrong)
    if not (options.token_file or options.open or is_this_machine(options.host)):
        return refuse(
            f"At {options.host} others than this machine may ask: name a --token-file, or say --open if they may."
        )
    try:
        token = read_token(options.token_file) if options.token_file else None
        models = _load(options)
        log = _log(options.log)
    except (ExportUnusable, TokenUnusable) as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(f"--log {options.log} cannot be written ({error.strerror}): name another file.")
    limits = Limits(options.max_body, options.max_texts, options.max_characters, options.queue)
    reference = _reference(models.main)
    reloader = Reloader(Path(options.run), lambda: _with_reference(_load(options))) if options.reload else None
    service = build_service(models, limits, options.cache, token, log, Path(options.run), reference, reloader)
    config = uvicorn.Config(
        service,
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # nothing here asks who came through which proxy
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=options.ssl_certfile,
        ssl_keyfile=options.ssl_keyfile,
    )
    title, scheme = f"{models.main.title} ({models.main.format})", "https" if options.ssl_certfile else "http"
    server = Server(
        config,
        lambda host, port: print(
            f"{title} answers at {scheme}://{host}:{port}/predict; see {scheme}://{host}:{port}/ and /docs.", flush=True
        ),
    )
    # Once the server has ended it raises the signal again that ended it; that is no reason to die of it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    try:
        server.run([config.bind_socket()])
    except (SystemExit, OSError) as error:  # uvicorn has said why
        if isinstance(error, OSError) and options.ssl_certfile:
            return refuse(f"{options.ssl_certfile} is no certificate of that key ({error}): name others.")
        return refuse(f"{options.host}:{options.port} cannot be listened on: choose another --host or --port.")
    answered = service.state.inner.metrics.answered()
    print(f"Ended: {answered[0]:,} requests accepted, {answered[1]:,} answered.", flush=True)
    if service.state.inner.router.is_working:  # Python would wait for its thread
        os._exit(0)
    return 0


def _what_does_not_fit(options: argparse.Namespace) -> str | None:
    """What is wrong with the options taken together, `None` for nothing."""
    if options.timeout_ms and not options.fallback:
        return "--timeout-ms says when the fallback is asked: name one with --fallback."
    if options.challenger and options.shadow == bool(options.share):
        return "A challenger either answers a share of the texts (--share 0.1) or for the record only (--shadow)."
    if not options.challenger and (options.share or options.shadow):
        return "--share and --shadow are for a model on trial: name it with --challenger."
    if (options.fallback or options.challenger) and (Path(options.run) / "classifier.json").exists():
        return f"{options.run} is the export of one model: name its run folder to have several answer."
    if bool(options.ssl_certfile) != bool(options.ssl_keyfile):
        return "HTTPS takes both --ssl-certfile and --ssl-keyfile."
    missing = [path for path in (options.ssl_certfile, options.ssl_keyfile) if path and not path.is_file()]
    return f"{missing[0]} is not there: name the file of the certificate, or of its key." if missing else None


def _load(options: argparse.Namespace) -> Models:
    """The classifiers, each asked once: the first answer takes longest.

    Raises:
        ExportUnusable: one cannot be loaded.
    """
    from models.classifier import load_classifier
    from models.service.answering import Models

    def load(model: str | None, form: str | None = None) -> Classifier:
        found = load_classifier(options.run, model, form, options.batch_size)
        if options.abstain:
            found.abstain(options.abstain)
        found.predict_proba(["the first answer takes longest"])
        return found

    return Models(
        load(options.model, options.format),
        load(options.fallback) if options.fallback else None,
        (options.timeout_ms or 1000) / 1000,
        load(options.challenger) if options.challenger else None,
        options.share or 0.0,
    )


def _with_reference(models: Models) -> tuple[Models, Reference | None]:
    return models, _reference(models.main)


def _reference(classifier: Classifier) -> Reference | None:
    """What later texts are held against; where there is none, that is said, and the service serves all the same."""
    from models.monitoring.reference import NoReference, read_reference

    try:
        return read_reference(classifier.folder) if classifier.folder else None
    except NoReference as error:
        print(f"No watch for drift: {error}", file=sys.stderr)
        return None


def _log(path: str | None) -> logging.Logger | None:
    """What writes the log; a file that is moved away, as `logrotate` does, is begun anew."""
    if path is None:
        return None
    handler = logging.StreamHandler() if path == STANDARD_ERROR else logging.handlers.WatchedFileHandler(path)
    log = logging.Logger("requests")
    log.addHandler(handler)
    return log


if __name__ == "__main__":
    sys.exit(main())
