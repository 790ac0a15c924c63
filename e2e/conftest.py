import pytest

from tests import chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, playwright):
    path = chromium.find(playwright.chromium.executable_path)
    if not path:
        pytest.fail(chromium.ADVICE, pytrace=False)
    # /dev/shm is small in containers; the rest keeps the browser from calling home.
    quiet = ["--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"]
    return {**browser_type_launch_args, "executable_path": path, "args": quiet}
