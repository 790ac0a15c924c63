"""`python -m core.healthcheck`: exit 0 when this container's web server says that it is fit."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def main() -> int:
    named = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    host = named or urlsplit(os.environ.get("SITE_URL", "")).hostname or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
