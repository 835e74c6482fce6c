"""An assistant that knows two articles and answers by key words, for the tests of the interface."""

import asyncio
import gc
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

from index.dates import DateRange, PublicationDate
from index.limits import Limits
from index.records import Article, Chunk, Span
from qa.question import parse_question
from qa.records import Answer, Citation, Hit, Refusal, Turn


@contextmanager
def own_event_loop():
    """Gradio makes event loops that it never closes; they are swept up here rather than in some later test."""
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asyncio.set_event_loop(None)
            gc.collect()


SENTENCE = "Om de financiering rond te krijgen, verkocht SoftBank zijn belang in Nvidia voor 5,8 miljard dollar."
BEFORE = "SoftBank steekt 22,5 miljard dollar in OpenAI."
SECOND = "PayPay gaat begin volgend jaar naar de beurs."


def make_article(article_id, text, title="Een titel", date="2025-12-22", language="nl"):
    return Article(article_id, text, title, language, PublicationDate.parse(date) if date else None)


def make_hit(article, text=None, score=0.9):
    text = text or article.text
    start = article.text.index(text)
    chunk = Chunk(article.id, start, start + len(text), text, (Span(start, start + len(text)),))
    return Hit(article, chunk, score)


def make_citation(article, sentence, n=1, asked=None, passage=None):
    start = article.text.index(sentence)
    marks = ()
    if asked:
        first = article.text.index(asked, start)
        marks = (Span(first, first + len(asked)),)
    span = passage or Span(0, len(article.text))
    end = start + len(sentence)
    return Citation(n, article.id, article.title, article.date, start, end, sentence, 0.8, span, None, marks)


SOFTBANK = make_article("000_softbank.txt", f"{BEFORE} {SENTENCE}\n\nEen tweede alinea.", "SoftBank verkoopt Nvidia")
PAYPAY = make_article("001_paypay.txt", SECOND, "PayPay naar de beurs", "2025-11")


@dataclass
class FakeAssistant:
    """Answers questions about Nvidia with two citations; refuses the rest; breaks on "boom"."""

    articles: list = field(default_factory=lambda: [SOFTBANK, PAYPAY])
    asked: list = field(default_factory=list)
    days: list = field(default_factory=list)
    limited_to: list = field(default_factory=list)
    counts: dict = field(default_factory=lambda: {"/srv/articles/news": 2})
    pause: float = 0
    folder: Path = field(default_factory=lambda: Path(mkdtemp()))

    @property
    def archive(self):
        by_id = {article.id: article for article in self.articles}
        store = SimpleNamespace(
            article=by_id.get,
            articles=lambda: iter(self.articles),
            counts=lambda: {"articles": len(self.articles), "chunks": 4, "vectors": 4},
            languages=lambda: {"nl": len(self.articles)},
            date_range=lambda: ("2025-11", "2025-12-22"),
            undated=lambda: 0,
            sequence=1,
            files=SimpleNamespace(sources=list),
        )
        config = SimpleNamespace(model="fake", dimension=8)
        return SimpleNamespace(folder=self.folder, store=store, config=config, check=list, refresh=lambda: False)

    def warm_up(self):
        return None

    def close(self):
        pass

    def search(self, text, k=5, days=DateRange(), sources=()):  # noqa: B008
        parse_question(text, days)
        return [make_hit(article) for article in self.articles][:k]

    def sources(self):
        return self.counts

    def ask(self, text, days=DateRange(), history: list[Turn] = (), threshold_shift=0.0, *, sources=()):  # noqa: B008
        question = parse_question(text, Limits(days, tuple(sources)))
        self.asked.append(text)
        self.days.append(days)
        self.limited_to.append(list(sources))
        time.sleep(self.pause)
        if "boom" in text:
            raise RuntimeError("a secret path: /srv/articles")
        hits = tuple(make_hit(article) for article in self.articles)
        if "nvidia" not in text.lower():
            return Refusal(question, "not_enough_evidence", "The articles do not say.", hits)
        citations = (
            make_citation(SOFTBANK, SENTENCE, 1, "5,8 miljard dollar", Span(0, len(f"{BEFORE} {SENTENCE}"))),
            make_citation(PAYPAY, SECOND, 2),
        )
        return Answer(question, f"{SENTENCE} [1] {SECOND} [2]", citations, hits, (), {"total": 12.0})
