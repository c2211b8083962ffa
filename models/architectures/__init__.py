"""The networks over words, a file each, and what they share."""

PACKAGE = "sentiment_architectures"  # under which Keras finds our layers again
