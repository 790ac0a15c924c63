def viewer_zone(get_response):
    return get_response


def privileged_needs_mfa(get_response):
    return get_response
