"""Trains text classifiers and compares them: `python -m training.run`."""

__version__ = "0.2.0"
