"""Everything that can go wrong, as one tree. The commands turn each into one clear line.

ArticleQAError
├── InputError              what was given cannot be used
│   ├── SourceError         a folder or file of articles: missing, empty, not readable
│   ├── ArticleError        one file that is not an article (skipped, with its reason, inside a folder)
│   │   └── UnreadableError     one that could not be read this time, whatever it holds
│   ├── DateError           a date that does not exist or is not written as YYYY, YYYY-MM or YYYY-MM-DD
│   ├── QuestionError       a question that is empty or far too long
│   ├── ThresholdError      a shift of the threshold that is no number from -1 to 1
│   └── BenchmarkError      a benchmark folder whose files are missing or malformed
├── ArchiveError            the index folder
│   ├── ArchiveMissingError     there is no index yet
│   ├── ArchiveDamagedError     the database is not readable as one
│   ├── ArchiveVersionError     it was written by another version of the format
│   ├── ArchiveBusyError        another process is writing it
│   ├── ArchiveWriteError       the disk refused the write
│   └── ModelMismatchError      it was built with another model
├── ModelError              an embedding model that cannot be loaded
└── ServeError              the web server cannot start
"""


class ArticleQAError(Exception):
    """Base of every error this project raises on purpose. Its text is one line, fit to show to a user."""


class InputError(ArticleQAError):
    """What was given cannot be used."""


class SourceError(InputError):
    """A folder or file of articles that is missing, empty or not readable."""


class ArticleError(InputError):
    """One file that is not an article."""


class UnreadableError(ArticleError):
    """One file that could not be read, whatever it holds: another time it may be."""


class DateError(InputError):
    """A date that does not exist or is written in another way."""


class QuestionError(InputError):
    """A question that is empty or far too long."""


class ThresholdError(InputError):
    """A shift of the threshold that is no number from -1 to 1."""


class BenchmarkError(InputError):
    """A benchmark folder whose files are missing or malformed."""


class ArchiveError(ArticleQAError):
    """The index folder cannot be used."""


class ArchiveMissingError(ArchiveError):
    """There is no index in this folder."""


class ArchiveDamagedError(ArchiveError):
    """The database is not readable as one."""


class ArchiveVersionError(ArchiveError):
    """The index was written by another version of the format."""


class ArchiveBusyError(ArchiveError):
    """Another process is writing the index."""


class ArchiveWriteError(ArchiveError):
    """The disk refused the write (full, or read-only)."""


class ModelMismatchError(ArchiveError):
    """The index was built with another model."""


class ModelError(ArticleQAError):
    """An embedding model cannot be loaded."""


class ServeError(ArticleQAError):
    """The web server cannot start."""
