"""Articles to test with."""

import os
from pathlib import Path

ARTICLES = {
    "a.txt": " date 2025-12-22 De kat zit op de mat. Zij slaapt al uren.\n\nDe hond\n\nDe hond blaft naar de buren.",
    "b.txt": " date 2024-10 SoftBank sold its stake in Nvidia. The money goes to OpenAI.",
    "c.txt": "Een bericht zonder datum over PayPay en de beurs.",
}


def write(path: Path, text: str | bytes, age: float = 60.0) -> Path:
    """Write a file as if some seconds ago, so that its size and time can be relied on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))
    return path
