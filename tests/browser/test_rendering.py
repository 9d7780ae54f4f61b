"""Sources that need scripts: rendered behind every check of the crawl, or failed by name."""

from __future__ import annotations

import os
import signal
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from tests.browser.conftest import CHROMIUM
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, Seen, html

LIST = """\
<html><head><title>通知公告</title><link rel="stylesheet" href="/style.css"></head><body>
<img src="/logo.png"><ul class="list"></ul><iframe src="/frame.html"></iframe><script>
fetch('/api/list.json').then(r => r.json()).then(rows => {
  document.querySelector('ul.list').innerHTML = rows.map(
    r => `<li><a href="${r.url}">${r.title}</a><span>2026-03-02</span></li>`).join('');
});
</script></body></html>
"""
ARTICLE = """\
<html><head><title>通知</title></head><body><div id="app"></div><script>
document.cookie = 'seen=1; path=/';
for (const url of ['%(canary)s/x', 'http://2130706434:%(port)d/x', 'file:///etc/passwd'])
  fetch(url).catch(e => {});
try {
  const turn = 'turn:127.0.0.2:%(port)d?transport=tcp';
  const peer = new RTCPeerConnection({iceServers: [{urls: turn, username: 'a', credential: 'b'}]});
  peer.createDataChannel('x'); peer.createOffer().then(o => peer.setLocalDescription(o));
} catch (e) {}
try { new WebSocket('ws://127.0.0.2:%(port)d/ws') } catch (e) {}
new Image().src = '%(canary)s/pixel.png';
navigator.sendBeacon('%(canary)s/beacon');
const link = document.createElement('a'); link.href = '/file.zip'; link.download = 'x';
link.click();
window.open('%(canary)s/popup');
document.getElementById('app').innerHTML = %(body)s;
</script></body></html>
"""
JSL = "<script>document.cookie='__jsl_clearance=1|-1|x';location.href=location.href</script>"


@pytest.fixture
def needs_chromium() -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent: apt-get install chromium")
    pytest.importorskip("playwright", reason="the browser extra is not installed")


def _script_source(lab: Lab, key: str, url: str) -> None:
    lab.html_source(key, url)
    path = lab.folder / "sources" / f"{key}.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "needs: js\n", encoding="utf-8")


def _json(text: str) -> Reply:
    return Reply(text.encode(), content_type="application/json")


def _site(server: FaultServer, canary: FaultServer, count: int) -> None:
    rows = [f'{{"url": "/a/{n}.html", "title": "第{n}号通知"}}' for n in range(count)]
    server.routes["/list"] = Reply(LIST.encode())
    server.routes["/api/list.json"] = _json(f"[{', '.join(rows)}]")
    for number in range(count):
        body = "`" + article(number) + "`"
        values = {"canary": canary.url(""), "port": canary.port, "body": body}
        server.routes[f"/a/{number}.html"] = Reply((ARTICLE % values).encode())


@pytest.mark.browser
@pytest.mark.usefixtures("needs_chromium")
def test_pages_that_scripts_build_are_read_and_nothing_else_is_asked_for(
    lab: Lab, server: FaultServer
) -> None:
    server.robots("User-agent: *\nDisallow: /private/\n")
    with FaultServer("127.0.0.2") as canary:
        _site(server, canary, 2)
        server.routes["/api/list.json"] = _json(
            '[{"url": "/a/0.html", "title": "第0号通知"}, {"url": "/a/1.html", "title": "第1号"},'
            ' {"url": "/a/wall.html", "title": "验证"}, {"url": "/private/2.html", "title": "禁"}]'
        )
        server.routes["/a/wall.html"] = Reply(JSL.encode(), 521)
        lab.configure(delay=0.3, timeout=10)
        _script_source(lab, "cn-script", server.url("/list"))
        done = lab.run("cn-script")
        assert (canary.connections, canary.requests) == (0, []), done.log
    assert sorted(lab.documents()) == ["/a/0.html", "/a/1.html"], done.log
    assert "试点工作" in lab.text_of("/a/1.html")
    assert lab.frontier()["/a/wall.html"][1] == "challenge"
    assert lab.frontier()["/private/2.html"][1] == "robots_denied"
    paths = [seen.path for seen in server.requests]
    assert sorted(paths) == sorted(
        ["/robots.txt", "/list", "/api/list.json", "/a/0.html", "/a/1.html", "/a/wall.html"]
    )
    times = server.times()
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.15
    assert len({seen.headers["user-agent"] for seen in server.requests}) == 1
    assert not any("cookie" in seen.headers for seen in server.requests)


@pytest.mark.browser
@pytest.mark.usefixtures("needs_chromium")
def test_the_browser_ends_with_its_crawl_also_when_that_is_killed(
    lab: Lab, server: FaultServer
) -> None:
    reached = threading.Event()

    def wait(seen: Seen, _: int) -> Reply:
        reached.set()
        return Reply(hang=True)

    server.routes["/list"] = Reply(LIST.encode())
    server.routes["/api/list.json"] = wait
    _script_source(lab, "cn-script", server.url("/list"))
    child = lab.start(lab.queue("cn-script"))
    assert reached.wait(30)
    browsers = _descendants(child.pid)
    assert any("chrom" in name for name in browsers.values()), browsers
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=10)
    handles = [os.pidfd_open(pid) for pid in browsers if Path(f"/proc/{pid}").exists()]
    assert _all_end(handles, seconds=10), browsers


def test_without_a_browser_the_source_fails_by_name_and_others_do_not(
    lab: Lab, server: FaultServer
) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "关于第1号试点工作的通知")]))
    server.routes["/a/1.html"] = html(article(1))
    lab.configure(browser=str(lab.folder / "no-such-browser"))
    _script_source(lab, "cn-script", server.url("/list"))
    lab.html_source("cn-plain", server.url("/list"))
    done = lab.run("cn-script")
    assert (done.state, done.error_code) == ("failed", "browser_missing"), done.log
    assert lab.run("cn-plain").state == "ok"


def _descendants(pid: int) -> dict[int, str]:
    """Process ids and names of everything below a process."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        name, rest = text.partition("(")[2].rpartition(")")[::2]
        parents.setdefault(int(rest.split()[1]), []).append((int(entry.parent.name), name))
    found: dict[int, str] = {}
    open_ids = [pid]
    while open_ids:
        for child, name in parents.get(open_ids.pop(), []):
            found[child] = name
            open_ids.append(child)
    return found


def _all_end(handles: list[int], *, seconds: float) -> bool:
    import select

    try:
        return all(select.select([handle], [], [], seconds)[0] for handle in handles)
    finally:
        for handle in handles:
            os.close(handle)
