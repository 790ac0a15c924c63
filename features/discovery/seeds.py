from features.discovery.services import learn_words


def fill(now):
    """The worker does this every few minutes; a newcomer's first slip is to be understood at once."""
    learn_words()
