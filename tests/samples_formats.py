"""Real files of every format, made small."""

import io

PAGE = """<html><head><title>Kop | De Krant</title>
<meta property="article:published_time" content="2025-12-22T10:00:00Z">
<meta property="og:title" content="SoftBank verkoopt Nvidia"><link rel="canonical" href="https://example.org/a"></head>
<body><nav><a href="/">Voorpagina</a> <a href="/sport">Sport</a></nav><article><h1>SoftBank verkoopt Nvidia</h1>
<p>SoftBank heeft zijn hele belang in Nvidia verkocht, zo maakte het Japanse concern dinsdag bekend in Tokio.</p>
<h2>Geld voor OpenAI</h2>
<p>De opbrengst is bestemd voor de investering in OpenAI, waarvoor het concern miljarden dollars nodig heeft.</p>
<script>alert(1)</script></article><footer>Alle rechten voorbehouden</footer></body></html>"""

MARKDOWN = """---
title: Een kop
date: 2025-12
url: https://example.org/a
tags: [a, b]
---
# Andere kop

De **kat** zit op de [mat](https://example.org) en heet `Minoes`.

## De hond

- Hij _blaft_.
![foto](x.png)
"""

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Nieuws</title>
<item><title>Eerste</title><guid>urn:1</guid><link>https://example.org/1</link>
<pubDate>Mon, 22 Dec 2025 10:00:00 GMT</pubDate><description>&lt;p&gt;SoftBank &amp;amp; OpenAI.&lt;/p&gt;
&lt;p&gt;Tweede alinea.&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;</description></item>
<item><title>Leeg</title><guid>urn:2</guid></item></channel></rss>"""


def pdf(*pages: list[str]) -> bytes:
    """A PDF with these lines on each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        text = "\n".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {text} ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    file, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def docx(*paragraphs: tuple[str, str | None]) -> bytes:
    """A Word document with these paragraphs, each with the name of its style."""
    from docx import Document

    document, file = Document(), io.BytesIO()
    for text, style in paragraphs:
        document.add_paragraph(text, style=style)
    document.save(file)
    return file.getvalue()


SAMPLES = {
    ".txt": b" date 2025-12-22 De kat zit op de mat. Zij slaapt.",
    ".md": MARKDOWN.encode(),
    ".html": PAGE.encode(),
    ".pdf": pdf(["De kat zit op de mat.", "Zij slaapt."], ["De hond blaft."]),
    ".docx": docx(("Een kop", "Title"), ("De kat zit op de mat.", None)),
    ".jsonl": b'{"id": "x", "text": "De kat.", "date": "2025-12-22", "title": "T", "url": "u"}\n{"text": "De hond."}\n',
    ".feed": FEED.encode(),
}
