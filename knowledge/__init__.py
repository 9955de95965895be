"""
What it knows: documents, passages, answers and the decision model; nothing here has heard of chat.

The matrices here are small: linear algebra in several threads would wait for itself most of the
time (16 times the processor time for one question, on two busy cores), and its library asks only
when NumPy is imported.
"""

import os

for _threads in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):  # the latter on macOS
    os.environ.setdefault(_threads, "1")
