"""The linear model as arrays."""

import subprocess
import sys

import numpy as np
import pytest

from models.linear import tfidf
from models.linear.arrays import LinearModel


def test_it_is_whole_again_from_its_arrays(tmp_path):
    texts = ["good film", "not good", "bad film", "not bad", "good good film", "bad bad film"] * 3
    pipeline, _ = tfidf.fit(texts, np.array([1, 0, 0, 1, 1, 0] * 3), texts[:6], np.array([1, 0, 0, 1, 1, 0]))
    LinearModel.from_pipeline(pipeline).save(tmp_path / "model.npz")
    loaded = LinearModel.load(tmp_path / "model.npz").pipeline()
    asked = [*texts[:6], "", "never seen", "film not good"]
    np.testing.assert_array_equal(loaded.predict_proba(asked), pipeline.predict_proba(asked))


@pytest.mark.slow
def test_loading_takes_no_scikit_learn(root):
    """It takes two seconds to import."""
    asked = "import sys, models.linear.arrays; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], cwd=root, check=False).returncode == 0
