"""What is the matter with items, from the options people chose. Arrays in, findings out: (item, kind, facts)."""

from collections.abc import Sequence

import numpy as np

FEW = 60  # answers, below which nothing is said
HASTE = 3.0  # seconds
CLEARLY = 0.2  # better by so much, another option is more the key than the key


def rest_correlations(right: np.ndarray) -> np.ndarray:
    """Of each item with the rest of the test, over who was asked it."""
    found = np.full(right.shape[1], np.nan)
    for item in range(right.shape[1]):
        asked = ~np.isnan(right[:, item])
        if asked.sum() >= FEW:
            rest = np.nanmean(np.delete(right, item, axis=1), axis=1)
            found[item] = correlation(right[asked, item], rest[asked])
    return found


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    ok = ~(np.isnan(one) | np.isnan(other))
    if ok.sum() < 3 or one[ok].std() == 0 or other[ok].std() == 0:
        return 0.0
    return float(np.corrcoef(one[ok], other[ok])[0, 1])


def analyse(
    right: np.ndarray,
    chosen: np.ndarray | None = None,
    options: Sequence[int] | None = None,
    keys: Sequence[int] | None = None,
    seconds: np.ndarray | None = None,
    group: np.ndarray | None = None,
    guessing: np.ndarray | None = None,
) -> list[tuple[int, str, dict]]:
    """`right` is people × items (NaN: not asked); `chosen` the option of each single choice, with its `keys`."""
    found: list[tuple[int, str, dict]] = []
    correlations = rest_correlations(right)
    for item in range(right.shape[1]):
        asked = ~np.isnan(right[:, item])
        if asked.sum() < FEW:
            continue
        share, r = float(np.nanmean(right[:, item])), correlations[item]
        floor = float(guessing[item]) if guessing is not None else 0.1
        rest = np.nanmean(np.delete(right, item, axis=1), axis=1)
        key = _doubtful(item, chosen, keys, rest) if chosen is not None and keys is not None else None
        if key:
            found.append((item, "key", key))
        elif r < 0.1:
            found.append((item, "weak", {"value": round(r, 3)}))
        if share <= max(floor, 0.1):
            found.append((item, "hard", {"value": round(100 * share)}))
        elif share >= 0.97:
            found.append((item, "easy", {"value": round(100 * share)}))
        if chosen is not None and options is not None and keys is not None and keys[item] >= 0:
            for option in range(options[item]):
                if option != keys[item] and (chosen[asked, item] == option).mean() < 0.01:
                    found.append((item, "distractor", {"option": option}))
                    break
        if seconds is not None:
            times = seconds[asked, item]
            hasty = float((times < HASTE).mean())
            if hasty > 0.15:
                found.append((item, "hasty", {"value": round(100 * hasty)}))
        if (
            group is not None
            and (odds := mantel_haenszel(right[:, item], rest, group)) is not None
            and abs(odds) >= 0.64
        ):
            found.append((item, "unfair", {"value": round(odds, 2)}))
    return found


def _doubtful(item, chosen, keys, rest) -> dict | None:
    """A wrong option that the able choose rather than the marked one. Being chosen must go with being good at the rest,
    and do so more than the key does, beyond chance."""
    key = keys[item]
    if key < 0:
        return None
    picks = chosen[:, item]
    asked = picks >= 0
    margin = 2 / np.sqrt(asked.sum())
    marked = correlation((picks == key).astype(float)[asked], rest[asked])
    best, option = max(
        (correlation((picks == other).astype(float)[asked], rest[asked]), int(other))
        for other in np.unique(picks[asked])
    )
    if option != key and best - marked > CLEARLY and marked < margin:
        return {"option": option, "value": round(best, 3), "key": round(marked, 3)}
    return None


def mantel_haenszel(right: np.ndarray, rest: np.ndarray, group: np.ndarray, strata: int = 5) -> float | None:
    """log of the odds of the first group (0) against the second (1) to be right, among equally good people. Positive:
    harder for the second. None where one of the two is too small."""
    ok = ~(np.isnan(right) | np.isnan(rest)) & (group >= 0)
    if min((group[ok] == 0).sum(), (group[ok] == 1).sum()) < 40:
        return None
    cuts = np.quantile(rest[ok], np.linspace(0, 1, strata + 1)[1:-1])
    stratum = np.searchsorted(cuts, rest)
    above = below = 0.0
    for number in range(strata):
        here = ok & (stratum == number)
        total = here.sum()
        if total:
            first, second = here & (group == 0), here & (group == 1)
            above += right[first].sum() * (1 - right[second]).sum() / total
            below += (1 - right[first]).sum() * right[second].sum() / total
    return float(np.log((above + 0.5) / (below + 0.5)))
