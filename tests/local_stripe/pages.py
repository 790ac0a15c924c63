"""The hosted page: a person pays on it, is declined, or leaves. It says in large letters what it is."""

from html import escape

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:17px/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;color:#1b2a2e}}
.mark{{background:#fff3cd;border:2px solid #7a5b00;padding:.75rem 1rem;border-radius:8px}}
button{{font:inherit;padding:.7rem 1.2rem;margin:.4rem .5rem .4rem 0;border-radius:7px;border:1px solid #444}}
.pay{{background:#0b5d4e;color:#fff}} table{{width:100%;border-collapse:collapse}} td{{padding:.3rem 0}}
td:last-child{{text-align:right}}</style></head><body><main>
<p class="mark"><strong>A local stand-in for Stripe.</strong> No money moves here, and no card is asked for.</p>
{body}</main></body></html>"""


def amount(minor: int, currency: str) -> str:
    if currency in ("jpy", "krw", "vnd", "clp"):
        return f"{minor} {currency.upper()}"
    return f"{minor / 100:.2f} {currency.upper()}"


def pay_page(session: dict, asked: dict, note: str = "") -> str:
    if session["status"] != "open":
        words = {"complete": "This is paid.", "expired": "The time to pay is over. Nothing was charged."}
        body = f"<h1>{words[session['status']]}</h1>"
        if session["cancel_url"]:
            body += f'<p><a href="{escape(session["cancel_url"])}">Back to the site</a></p>'
        return PAGE.format(title="Stand-in for Stripe", body=body)
    rows = "".join(
        f"<tr><td>{escape(item['name'])} × {item['quantity']}</td>"
        f"<td>{amount(item['amount'], item['currency'])}</td></tr>"
        for item in asked["items"]
    )
    total = amount(session["amount_total"], session["currency"])
    body = f"""<h1>Pay {total}</h1>{f'<p role="alert"><strong>{note}</strong></p>' if note else ""}
<table>{rows}</table><form method="post">
<button class="pay" name="act" value="pay">Pay {total}</button>
<button name="act" value="decline">Have the card declined</button>
<button name="act" value="late">Pay, but come back late: the news is held back</button>
<button name="act" value="leave">Leave without paying</button></form>"""
    return PAGE.format(title=f"Pay {total}", body=body)
