"""Rebuilds the bundled bilingual model: `python -m training` from base weights, lexicon and written passages.

settings     every number of the recipe, in one frozen record
data         passages, sibling pairs and lexicon from disk; the held-out part
vocabulary   one WordPiece vocabulary for Dutch and English, and the first values of its Dutch rows
noise        typing errors and switching between the languages inside a text
batches      what one training step sees
encoder      token vectors, sentence vectors and passage vectors out of one forward pass
losses       what training minimises
teacher      the base model's vectors of the English texts
train        the loop: checkpoint, resume, early stopping on retrieval
retrieval    the held-out retrieval measure
benchmark    the public benchmark, dense only
package      the folder that sentence-transformers loads, and its checksum
"""
