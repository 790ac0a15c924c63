"""JSON of Discourse: topics as `/t/ID.json?include_raw=1` answers them, one a file in a folder, or a list of them in
one file, by itself or under "topics". Posts without `raw` are made from `cooked`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from features.forum.importing.markdown import markdown_of
from features.forum.importing.records import NotAnExport, Person, Problem, Said

LIKE = 2  # the kind of action
REGULAR = 1  # the kind of post that people write
PRIVATE = "private_message"
OUT_OF_SIGHT = ("hidden", "deleted_at", "user_deleted")  # by moderators, for good, by who wrote it


class Discourse:
    def __init__(self, path: Path):
        self.files = sorted(path.glob("*.json")) if path.is_dir() else [path]

    def people(self) -> Iterator[Person | Problem]:
        seen = set()
        for where, topic in self._topics():
            if isinstance(topic, Problem):
                continue  # said with the posts
            for post in _posts(topic):
                name = post.get("username")
                if name and name not in seen and isinstance(name, str):
                    seen.add(name)
                    try:
                        yield Person(f"user:{name}", str(post.get("name") or name), _time(post["created_at"]))
                    except (KeyError, ValueError, TypeError) as error:
                        yield Problem(f"{where} {name}", f"no usable time: {error}")

    def said(self) -> Iterator[Said | Problem]:
        for where, topic in self._topics():
            if isinstance(topic, Problem):
                yield topic
                continue
            posts = sorted(_posts(topic), key=lambda post: post.get("post_number") or 0)
            first = None
            for post in posts:
                if post.get("post_type", REGULAR) != REGULAR or any(post.get(mark) for mark in OUT_OF_SIGHT):
                    continue
                spot = f"{where} post {post.get('id', '?')}"
                try:
                    made = _said(topic, post, spot, first)
                except (KeyError, ValueError, TypeError, AttributeError) as error:
                    yield Problem(spot, f"{type(error).__name__}: {error}")
                    continue
                first = first or made.ref
                yield made

    def accepted(self) -> Iterator[str]:
        for _where, topic in self._topics():
            if number := _accepted_number(topic):
                for post in _posts(topic):
                    if post.get("post_number") == number and "id" in post:
                        yield f"post:{post['id']}"

    def _topics(self) -> Iterator[tuple[str, dict | Problem]]:
        for file in self.files:
            try:
                data = json.loads(file.read_bytes())
            except (ValueError, RecursionError) as error:
                if len(self.files) == 1:
                    raise NotAnExport(f"{file.name} is no JSON: {error}") from error
                yield file.name, Problem(file.name, f"no JSON: {error}")
                continue
            found = data.get("topics", [data]) if isinstance(data, dict) else data
            for number, topic in enumerate(found if isinstance(found, list) else [found], start=1):
                spot = f"{file.name} topic {number}"
                if not (isinstance(topic, dict) and "title" in topic and _posts(topic)):
                    yield spot, Problem(spot, "no topic with a title and posts")
                    continue
                spot = f"{file.name} topic {topic.get('id', number)}"
                why = _why_not_public(topic)
                yield spot, Problem(spot, f"left out: {why}") if why else topic


def _why_not_public(topic) -> str:
    """What few or nobody could read over there is not read by everybody here."""
    if topic.get("archetype") == PRIVATE:
        return "a private message"
    if topic.get("deleted_at") or topic.get("deleted_by"):
        return "it was deleted"
    return "" if topic.get("visible", True) else "it was not listed"


def _posts(topic) -> list[dict]:
    if not isinstance(topic, dict):
        return []
    stream = topic.get("post_stream")
    found = stream.get("posts") if isinstance(stream, dict) else topic.get("posts")
    return [post for post in found if isinstance(post, dict)] if isinstance(found, list) else []


def _accepted_number(topic) -> int | None:
    answer = topic.get("accepted_answer") if isinstance(topic, dict) else None
    return answer.get("post_number") if isinstance(answer, dict) else None


def _said(topic, post, where, first) -> Said:
    tags = [tag if isinstance(tag, str) else tag["name"] for tag in topic.get("tags") or []]
    likes = [act.get("count", 0) for act in post.get("actions_summary") or [] if act.get("id") == LIKE]
    return Said(
        ref=f"post:{post['id']}",
        where=where,
        author=f"user:{post['username']}",
        text=post["raw"] if isinstance(post.get("raw"), str) else markdown_of(post["cooked"]),
        at=_time(post["created_at"]),
        title="" if first else str(topic["title"]),
        is_question=_accepted_number(topic) is not None,
        is_closed=bool(topic.get("closed")),
        parent=first or "",
        tags=tags,
        ups=sum(int(count) for count in likes),
    )


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
