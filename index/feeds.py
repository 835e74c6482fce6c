"""Fetching a feed, only ever because somebody named its address."""

import hashlib
import http.client
import urllib.request
from pathlib import Path

from index.errors import SourceError
from index.sources import SourceFile

MAX_BYTES = 20_000_000
_SECONDS = 30.0


def fetch_feed(url: str, folder: Path) -> SourceFile:
    """Fetch a feed into a folder, where its file changes only when the feed has.

    Raises:
        SourceError: it cannot be fetched, or is too large.
    """
    # The scheme has been looked at (`is_feed`), and urllib follows redirections to http, https and ftp only.
    request = urllib.request.Request(url, headers={"User-Agent": "article-qa", "Accept": "application/xml, */*"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:
            data: bytes = response.read(MAX_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SourceError(f"{url}: cannot be fetched ({getattr(error, 'reason', None) or error})") from error
    if len(data) > MAX_BYTES:
        raise SourceError(f"{url}: more than {MAX_BYTES / 1e6:.0f} MB")
    path = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.feed"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror})") from error
    status = path.stat()
    return SourceFile(url, url, path, status.st_size, status.st_mtime_ns)
