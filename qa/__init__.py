"""Questions in, cited answers out."""

from qa.assistant import Assistant
from qa.records import Answer, Citation, Hit, Question, Refusal, Turn

__all__ = ["Answer", "Assistant", "Citation", "Hit", "Question", "Refusal", "Turn"]
