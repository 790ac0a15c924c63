from django.db import connection

from features.discovery.services import rebuild, relearn_words


def scale(world) -> str:
    """The rebuild itself, so that a later one finds nothing to do."""
    with connection.cursor() as cursor:  # sorted into the index at once; the limit is for single ones
        cursor.execute("ALTER INDEX document_words RESET (gin_pending_list_limit)")
    parts = [f"{part.written:,} of kind {part.kind}" for part in rebuild()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('document_words'), gin_clean_pending_list('document_skills')")
        cursor.execute("ALTER INDEX document_words SET (gin_pending_list_limit = 512)")
    new, _gone = relearn_words()
    return f"documents: {', '.join(parts)}; {new:,} words"
