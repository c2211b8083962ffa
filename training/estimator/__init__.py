"""Every model of the catalog as a scikit-learn classifier, trained as `python -m training.run` trains it.

```python
from training.estimator import TextClassifier

classifier = TextClassifier("lstm").fit(texts, labels)
classifier.predict(["The launch was moved to Friday."])
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.estimator.text_classifier import TextClassifier

__all__ = ["TextClassifier"]


def __getattr__(name: str) -> Any:
    """The class once it is asked for: it takes scikit-learn, which not every process that trains has to import."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from training.estimator.text_classifier import TextClassifier

    return TextClassifier
