from features.skills.services import load_starter


def fill(now):
    load_starter()
