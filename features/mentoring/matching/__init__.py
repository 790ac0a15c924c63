"""Who fits whom. Pure modules: plain data in and out, no database.

`kernel` scores, in plain Python; `fast` is the same functions compiled, for worlds in which that is worth a process.
`week` turns local hours into masks, `market` people into arrays, `reasons` a score into words, `prices` spreads what is
shown. `cohort` and `stable` assign a whole group, `linking` and `experts` read free text. What needs numpy (fast,
cohort, linking, experts) is imported by processes of the worker alone.
"""

# Raised with every change of what a score is made of; the page about the ranking says what changed.
VERSION = 2
