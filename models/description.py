"""`model.json`: what a trained model says of itself. Exporting, explaining and reports read it, and never its name."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from data.cleaning import Cleaner
from data.files import read_json, write_json
from data.messages import reason_of
from data.words.cutting import RIGHT
from models.catalog import Family
from models.run_folder import RunFolderError


@dataclass(frozen=True)
class Description:
    """A trained model.

    Attributes:
        name: of its entry in the catalog.
        title: its name beside a number; where weights stood in for others, it names them.
        family: what kind of model it is.
        seed: of the trial it comes from.
        reads: what it reads of a text, in words.
        files: what holds it, by role, in the folder of its trial: `model`, or `unfrozen` for an encoder of which
            blocks were trained.
        cleaning: how texts become words.
        cleaned: whether it reads cleaned words; an encoder that does not reads the text without markup.
        recurrent: whether it reads word by word.
        sequence_length: words or word pieces that it reads of a text; `None` for all.
        truncation_side: on which longer texts are cut, see `data.words.cutting`.
        vocabulary_size: words that a network over words knows, padding and `[UNK]` among them; `None` for other
            models, and for older ones.
        arrays: folder of its vocabulary and of the arrays it was trained on, within that of the texts of its seed;
            empty for that folder itself.
        weights: which pretrained weights stand behind it, `None` where there are none.
        weights_key: identity of these weights and their tokenizer.
        backbone: the name that finds these weights again.
        pooling: how an encoder's states became one vector.
        features_key: under which the frozen encoder's features of texts are kept, see `models.encoder.feature_files`.
        learned_features_key: the same of the texts that its head learned from; `None` where it is that one.
        unfrozen: how many of the encoder's blocks were trained.
        chosen: what was chosen on validation, in words.
        searched: the settings that were chosen for it in place of the run's, by name.
        taught_by: name of the model whose answers it was trained on, `None` where it learned from labels alone.
        members: names of the models whose mean it is, of the same seed.
    """

    name: str
    title: str
    family: Family
    seed: int
    reads: str
    files: dict[str, str]
    cleaning: Cleaner
    cleaned: bool = True
    recurrent: bool = False
    sequence_length: int | None = None
    truncation_side: str = RIGHT
    vocabulary_size: int | None = None
    arrays: str = ""
    weights: str | None = None
    weights_key: str | None = None
    backbone: str | None = None
    pooling: str | None = None
    features_key: str | None = None
    learned_features_key: str | None = None
    unfrozen: int = 0
    chosen: str | None = None
    searched: dict[str, float] = field(default_factory=dict)
    taught_by: str | None = None
    members: list[str] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Writes it as JSON, whole or not at all."""
        write_json(path, asdict(self))

    @classmethod
    def load(cls, path: Path) -> Description:
        """What `save` wrote.

        Raises:
            RunFolderError: the file is missing or damaged.
        """
        try:
            found = read_json(path)
            cleaning = Cleaner.of(found)
            found.pop("keep_negations", None)  # of older runs
            return cls(**found | {"family": Family(found["family"]), "cleaning": cleaning})
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RunFolderError(f"{path} is missing: train the model again.") from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunFolderError(f"{path} is damaged ({reason_of(error)}): train the model again.") from error
