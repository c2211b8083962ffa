"""The models: their sizes, first weights and pretrained parts."""

from __future__ import annotations

from dataclasses import dataclass

from data.words.cutting import LEFT, RIGHT
from models.catalog import Family, of_family
from training import setting_values as values
from training.setting_fields.field import setting

POOLINGS = ("auto", "pooled", "mean", "first")


@dataclass(frozen=True)
class ModelSettings:
    """The models: their sizes, first weights and pretrained parts."""

    vocabulary_size: int | str = setting(
        values.AUTO,
        "words known to the small models, padding and [UNK] among them; auto: as published on the data, else those "
        "seen twice, at most 20,000",
        "models",
        values.word_or(values.AUTO, values.whole_number(3)),
        metavar="N",
    )
    sequence_length: int | str = setting(
        values.AUTO,
        "words of a text the small models read; auto: as published on the data, else what covers nine tenths of the "
        "training texts, at most 256",
        "models",
        values.word_or(values.AUTO, values.whole_number(1, 100_000)),
        metavar="N",
    )
    truncation_side: str = setting(
        values.AUTO,
        "side on which longer texts are cut for all but the linear model; auto: as published on the data, else the "
        "right, unless more than a tenth of the training texts are longer and their last words say more of the class "
        "to naive Bayes, as in movie reviews (LSTM, validation of three splits: 80.5 against 77.8)",
        "models",
        choices=(values.AUTO, RIGHT, LEFT),
    )
    word_vectors: str = setting(
        values.COOCCURRENCE,
        "what the small models' embeddings start from; cooccurrence: vectors learned from which words stand together "
        "in training and unlabelled texts; none: small random numbers",
        "models",
        choices=(values.COOCCURRENCE, values.NONE),
    )
    word_vector_scale: float = setting(
        0.3, "standard deviation that these vectors are brought to", "models", values.learning_rate
    )
    word_vector_rate: float | str = setting(
        values.AUTO,
        "share of the learning rate at which these vectors are learned further; auto: what share the training texts "
        "are of all that the vectors were learned from, as those of many texts are known already (Transformer, "
        "3,300 other posts of 20newsgroups: 89.2 with a tenth against 88.8, ten splits), but 1 for the CNN, which "
        "gains nothing by it",
        "models",
        values.word_or(values.AUTO, values.number(0)),
        metavar="SHARE",
    )
    width: int = setting(64, "of embedding and hidden layers of the small models", "models", values.width)
    dropout: float = setting(
        0.3, "share of activations dropped in training by the small models", "models", values.number(0, 1)
    )
    mask: bool = setting(True, "keep padding out of the small models' answers", "models", values.truth)
    initialization: str = setting(
        "keras",
        "first weights of the small models; keras: small embeddings, and recurrent weights that keep a state (for the "
        "SimpleRNN nine tenths of the identity, and ReLU: validation accuracy 89.8 against 88.4 with all of it and "
        "tanh, mean of ten splits of 20newsgroups); torch: PyTorch's, with tanh, as published",
        "models",
        choices=("keras", "torch"),
    )
    norm_first: bool = setting(
        True,
        "the Transformer's layer norm before attention and feed-forward network, not behind them as published; with it "
        "and the patience below it learns the order of words (built-in sample: validation accuracy 98.7, mean of two "
        "splits; 63 with neither)",
        "models",
        values.truth,
    )
    block_dropout: float = setting(
        0.1,
        "share of activations dropped in training within the Transformer's blocks (20newsgroups: validation accuracy "
        "88.6 and loss 0.286 against 87.9 and 0.297 with 0.3, mean of five splits)",
        "models",
        values.number(0, 1),
    )
    word_dropout: float = setting(
        0.1,
        "share of a text's words that the small models are not shown in training, others in each epoch (Transformer, "
        "3,300 other posts of 20newsgroups: 89.5 against 89.2, ten splits; movie reviews gain more, but with 0.2 the "
        "built-in sample, where one word decides, loses two points)",
        "models",
        values.number(0, 1),
    )
    consistency: float = setting(
        0.0,
        "what counts in the loss of the small models that two answers to a text differ, with other activations dropped "
        "(R-Drop); 1 gives the Transformer 89.6 against 89.2 on 3,300 other posts of 20newsgroups, ten splits, the "
        "others as much or more, and takes two to four times as long",
        "models",
        values.number(0),
    )
    backbone: str = setting(
        "auto",
        "pretrained encoder: a keras-nlp preset, a folder (./name), minilm; auto: DistilBERT where its weights can be "
        "had, else MiniLM-L6 from the package index",
        "models",
        metavar="NAME_OR_PATH",
    )
    backbone_length: int = setting(
        128, "word pieces of a text the pretrained encoder reads", "models", values.whole_number(3, 512)
    )
    backbone_precision: str = setting(
        values.AUTO,
        "of the frozen encoder on the texts that its head learns from; auto: bfloat16 where this processor has it and "
        "OpenVINO is quicker so; what it is judged by, and exported, is float32",
        "models",
        choices=(values.AUTO, values.FLOAT32),
    )
    backbone_cleaned: bool = setting(
        False, "give the pretrained encoder cleaned words instead of sentences", "models", values.truth
    )
    pooling: str = setting(
        "auto",
        "one vector from the encoder's token states; auto: its pooled output where it has one, else the masked mean "
        "(MiniLM-L6: validation accuracy 92.2 against 90.1 for the first token, mean of three splits of 20newsgroups)",
        "models",
        choices=POOLINGS,
    )
    student: str = setting(
        "wide-cnn",
        "network that is taught by the model best on validation",
        "models",
        choices=of_family(Family.WORDS),
    )
    student_vocabulary_size: int | str = setting(
        values.AUTO,
        "words known to that; auto: those seen twice, at most 20,000, and no fewer than the other small models know",
        "models",
        values.word_or(values.AUTO, values.whole_number(3)),
        metavar="N",
    )
    student_sequence_length: int | str = setting(
        values.AUTO,
        "words of a text that it reads; auto: what covers nine tenths of the training texts, at most 128, and no fewer "
        "than the other small models read",
        "models",
        values.word_or(values.AUTO, values.whole_number(1, 100_000)),
        metavar="N",
    )
