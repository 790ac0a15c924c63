from django.db import connection

from features.discovery.services import learn_words, rebuild, relearn_words


def fill(now):
    """The worker does this every few minutes; a newcomer's first slip is to be understood at once."""
    learn_words()


def scale(world) -> str:
    """The rebuild itself, so that a later one finds nothing to do."""
    parts = [f"{part.written:,} of kind {part.kind}" for part in rebuild()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('document_words'), gin_clean_pending_list('document_skills')")
    new, _gone = relearn_words()
    return f"documents: {', '.join(parts)}; {new:,} words"
