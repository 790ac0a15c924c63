"""Django's cache in a table: shared by all processes, and nothing is ever pushed out by something else.

What is kept here guards logins (attempts, codes that were used), so a flood must not make it forget, and "add if
absent" must have one winner. Each act is one statement. Values are JSON.
"""

import json
import pickle

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from core.keys import is_marked, marks

GET = """
    SELECT value FROM core_cacheentry
    WHERE key = %s AND (expires_at IS NULL OR expires_at > statement_timestamp())
"""
# A timeout of 0 or less is over at once; NULL never ends.
SET = """
    INSERT INTO core_cacheentry (key, value, expires_at)
    VALUES (%s, %s::jsonb, statement_timestamp() + make_interval(secs => %s::double precision))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
ADD = """
    INSERT INTO core_cacheentry AS old (key, value, expires_at)
    VALUES (%s, %s::jsonb, statement_timestamp() + make_interval(secs => %s::double precision))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
    WHERE old.expires_at <= statement_timestamp()
    RETURNING true
"""
INCR = """
    UPDATE core_cacheentry SET value = to_jsonb((value #>> '{}')::bigint + %s)
    WHERE key = %s AND (expires_at IS NULL OR expires_at > statement_timestamp())
    RETURNING value
"""
TOUCH = """
    UPDATE core_cacheentry SET expires_at = statement_timestamp() + make_interval(secs => %s::double precision)
    WHERE key = %s AND (expires_at IS NULL OR expires_at > statement_timestamp())
    RETURNING true
"""
DELETE = """
    DELETE FROM core_cacheentry WHERE key = %s
    RETURNING expires_at IS NULL OR expires_at > statement_timestamp()
"""


class TableCache(BaseCache):
    def __init__(self, location, params):
        super().__init__(params)

    def get(self, key, default=None, version=None):
        found = self._run(GET, self._key(key, version))
        return json.loads(found[0]) if found else default

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self._run(SET, self._key(key, version), json.dumps(value), self._seconds(timeout))

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        """Of many at once, one gets True: the others find its row, or wait for it to be committed."""
        return bool(self._run(ADD, self._key(key, version), json.dumps(value), self._seconds(timeout)))

    def incr(self, key, delta=1, version=None):
        found = self._run(INCR, delta, self._key(key, version))
        if not found:
            raise ValueError(f"Key {key!r} not found")
        return json.loads(found[0])

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return bool(self._run(TOUCH, self._seconds(timeout), self._key(key, version)))

    def delete(self, key, version=None):
        was_alive = self._run(DELETE, self._key(key, version))
        return bool(was_alive and was_alive[0])

    def clear(self):
        self._run("DELETE FROM core_cacheentry")

    def _key(self, key, version):
        return self.make_and_validate_key(key, version=version)

    def _seconds(self, timeout):
        return self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout

    def _run(self, statement, *values):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None


class Signed:
    """How values lie in Redis, where there is one instead of the table. Django would unpickle whatever it finds there,
    and so run the code of whoever can write to it; what was not signed here is as if it were not there."""

    def dumps(self, value):
        if type(value) is int:  # as it is, for Redis counts by itself
            return value
        content = pickle.dumps(value)
        return bytes.fromhex(next(marks(PURPOSE, content))) + content

    def loads(self, data):
        try:
            return int(data)
        except ValueError:
            signature, content = data[:SIGNATURE], data[SIGNATURE:]
        is_ours = is_marked(PURPOSE, content, signature.hex())
        return pickle.loads(content) if is_ours else None  # noqa: S301 - we pickled it ourselves


PURPOSE, SIGNATURE = "core.cache", 32  # bytes
