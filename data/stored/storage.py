"""Whether texts are held in memory or in files of the run folder, and how many of them are looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.stored.texts import GrowingTexts

AUTO, ALWAYS, NEVER = "auto", "always", "never"
STREAMING = (AUTO, ALWAYS, NEVER)
MOST_TEXTS = 150_000  # drawn: of more the training texts are streamed
# Of a split, where training texts are streamed: the standard error of an accuracy is then 0.35 points at most.
MOST_EVALUATED = 20_000


@dataclass(frozen=True)
class Storage:
    """What a run does with more texts than it should hold in memory.

    Attributes:
        folder: gets the files.
        streaming: one of `STREAMING`.
    """

    folder: Path
    streaming: str = AUTO

    def growing_texts(self) -> GrowingTexts:
        """For texts that come one after another: from a size on they are put into a file."""
        from data.stored.texts import IN_MEMORY, GrowingTexts  # here, since --help needs no arrays

        if self.streaming == NEVER:
            return GrowingTexts(None)
        return GrowingTexts(self.folder, 0 if self.streaming == ALWAYS else IN_MEMORY)

    def streams(self, texts: int) -> bool:
        """Whether so many texts are too many to train on from memory."""
        return self.streaming == ALWAYS or (self.streaming == AUTO and texts > MOST_TEXTS)


HELD = Storage(Path(), NEVER)  # all texts in memory


def streaming_note(texts: int) -> str:
    """What a reader must know of a run whose training texts are streamed, `texts` of them."""
    return (
        f"networks over words and the linear model learn from all {texts:,} training texts, streamed from the run "
        f"folder; on {MOST_EVALUATED:,} of them at most stand a pretrained encoder's head, a student, a search of "
        "settings, word vectors, the search for near-duplicates, accuracy on training texts, and what is said of "
        "single ones"
    )
