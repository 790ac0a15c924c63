"""Where a document stands in the order of time, as keys in the search's index: so the newest of a million that hold a
word are found without a look at the others. Plain numbers in and out."""

BLOCKS = (6, 9, 12, 15, 18, 21, 24)  # a block holds 2 ** this many ids
USUAL = 10  # standing: what stands higher is looked for as if it were so many times as new
AS_IF_NEWER = 4
FIRST, WIDER = 128, 2  # ids in the first ring; how much wider each of the next is

# Keys of a row: a block of each size that it lies in, and whether it stands higher than usual.
KEYS = f"ARRAY[{', '.join(f'id >> {size} << 6 | {2 * size} | (standing > {USUAL})::int' for size in BLOCKS)}]"


def rings(top: int) -> list[list[int]]:
    """Keys, a list for each step back from the id `top`: each ring lies around the ones before, and is wider. Together
    they hold everything."""
    end = higher_end = _block(top, BLOCKS[0]) + 2 ** BLOCKS[0]
    made, width = [], FIRST
    while end > 0:
        start, higher_start = _start(end, width), _start(higher_end, width * AS_IF_NEWER)
        made.append([*_keys(start, end, 0), *_keys(higher_start, higher_end, 1)])
        end, higher_end, width = start, higher_start, width * WIDER
    return made


def _block(number: int, size: int) -> int:
    return number >> size << size


def _start(end: int, width: int) -> int:
    size = max(size for size in BLOCKS if 2**size <= width)
    return max(0, _block(end - width, size))


def _keys(start: int, end: int, is_higher: int):
    """The fewest blocks that fill this stretch."""
    while start < end:
        size = max(size for size in BLOCKS if start % 2**size == 0 and start + 2**size <= end)
        yield start >> size << 6 | 2 * size | is_higher
        start += 2**size
