"""Serves an exported model over HTTP.

python -m models.serve runs/latest
python -m models.serve runs/latest --model lstm --port 8000
curl -s http://127.0.0.1:8000/predict -H 'content-type: application/json' -d '{"text": "The launch was moved."}'

It needs the extra `serve`: pip install -e '.[serve]'.
"""

from __future__ import annotations

import argparse
import signal
import sys

from data.exits import refuse
from data.messages import escape_what_cannot_be_shown
from models.serving.options import add_model_options

GRACE_SECONDS = 30  # for what is in flight when the service is told to end


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m models.serve", description=__doc__.splitlines()[0])
    result.add_argument("run", help="a run folder, such as runs/latest, or an export folder in one")
    add_model_options(result)
    result.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    result.add_argument("--port", type=int, default=8000, help="0 for any free one (default: 8000)")
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

        from models.serving.listening import Server
        from models.serving.service import Limits, build_service
    except ImportError as error:
        return refuse(f"{error.name} is not installed: pip install -e '.[serve]'.")
    from models.classifier import load_classifier
    from models.serving.engines import ExportUnusable

    try:
        classifier = load_classifier(options.run, options.model, options.format)
        if options.abstain:
            classifier.abstain(options.abstain)
        classifier.predict_proba(["the first answer takes longest"])
    except ExportUnusable as error:
        return refuse(str(error))
    limits = Limits(options.max_body, options.max_texts, options.max_characters, options.queue)
    service = build_service(classifier, limits, options.cache)
    config = uvicorn.Config(
        service,
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    title = f"{classifier.title} ({classifier.format})"
    server = Server(
        config, lambda host, port: print(f"{title} answers at http://{host}:{port}/predict, see /docs.", flush=True)
    )
    # Once the server has ended it raises the signal again that ended it; that is no reason to die of it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    try:
        server.run([config.bind_socket()])
    except (SystemExit, OSError):  # uvicorn has said why
        return refuse(f"{options.host}:{options.port} cannot be listened on: choose another --host or --port.")
    answered = service.state.metrics.answered()
    print(f"Ended: {answered[0]:,} requests accepted, {answered[1]:,} answered.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
