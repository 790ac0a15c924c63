"""The same functions compiled, on two cores. Needs numpy and numba: for processes of the worker alone."""

import os
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from features.mentoring.matching import kernel, prices
from features.mentoring.matching.plain import SIZE

CHUNK = 2_000


@numba.njit(inline="always")
def _count_bits(word):
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


_top, _pair, barred = kernel.build(numba.njit(nogil=True), _count_bits)


def wrap(rows):
    """An array of the market without a copy."""
    return np.frombuffer(rows, dtype=rows.typecode) if len(rows) else np.empty(0, dtype=rows.typecode)


@numba.njit(nogil=True)
def _some(market, mentees, size, scratch, hits, terms, mentors, scores, counts):
    for place in range(len(mentees)):
        counts[place] = _top(market, mentees[place], size, scratch, hits, mentors[place], scores[place], terms)


@numba.njit(nogil=True)
def _column(market, mentor, mentees, terms, found):
    for place in range(len(mentees)):
        found[place] = _pair(market, mentees[place], mentor, terms)


def lists(market, mentees, size=SIZE, threads=None):
    """(mentors, scores, counts) of these mentees, a row for each; float32 suffices for what is shown."""
    mentees = np.ascontiguousarray(mentees, dtype=np.int64)
    mentors = np.full((len(mentees), size), -1, np.int32)
    scores = np.zeros((len(mentees), size), np.float64)
    counts = np.zeros(len(mentees), np.int32)
    many = len(market.or_room)

    def work(part):
        scratch, hits, terms = np.zeros(many * 7), np.zeros(many * 2, np.int32), np.zeros(9)
        for start in part:
            rows = slice(start, start + CHUNK)
            _some(market, mentees[rows], size, scratch, hits, terms, mentors[rows], scores[rows], counts[rows])

    starts = range(0, len(mentees), CHUNK)
    threads = threads or min(len(starts), os.cpu_count() or 1) or 1
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, [starts[number::threads] for number in range(threads)]))
    return mentors, scores, counts


def column(market, mentor, mentees):
    """The scores that one mentor has with these mentees."""
    mentees = np.ascontiguousarray(mentees, dtype=np.int64)
    found = np.zeros(len(mentees))
    _column(market, mentor, mentees, np.zeros(9), found)
    return found


_pick, _settle = prices.build(numba.njit(nogil=True))


def settled(mentors, scores, counts, room, before=None):
    """(prices, exposure) by the mentor's number, as prices.settled."""
    found = np.zeros(len(room)) if before is None else np.array(before, np.float64)
    exposure = np.zeros(len(room))
    _settle(mentors, scores, counts, np.asarray(room), found, exposure, np.zeros(prices.SHOWN, np.int32))
    return found, exposure
