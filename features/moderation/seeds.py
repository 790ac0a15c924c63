def fill(now):
    pass
