"""What requests and answers look like, for validation and for the OpenAPI page."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Query(BaseModel):
    """One text, or a list of them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "The launch was moved to Friday."}]}
    )

    text: str | None = Field(None, description="one text")
    texts: list[str] | None = Field(None, description="several texts")
    key: str | None = Field(
        None,
        max_length=200,
        description="of whoever asks: during an experiment the same key is answered by the same model. By default each "
        "text decides for itself.",
    )

    @model_validator(mode="after")
    def _check_that_it_is_one_of_them(self) -> Query:
        if (self.text is None) == (self.texts is None):
            raise ValueError("give either 'text', a string, or 'texts', a list of strings")
        for text in self.texts or [self.text or ""]:
            text.encode()  # JSON can escape half a surrogate pair, which is no text; the error is a ValueError
        return self

    @property
    def asked(self) -> list[str]:
        """The texts, in their order."""
        return self.texts if self.texts is not None else [self.text or ""]


class Prediction(BaseModel):
    """The answer to one text."""

    label: str = Field(description="a class, or 'unsure' where the service leaves texts unanswered (--abstain)")
    confidence: float = Field(description="the probability of the most probable class")
    probabilities: dict[str, float] = Field(description="by class")
    tokens_seen: int = Field(description="tokens of the text that the model read")
    answered_by: str | None = Field(None, description="which model answered, where it was another one than `model`")
    because: str | None = Field(
        None, description="why: `experiment`; or what kept the model from answering: `failed`, `timeout`, `queue full`"
    )


class Answer(BaseModel):
    """The answers to one request."""

    id: str = Field(description="to name this answer by, see /feedback")
    model: str = Field(description="which model answers, and on which weights where others stood in")
    format: str
    predictions: list[Prediction] = Field(description="in the order of the texts")


class Feedback(BaseModel):
    """What the texts of an answer truly were."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"id": "9f0c2b…", "labels": ["technical"]}]}
    )

    id: str = Field(description="of the answer")
    labels: list[str | None] = Field(
        description="the true class of each of its texts, in their order; null where it is not known"
    )


class Counted(BaseModel):
    """What became of a feedback."""

    counted: int = Field(description="labels that were new")


class Comparison(BaseModel):
    """One text, for every model that the service can load."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=20_000)
