"""Nothing that is read can run: no pickle, no code from data or weights, no path out of an archive."""

import ast

import pytest

FOLDERS = ("data", "models", "training", "reports")
# Modules that run what they read, or that read pickles.
MODULES = {"pickle", "marshal", "shelve", "dbm", "dill", "cloudpickle", "joblib", "code", "tarfile", "xmlrpc"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {
    "extract", "extractall", "unpack_archive",  # follow the paths in an archive
    "unsafe_load", "full_load", "load_all", "UnsafeLoader", "FullLoader", "Loader",  # of YAML
    "enable_unsafe_deserialization", "read_pickle", "load_module", "getoutput", "allow_pickle",
}  # fmt: skip
SHELLS = {"os.system", "os.popen"}
SHELL_NAMES = {name.rpartition(".")[2] for name in SHELLS}
SAFE_ARGUMENTS = {
    "allow_pickle": False,
    "safe_mode": True,
    "weights_only": True,
    "shell": False,
    "trust_remote_code": False,
}
SAFE_LOADERS = {"yaml.BaseLoader", "yaml.SafeLoader"}
# scikit-learn's own cache is a pickle: it is looked through by an unpickler that makes lists and arrays only.
ALLOWED = {
    ("data/sources/newsgroups.py", "pickle"),
    ("data/parallel.py", "joblib"),  # it only counts the cores there
}


def findings(tree):
    """What in a module could run what it reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [name.name for name in node.names]
            yield from (module for module in modules if module.partition(".")[0] in MODULES)
            names = [name.name for name in node.names] if isinstance(node, ast.ImportFrom) else []
            yield from (name for name in names if name in ATTRIBUTES | MODULES or f"{modules[0]}.{name}" in SHELLS)
        elif isinstance(node, ast.Name) and node.id in BUILTINS:
            yield node.id
        elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES | SHELL_NAMES:
            if node.attr in ATTRIBUTES or ast.unparse(node) in SHELLS:
                yield ast.unparse(node)
        elif isinstance(node, ast.Call):
            yield from _arguments(node)


def _arguments(call):
    for keyword in call.keywords:
        if keyword.arg in SAFE_ARGUMENTS:
            safe = isinstance(keyword.value, ast.Constant) and keyword.value.value is SAFE_ARGUMENTS[keyword.arg]
            if not safe:
                yield ast.unparse(keyword)
    if getattr(call.func, "attr", None) == "load" and ast.unparse(call.func) == "yaml.load":
        loader = next((ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "Loader"), None)
        if loader not in SAFE_LOADERS:
            yield ast.unparse(call)


def test_no_source_runs_what_it_reads(root):
    found = {
        (path.relative_to(root).as_posix(), what)
        for folder in FOLDERS
        for path in (root / folder).rglob("*.py")
        for what in findings(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "import pickle as p",
        "from pickle import loads as text",
        "def f():\n    import joblib.hashing",
        "run = eval\nrun('1')",
        "numpy.load(path, allow_pickle=True)",
        "numpy.load(path, allow_pickle=trusted)",
        "keras.saving.load_model(path, safe_mode=False)",
        "from keras.config import enable_unsafe_deserialization",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "yaml.unsafe_load(text)",
        "zipfile.ZipFile(path).extractall()",
        "take = archive.extract\ntake(name)",
        "import tarfile",
        "subprocess.run(text, shell=True)",
        "os.system(text)",
        "from os import system",
        "torch.load(path, weights_only=False)",
    ],
)
def test_the_search_finds_what_it_is_for(source):
    assert list(findings(ast.parse(source)))
