"""ui imports qa imports index, never the other way round; and importing them is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {"index": {"index"}, "qa": {"index", "qa"}, "ui": {"index", "qa", "ui"}}
OURS = {"index", "qa", "ui", "training", "benchmarks", "tests"}
HEAVY = ("torch", "sentence_transformers", "transformers", "gradio", "langchain_text_splitters", "trafilatura")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names.add((node.module or "").split(".")[0])
    return names & OURS


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_package_imports_only_to_the_right(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    assert {str(path): imported(path) - ALLOWED[package] for path in files if imported(path) - ALLOWED[package]} == {}


@pytest.mark.model
def test_a_question_needs_no_library_of_models():
    code = f"""
import sys
from index.embedding import load_bundled
from qa.close_reading import load_close_reader
load_bundled().queries(["Wat?"]), load_close_reader()
print([m for m in {HEAVY[1:3]!r} if m in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_public_api_is_imported_without_the_heavy_libraries():
    code = f"import qa, index.update, index.embedding, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
