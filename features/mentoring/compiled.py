"""All lists by the compiled kernel. Only commands import this: numpy and numba stay out of the web process."""

from features.mentoring.matching import fast
from features.mentoring.services.matching import MILLIONTHS, Found

CHUNK = 50_000


def in_compiled(builder, before) -> Found:
    import numpy as np

    market = builder.finish(fast.wrap)
    mentors, scores, counts = fast.lists(market, np.arange(len(builder.mentees)))
    mentor_ids, mentee_ids = fast.wrap(builder.mentors), fast.wrap(builder.mentees)

    def rows():
        for start in range(0, len(mentee_ids), CHUNK):
            part = slice(start, start + CHUNK)
            numbers = mentor_ids[np.maximum(mentors[part], 0)].tolist()
            whole = np.rint(scores[part] * MILLIONTHS).astype(np.int64).tolist()
            for mentee, found, points, count in zip(
                mentee_ids[part].tolist(), numbers, whole, counts[part].tolist(), strict=True
            ):
                yield mentee, found[:count], points[:count]

    def priced():
        known = [before.get(pk, 0.0) for pk in builder.mentors]
        found, exposure = fast.settled(mentors, scores, counts, market.or_room, known)
        return zip(builder.mentors, found.tolist(), exposure.tolist(), strict=True)

    return Found(rows(), priced)
