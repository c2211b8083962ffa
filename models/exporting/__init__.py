"""From a trained model to files that answer as it does, and the proof that they do."""
