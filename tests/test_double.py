"""Two questions in one message: one reply, which tells what has no answer."""

import pytest

from qa import Turn

ARTICLES = {
    "pool.txt": "Het zwembad van Lutten kostte 40 miljoen euro. De gemeente betaalde het.",
    "museum.txt": "Directeur Mulder leidt het museum van Almen.",
}
VALUES = {
    "old.txt": " date 2024-10-08 De waardering van Zonnedak bedraagt 340 miljoen euro, zegt het bedrijf.",
    "new.txt": " date 2025-05-20 The valuation of Zonnedak is now 410 million euros, the company says.",
    "museum.txt": ARTICLES["museum.txt"],
}
DEBTS = {
    "debt.txt": " date 2024-11-02 De schuld van Windhoek bedraagt 80 miljoen euro.",
    "less.txt": " date 2025-11-02 De schuld van Windhoek bedraagt 60 miljoen euro.",
}
POOL, MUSEUM = "Hoeveel kostte het zwembad van Lutten?", "Wie leidt het museum van Almen?"
VALUE, DEBT = "Hoeveel bedraagt de waardering van Zonnedak?", "Hoeveel bedraagt de schuld van Windhoek?"
TOUR, MADRID = "Wie won de Ronde van Frankrijk?", "En waar ligt Madrid?"
AS_IS = 0.0


def steps(reply):
    return [(step.text, step.n) for step in reply.development]


def test_both_are_answered_in_order(ask):
    reply = ask(ARTICLES, f"{POOL} En {MUSEUM}", AS_IS)
    assert [citation.article_id for citation in reply.citations] == ["pool.txt", "museum.txt"]
    assert [citation.n for citation in reply.citations] == [1, 2]
    assert all(f"{citation.text} [{citation.n}]" in reply.text for citation in reply.citations)
    assert [hit.article.id for hit in reply.passages[:2]] == ["pool.txt", "museum.txt"]
    assert reply.notices == ()
    assert set(reply.timings_ms) == {"understand", "retrieve", "read", "total"}


def test_the_same_sentence_is_cited_once(ask):
    reply = ask(ARTICLES, "Hoeveel kostte het zwembad van Lutten en waar ligt het zwembad van Lutten?")
    cited = [(citation.article_id, citation.start) for citation in reply.citations]
    assert len(cited) == len(set(cited))
    assert [citation.n for citation in reply.citations] == list(range(1, len(cited) + 1))


@pytest.mark.parametrize("message", [f"{POOL} {TOUR}", f"{TOUR} {POOL}"])
def test_a_question_without_an_answer_is_named_as_it_was_typed(ask, message):
    reply = ask(ARTICLES, message, AS_IS)
    assert [citation.article_id for citation in reply.citations] == ["pool.txt"]
    assert reply.notices == (f"Op deze vraag staat geen antwoord in de artikelen: {TOUR}",)


def test_one_that_leans_on_the_other_is_named_without_it(ask):
    parts = ["How much did the pool in Lutten cost?", "Who won the Tour de France?", "And when was that?"]
    reply = ask({"pool.txt": "The pool in Lutten cost 40 million euros."}, " ".join(parts), AS_IS)
    assert reply.text == "The pool in Lutten cost 40 million euros. [1]"
    assert reply.notices == tuple(f"The articles do not answer this question: {part}" for part in parts[1:])


def test_two_without_an_answer_are_one_refusal(ask):
    reply = ask(ARTICLES, f"{TOUR} {MADRID}", AS_IS)
    assert (reply.refused, reply.reason, reply.citations) == (True, "not_enough_evidence", ())
    assert reply.text == "Ik heb 2 artikelen doorzocht, maar het antwoord op deze vraag staat daar niet in."
    assert len({(hit.article.id, hit.chunk.start) for hit in reply.passages}) == len(reply.passages) == 2


@pytest.mark.parametrize(("message", "numbers"), [(f"{VALUE} En {MUSEUM}", [1, 2]), (f"{MUSEUM} En {VALUE}", [2, 3])])
def test_a_development_is_told_in_the_numbers_of_the_whole_reply(ask, message, numbers):
    reply = ask(VALUES, message, AS_IS)
    assert steps(reply) == list(zip(["340 miljoen euro", "410 million euros"], numbers, strict=True))
    for step in reply.development:
        citation = reply.citations[step.n - 1]
        assert citation.start <= step.mark.start < step.mark.end <= citation.end
        assert step.text in citation.text


def test_of_two_developments_the_first_is_told_and_both_are_cited(ask):
    """Steps of different things in one list would look like one development."""
    reply = ask(VALUES | DEBTS, f"{VALUE} {DEBT}", AS_IS)
    assert steps(reply) == [("340 miljoen euro", 1), ("410 million euros", 2)]
    assert {"old.txt", "new.txt", "debt.txt", "less.txt"} == {citation.article_id for citation in reply.citations}


def test_the_question_of_the_reply_is_the_message(ask):
    """A link to the reply asks it again; and the next question is about what this one was."""
    first = ask(ARTICLES, POOL)
    message = "En wie betaalde het, en waar ligt het museum?"
    reply = ask(ARTICLES, message, history=[Turn(POOL, first)])
    assert reply.question.text == message
    assert {"betaalde", "museum", "lutten"} <= {concept.word for concept in reply.question.concepts}
