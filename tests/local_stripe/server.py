"""The stand-in as a small HTTP server on loopback: the API below /v1/, the page to pay on below /pay/."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.local_stripe import api, billing, connect, direct, hosted, money, pages, subscriptions  # noqa: F401 - routes
from tests.local_stripe.parameters import BadParameter, nested
from tests.local_stripe.state import State


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int = 0, state: State | None = None, key: str = ""):
        super().__init__(("127.0.0.1", port), Handler)
        self.state, self.key = state or State(), key
        self.url = f"http://localhost:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # whoever asked has gone


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: the second waited 40 ms for word of the first
    server: Server

    def do_GET(self):
        if self.path.startswith("/v1/"):
            return self.api("GET", urlsplit(self.path).query)
        return self.page()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith("/v1/"):
            return self.api("POST", body)
        return self.act(parse_qs(body).get("act", [""])[0])

    def do_DELETE(self):
        return self.api("DELETE", urlsplit(self.path).query)

    # --- The API ------------------------------------------------------------------------------------------------------
    def api(self, method, text):
        state, path = self.server.state, urlsplit(self.path).path
        fault = self.fault(method, path)
        if isinstance(fault, int):
            return self.say(fault, error("api_error", "fault", "The plan says so."))
        if self.server.key and self.headers.get("Authorization") != f"Bearer {self.server.key}":
            return self.say(401, error("invalid_request_error", "", "Invalid API Key provided."))
        key = self.headers.get("Idempotency-Key") if method == "POST" else None
        with state.lock:
            state.requests.append((f"{method} {path}", key or ""))
            status, answer = self.once(key, method, path, text)
            if method == "POST":
                state.keep()
        if fault == "reset":  # the work is done, and nobody hears of it
            self.close_connection = True
            return self.connection.close()
        if isinstance(fault, float):  # the work is done, and it is told of so many seconds later
            time.sleep(fault)
        return self.say(status, answer)

    def once(self, key, method, path, text):
        """The same key and body get the same answer; another body under a used key is an error."""
        answers = self.server.state.answers
        if key and key in answers:
            asked, status, answer = answers[key]
            if asked != f"{method} {path} {text}":
                words = "Keys for idempotent requests can only be used with the same parameters."
                return 400, error("idempotency_error", "", words)
            return status, answer
        try:
            account = self.headers.get("Stripe-Account", "")
            status, answer = 200, api.answer(self.server.state, method, path, nested(text), self.server.url, account)
        except BadParameter as bad:
            return 400, error("invalid_request_error", bad.code, str(bad), bad.param)
        except money.Refused as refused:
            status, answer = refused.status, error(refused.kind, refused.code, str(refused))
        if key:
            answers[key] = [f"{method} {path} {text}", status, answer]
        return status, answer

    def fault(self, method, path):
        with self.server.state.lock:
            for fault in list(self.server.state.faults):
                if f"{method} {path}".startswith(fault[0]):
                    self.server.state.faults.remove(fault)
                    return fault[1]
        return None

    # --- The page -----------------------------------------------------------------------------------------------------
    def session(self):
        state, name = self.server.state, urlsplit(self.path).path.removeprefix("/pay/")
        money.expire_due(state)
        session = state.objects.get(name)
        return session, state.objects.get(f"{name}/asked")

    def page(self, note=""):
        if not self.path.startswith("/pay/"):
            with self.server.state.lock:
                return self.hosted(hosted.show(self.server.state, self.path))
        with self.server.state.lock:
            session, asked = self.session()
        if not session or session["object"] != "checkout.session":
            return self.say(404, "<h1>There is nothing here.</h1>")
        return self.say(200, pages.pay_page(session, asked, note))

    def hosted(self, answer):
        if answer is None:
            return self.say(404, "<h1>There is nothing here.</h1>")
        return self.go(answer[1:]) if answer.startswith(">") else self.say(200, answer)

    def act(self, act):
        state = self.server.state
        if not self.path.startswith("/pay/"):
            with state.lock:
                answer = hosted.act(state, self.path, act)
                state.keep()
            for listener in state.listeners:
                listener.flush()
            return self.hosted(answer)
        with state.lock:
            session, _asked = self.session()
            if not session:
                return self.say(404, "<h1>There is nothing here.</h1>")
            if act == "leave":
                return self.go(session["cancel_url"])
            if act == "decline":
                return self.page("The card was declined. Nothing was charged; try again or leave.")
            listeners, held = state.listeners, act == "late"
            state.listeners = [] if held else listeners
            try:
                session = money.pay(state, session["id"])
            finally:
                state.listeners = listeners
            state.keep()
        if session["status"] != "complete":
            return self.page()
        for listener in [] if held else listeners:
            listener.flush()
        return self.go(session["success_url"])

    def go(self, url):
        self.send_response(303)
        self.send_header("Location", url.replace("{CHECKOUT_SESSION_ID}", ""))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def say(self, status, answer):
        is_page = isinstance(answer, str)
        body = (answer if is_page else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def error(kind, code, words, param="") -> dict:
    return {"error": {"type": kind, "code": code, "message": words, "param": param}}
