"""Example questions, made from the names in the archive and tried out before they are shown."""

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.records import Article
    from qa import Assistant

MOST = 4

_ARTICLES_READ = 200
_NAMES = 4
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w&-]+(?: [A-Z][\w&-]+)*")
_PATTERNS = {
    "nl": ("Waarom is {} in het nieuws?", "Hoeveel geld gaat er om bij {}?", "Wat is {} van plan?"),
    "en": ("Why is {} in the news?", "How much money is {} worth?", "What does {} plan to do?"),
}


def example_questions(assistant: "Assistant") -> list[str]:
    """Up to four questions, in the languages of the archive, that the assistant does answer."""
    articles = [article for article, _ in zip(assistant.archive.store.articles(), range(_ARTICLES_READ), strict=False)]
    languages = {article.language for article in articles}
    found: list[str] = []
    for language in sorted(languages & _PATTERNS.keys(), reverse=True):
        names, patterns = frequent_names(articles, language), _PATTERNS[language]
        turned = (
            (name, patterns[(n + turn) % len(patterns)])
            for turn in range(len(patterns))
            for n, name in enumerate(names)
        )  # each name once, before any name twice
        questions = (pattern.format(name) for name, pattern in turned)
        answered = (question for question in questions if not assistant.ask(question).refused)
        found += [question for _, question in zip(range(MOST // len(languages)), answered, strict=False)]
    return found


def frequent_names(articles: "list[Article]", language: str) -> list[str]:
    """The names that most articles of a language mention, within a sentence (where only names have capitals)."""
    counts: Counter[str] = Counter()
    for article in articles:
        if article.language == language:
            counts.update(set(_NAME.findall(article.text)))
    return [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_NAMES]]
