"""Ways to make a journey. The main one is made in all four; the others in two, which still are both of each."""

import pytest


def _ways(*pairs):
    names = [f"{screen}-{'script' if javascript else 'no-script'}" for screen, javascript in pairs]
    return pytest.mark.parametrize(("screen", "javascript"), pairs, ids=names, indirect=True)


scripted_phone_and_plain_desk = _ways(("phone", True), ("desk", False))
plain_phone_and_scripted_desk = _ways(("phone", False), ("desk", True))
