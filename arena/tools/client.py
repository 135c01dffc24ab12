"""Runs a job (JSON on standard input) with one of Debian's Python clients; prints one line of statuses per session."""
import asyncio
import json
import random
import re
import ssl
import sys
import time
import warnings

warnings.filterwarnings("ignore")
job = json.load(sys.stdin)
library = sys.argv[1]
placeholder = re.compile(r"\{([a-z]+)\}")


def filled(text, found):
    return placeholder.sub(lambda match: found.get(match.group(1), match.group(0)), text)


def search(step, text, found):
    wanted = step.get("find")
    if not wanted or wanted["before"] not in text:
        return
    rest = text.split(wanted["before"], 1)[1]
    if wanted["behind"] in rest:
        found[wanted["name"]] = rest.split(wanted["behind"], 1)[0]


def parts(step, found):
    own = {name: filled(value, found) for name, value in step.get("headers", {}).items()}
    headers = {**job["headers"], **own}
    body = step.get("body")
    if body is not None:
        body = filled(body, found).encode("utf-8")
        kind = "application/json" if step.get("type") == "json" else "application/x-www-form-urlencoded"
        headers.setdefault("Content-Type", kind)
    return job["base"] + filled(step["path"], found), headers, body


def say(statuses):
    print(json.dumps(statuses), flush=True)


def run_requests():
    import requests

    for steps in job["sessions"]:
        statuses, found = [], {}
        with requests.Session() as session:
            # With the environment trusted, a bundle named there would overrule `verify`.
            session.trust_env = False
            session.verify = False
            for step in steps:
                time.sleep(step.get("pauseMs", 0) / 1000)
                url, headers, body = parts(step, found)
                try:
                    answer = session.request(step["method"], url, headers=headers, data=body, timeout=15)
                    if not job["jar"]:
                        session.cookies.clear()
                    search(step, answer.text, found)
                    statuses.append(answer.status_code)
                except requests.RequestException:
                    statuses.append(0)
        say(statuses)


def run_httpx():
    import httpx

    for steps in job["sessions"]:
        statuses, found = [], {}
        with httpx.Client(verify=False, http2=True, timeout=15, follow_redirects=True) as client:
            for step in steps:
                time.sleep(step.get("pauseMs", 0) / 1000)
                url, headers, body = parts(step, found)
                try:
                    answer = client.request(step["method"], url, headers=headers, content=body)
                    if not job["jar"]:
                        client.cookies.clear()
                    search(step, answer.text, found)
                    statuses.append(answer.status_code)
                except httpx.HTTPError:
                    statuses.append(0)
        say(statuses)


async def run_aiohttp():
    import aiohttp

    lax = ssl.create_default_context()
    lax.check_hostname = False
    lax.verify_mode = ssl.CERT_NONE
    for steps in job["sessions"]:
        statuses, found = [], {}
        jar = aiohttp.CookieJar(unsafe=True) if job["jar"] else aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(ssl=lax)) as session:
            for step in steps:
                await asyncio.sleep(step.get("pauseMs", 0) / 1000)
                url, headers, body = parts(step, found)
                try:
                    async with session.request(step["method"], url, headers=headers, data=body) as answer:
                        search(step, await answer.text(errors="replace"), found)
                        statuses.append(answer.status)
                except aiohttp.ClientError:
                    statuses.append(0)
        say(statuses)


random.seed(1)
if library == "requests":
    run_requests()
elif library == "httpx":
    run_httpx()
else:
    asyncio.run(run_aiohttp())
