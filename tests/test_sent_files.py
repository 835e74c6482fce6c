"""What visitors send is not left behind in Gradio's temporary folder: what is an article has been copied from there."""

import os

import pytest
from fake_assistant import FakeAssistant, own_event_loop

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

from fastapi.testclient import TestClient  # noqa: E402

from ui.server import create_app  # noqa: E402


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_files_are_gone_when_the_server_stops(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with own_event_loop(), TestClient(create_app(FakeAssistant()), base_url="http://localhost") as client:
        sent = client.post("/gradio_api/upload", files={"files": ("bericht.txt", b"Een bericht.")})
        assert sent.status_code == 200
        assert len(files_in(tmp_path)) == 1
    assert files_in(tmp_path) == []
