"""Incremental updates: exactly what changed is read, embedded and published."""

import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import CountingEmbedder
from samples import ARTICLES, write

from index.archive import Archive
from index.errors import ArchiveBusyError, ModelMismatchError, SourceError
from index.loading import FORMATS
from index.locks import writer_lock
from index.sources import Patterns
from index.stopping import stop_on_interrupt
from index.store import Store
from index.update import Report, Updater, check_sources, plan_update, update_archive

Update = Callable[..., Report]


def ids(index: Path) -> list[str]:
    with closing(Store(index)) as store:
        return store.article_ids()


def text_of(index: Path, article_id: str) -> str:
    with closing(Store(index)) as store:
        article = store.article(article_id)
        assert article is not None
        return article.text


def sound(index: Path) -> bool:
    with closing(Archive.open(index)) as archive:
        assert archive.check() == []
        counts = archive.store.counts()
        contents = archive.store.keys.contents(archive.store.keys.since(0))
        assert counts["vectors"] == len(set(contents.values()))
    return True


def test_first_update_adds_everything_once(update: Update, index: Path, embedder: CountingEmbedder) -> None:
    report = update()
    assert report.plan.added == tuple(ARTICLES)
    assert (report.plan.changed, report.plan.removed, report.plan.unchanged, report.skipped) == ((), (), (), ())
    assert report.embedded == embedder.embedded == 4
    assert ids(index) == list(ARTICLES)
    assert sound(index)


def test_nothing_changed_reads_and_embeds_nothing(
    update: Update, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update()
    monkeypatch.setattr("index.collecting.file_digest", lambda path: pytest.fail(f"{path} was read"))
    report = update()
    assert report.plan.unchanged == tuple(ARTICLES)
    assert (report.plan.added, report.plan.changed, report.plan.removed) == ((), (), ())
    assert report.embedded == 0
    assert embedder.embedded == 4


def test_one_new_article_costs_one_article(update: Update, source: Path, index: Path) -> None:
    update()
    write(source / "d.txt", "Iets heel anders over het weer.")
    report = update()
    assert (report.plan.added, report.embedded) == (("d.txt",), 1)
    assert sound(index)


def test_an_edit_replaces_and_embeds_only_what_differs(update: Update, source: Path, index: Path) -> None:
    update()
    write(source / "a.txt", ARTICLES["a.txt"].replace("blaft naar de buren", "slaapt"))
    report = update()
    assert (report.plan.changed, report.embedded) == (("a.txt",), 1)  # its first passage is as it was
    assert "blaft" not in text_of(index, "a.txt")
    assert sound(index)


def test_a_touched_file_is_read_but_not_published(update: Update, source: Path, index: Path) -> None:
    update()
    with closing(Store(index)) as store:
        before = store.sequence
    write(source / "a.txt", ARTICLES["a.txt"], age=30)
    report = update()
    assert report.plan.unchanged == tuple(ARTICLES)
    with closing(Store(index)) as store:
        assert store.sequence == before


def test_an_edit_within_the_same_tick_and_size_is_noticed(update: Update, source: Path, index: Path) -> None:
    (source / "a.txt").write_text("De kat.")
    stamp = (source / "a.txt").stat()
    update()
    (source / "a.txt").write_text("De das.")
    os.utime(source / "a.txt", ns=(stamp.st_mtime_ns, stamp.st_mtime_ns))
    assert update().plan.changed == ("a.txt",)
    assert text_of(index, "a.txt") == "De das."


def test_a_rename_embeds_nothing(update: Update, source: Path, index: Path) -> None:
    update()
    (source / "a.txt").rename(source / "z.txt")
    report = update()
    assert (report.plan.added, report.plan.removed, report.embedded) == (("z.txt",), ("a.txt",), 0)
    assert ids(index) == ["b.txt", "c.txt", "z.txt"]
    assert sound(index)


def test_deleted_means_gone(update: Update, source: Path, index: Path, embedder: CountingEmbedder) -> None:
    update()
    with closing(Archive.open(index)) as archive:
        (source / "b.txt").unlink()
        assert update().plan.removed == ("b.txt",)
        with archive.reading():
            assert archive.store.article("b.txt") is None
            hits = archive.search_dense(embedder.queries(["SoftBank sold its stake in Nvidia"]), 10)
            assert all(hit.article.id != "b.txt" for hit in archive.store.chunks(key for key, _ in hits).values())
            assert len(hits) == len(archive.store.chunks(key for key, _ in hits)) == 3
    assert sound(index)


def test_same_text_twice_is_two_articles_and_one_embedding(update: Update, source: Path, index: Path) -> None:
    write(source / "copy.txt", ARTICLES["a.txt"])
    assert update().embedded == 4
    assert ids(index) == ["a.txt", "b.txt", "c.txt", "copy.txt"]
    (source / "a.txt").unlink()
    update()
    assert "copy.txt" in ids(index)
    assert sound(index)


def test_two_sources_with_the_same_path_both_exist(update: Update, source: Path, index: Path, tmp_path: Path) -> None:
    other, third = tmp_path / "other", tmp_path / "deep" / "other"
    write(other / "a.txt", "Een ander artikel.")
    write(third / "a.txt", "Nog een ander artikel.")
    update(source, other, third)
    assert ids(index) == ["a.txt", "b.txt", "c.txt", "deep/other/a.txt", "other/a.txt"]
    assert update(source, other, third).plan.unchanged == tuple(ids(index))
    write(other / "a.txt", "Een gewijzigd artikel.")
    assert update(other).plan.changed == ("other/a.txt",)
    assert text_of(index, "a.txt").startswith("De kat")


def test_other_sources_stay(update: Update, source: Path, index: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other / "x.txt", "Een ander artikel.")
    update(source)
    report = update(other)
    assert (report.plan.added, report.plan.removed) == (("x.txt",), ())
    assert ids(index) == ["a.txt", "b.txt", "c.txt", "x.txt"]


def test_an_unreadable_edit_keeps_what_is_stored(update: Update, source: Path, index: Path) -> None:
    update()
    write(source / "a.txt", b"\xff\xfe broken")
    for _ in range(2):  # the second time from memory
        report = update()
        assert [(skip.path.name, skip.reason) for skip in report.skipped] == [("a.txt", "not UTF-8 (byte 0)")]
        assert "a.txt" in report.plan.unchanged
        assert report.plan.removed == ()
    assert text_of(index, "a.txt").startswith("De kat")
    write(source / "a.txt", ARTICLES["a.txt"])
    assert update().skipped == ()


def test_a_source_that_lost_every_file_is_refused(update: Update, source: Path, index: Path, tmp_path: Path) -> None:
    write(tmp_path / "other" / "x.txt", "Een ander artikel.")
    update(source, tmp_path / "other")
    for name in ARTICLES:
        (source / name).unlink()
    with pytest.raises(SourceError, match="all of its 3 files are gone.*--prune"):
        update()
    source.rmdir()
    with pytest.raises(SourceError, match="all of its 3 files are gone.*--prune"):
        update()
    with pytest.raises(SourceError, match="all of its 3 files are gone"):
        check_sources(index, [source])
    check_sources(index, [source], prune=True)
    assert len(ids(index)) == 4
    assert update(prune=True).plan.removed == tuple(ARTICLES)
    assert ids(index) == ["x.txt"]


def test_prune_forgets_sources_that_are_not_there(update: Update, source: Path, index: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other / "x.txt", "Een ander artikel.")
    update(source, other)
    (other / "x.txt").unlink()
    other.rmdir()
    assert update(source).plan.removed == ()
    assert update(source, prune=True).plan.removed == ("x.txt",)


def test_patterns(update: Update, source: Path, index: Path) -> None:
    write(source / "drafts" / "d.txt", "Een concept.")
    report = update(patterns=Patterns(include=("*.txt",), exclude=("drafts", "c.*")))
    assert report.plan.added == ("a.txt", "b.txt")
    assert update(patterns=Patterns(exclude=("drafts/*", "a.txt"))).plan.removed == ("a.txt",)
    assert update().plan.added == ("a.txt", "drafts/d.txt")


def test_a_plan_changes_nothing(update: Update, source: Path, index: Path) -> None:
    report = plan_update(index, [source])
    assert (report.plan.added, report.embedded) == (tuple(ARTICLES), 0)
    assert not index.exists()
    update()
    (source / "a.txt").unlink()
    write(source / "b.txt", "Iets anders.")
    write(source / "d.txt", b"\0")
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*") if path.suffix != ".sqlite3-shm"}
    report = plan_update(index, [source])
    assert (report.plan.added, report.plan.changed, report.plan.removed) == ((), ("b.txt",), ("a.txt",))
    assert [skip.reason for skip in report.skipped] == ["a binary file, not text"]
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_stopping_publishes_what_is_done_and_the_next_update_goes_on(
    update: Update, source: Path, index: Path, monkeypatch: pytest.MonkeyPatch, embedder: CountingEmbedder
) -> None:
    monkeypatch.setattr("index.collecting._SMALLEST", 1)
    monkeypatch.setattr("index.collecting._LARGEST", 1)
    report = update(stop=lambda: True)
    assert report.stopped
    assert report.plan.added == ("a.txt",)
    assert ids(index) == ["a.txt"]
    report = update()
    assert not report.stopped
    assert report.plan.added == ("b.txt", "c.txt")
    assert embedder.embedded == 4
    assert sound(index)


def test_the_first_interrupt_asks_and_the_second_interrupts(
    update: Update, index: Path, request: pytest.FixtureRequest
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start without it
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    with stop_on_interrupt() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        assert update(stop=stop.is_set).stopped
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert update().plan.unchanged == ("a.txt",)


def test_sources_are_checked_before_anything_is_read(index: Path, source: Path, tmp_path: Path) -> None:
    check_sources(index, [source, "https://example.org/feed.xml"])
    with pytest.raises(SourceError, match="there is no such folder or file"):
        check_sources(index, [source, tmp_path / "missing"])
    with pytest.raises(SourceError, match="no articles here"):
        check_sources(index, [source], patterns=Patterns(include=("*.pdf",)))
    assert not index.exists()


def test_progress_counts_articles(update: Update, source: Path) -> None:
    write(source / "many.jsonl", "".join(f'{{"text": "artikel nummer {n}"}}\n' for n in range(5)))
    seen: list[tuple[int, int]] = []
    update(progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 8)
    assert seen[-1] == (8, 8)


def test_another_model_is_refused(update: Update, index: Path, source: Path) -> None:
    update()
    with pytest.raises(ModelMismatchError, match="built with the model counting, not other"):
        update_archive(index, [source], CountingEmbedder(name="other"))


def test_one_writer_at_a_time(update: Update, index: Path) -> None:
    update()
    with writer_lock(index), pytest.raises(ArchiveBusyError, match=r"process \d+ \(since .*\) is updating this index"):
        update()
    assert update().plan.unchanged == tuple(ARTICLES)


def test_sources_inside_each_other_are_refused(update: Update, source: Path) -> None:
    write(source / "deep" / "d.txt", "Een artikel.")
    with pytest.raises(SourceError, match="lies inside"):
        update(source, source / "deep")


def test_a_single_file_is_a_source(update: Update, source: Path, index: Path) -> None:
    assert update(source / "a.txt").plan.added == ("a.txt",)
    assert update(source / "a.txt").plan.unchanged == ("a.txt",)


def test_only_garbage_is_refused(update: Update, tmp_path: Path) -> None:
    write(tmp_path / "garbage" / "x.txt", b"\0")
    with pytest.raises(SourceError, match=r"none of its 1 files is an article \(x.txt: a binary file, not text\)"):
        update(tmp_path / "garbage")


def test_lines_of_a_jsonl_file_are_articles(update: Update, source: Path, index: Path) -> None:
    rows = [
        '{"id": "x", "text": "Eerste bericht."}',
        '{"text": "Tweede bericht."}',
        '{"id": "x", "text": "Derde."}',
        "{",
    ]
    write(source / "m.jsonl", "\n".join(rows))
    report = update()
    assert [article for article in ids(index) if "#" in article] == ["m.jsonl#2", "m.jsonl#x"]
    assert [skip.reason.split(" (")[0] for skip in report.skipped] == [
        "the id m.jsonl#x occurs twice",
        "line 4: not JSON",
    ]
    assert [skip.reason for skip in update().skipped] == [skip.reason for skip in report.skipped]
    write(source / "m.jsonl", rows[1])
    report = update()
    assert (report.plan.added, report.plan.removed) == (("m.jsonl#1",), ("m.jsonl#2", "m.jsonl#x"))
    assert report.embedded == 0
    assert sound(index)


def test_a_jsonl_file_of_which_nothing_can_be_read_keeps_what_is_stored(
    update: Update, source: Path, index: Path
) -> None:
    write(source / "m.jsonl", '{"text": "Eerste bericht."}\n{"text": "Tweede bericht."}')
    update()
    write(source / "m.jsonl", '{"text": "Derde bericht."}'.encode("utf-16"))
    report = update()
    assert [skip.reason for skip in report.skipped] == ["line 1: not UTF-8"]
    assert {"m.jsonl#1", "m.jsonl#2"} <= set(ids(index))


def test_a_source_by_two_names_is_one(update: Update, source: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(source)
    assert update(source, str(source), tmp_path / "link").plan.added == tuple(ARTICLES)


def test_a_link_to_itself_is_passed_over(update: Update, source: Path) -> None:
    (source / "loop.txt").symlink_to("loop.txt")
    assert update().plan.added == tuple(ARTICLES)


def test_what_could_not_be_read_is_tried_again(
    update: Update, source: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    update()
    write(source / "new.txt", "Een nieuw artikel.")
    with monkeypatch.context() as broken:
        broken.setitem(FORMATS, ".txt", replace(FORMATS[".txt"], read=fail))
        assert [skip.reason for skip in update().skipped] == ["cannot be read (Input/output error)"]
    assert update().plan.added == ("new.txt",)
    assert sound(index)


def test_below_a_link_to_another_folder_nothing_is_taken(
    update: Update, source: Path, index: Path, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    update()
    write(tmp_path / "private" / "secret.txt", "Een geheim.")
    (source / "link").symlink_to(tmp_path / "private")
    with closing(Updater(index, embedder)) as updater:
        for changed in (source / "link", source / "link" / "secret.txt"):
            assert updater.update([source], only=[changed]).plan.added == ()


def test_a_change_beside_a_file_that_is_a_source_is_not_the_sources(
    update: Update, source: Path, index: Path, embedder: CountingEmbedder
) -> None:
    files = [source / "a.txt", source / "b.txt"]
    update(*files)
    write(source / "b.txt", "Iets anders.")
    with closing(Updater(index, embedder)) as updater:
        report = updater.update(files, only=[source / "b.txt"])
    assert (report.plan.added, report.plan.changed) == ((), ("b.txt",))


def test_a_no_break_space_before_a_full_stop(update: Update, source: Path, index: Path) -> None:
    text = "De kat koos voor plan B\xa0. De hond blafte. So do I\xa0.\xa0.\xa0. but"
    write(source / "spaces.txt", text)
    assert "spaces.txt" in update().plan.added
    assert sound(index)
