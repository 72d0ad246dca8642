"""Files that are no video, name other files, or are damaged."""

from __future__ import annotations

import random
import struct
import zlib
from collections import Counter
from pathlib import Path

from attacks.attack import MEGABYTE, Attack

PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://%s\n#EXT-X-ENDLIST\n"


def files(attack: Attack) -> None:
    """Each fails, with a sentence that says nothing of this machine."""
    folder = attack.root / "named"
    folder.mkdir()
    other = folder / "other.mp4"
    other.write_bytes(attack.clips.video)
    ids = {
        name: attack.server.upload(content, name).json()["id"]
        for name, content in hostile(other).items()
    }
    for name, identifier in ids.items():
        analysis = attack.server.finished(identifier, 90)
        reason = analysis.get("failure", {}).get("message", "")
        is_good = analysis["state"] == "failed" and len(reason) > 10
        attack.checks.check(
            f"{name} fails with a reason",
            is_good and str(attack.root) not in reason,
            "failed, a sentence without a path",
            f"{analysis['state']}: {reason}",
        )


def hostile(other: Path) -> dict[str, bytes]:
    """Files by their names. Some name another file, which is a video that could be read."""
    texts = {
        "text.mp4": "Not a video.\n" * 100,
        "passwd.m3u8": PLAYLIST % "/etc/passwd",
        "clip.m3u8": PLAYLIST % other,
        "clip.mp4": PLAYLIST % other,
        "list.ffconcat": f"ffconcat version 1.0\nfile '{other}'\n",
        "list.mp4": f"ffconcat version 1.0\nfile 'file:{other}'\nduration 1\n",
        "image.svg": '<svg xmlns="http://www.w3.org/2000/svg">'
        '<image href="file:///etc/passwd"/></svg>',
        "page.html": "<script>alert(1)</script>",
        "session.sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\n"
        "m=video 9 RTP/AVP 96\r\n",
        "manifest.mpd": '<?xml version="1.0"?><MPD><Period>'
        f"<BaseURL>{other}</BaseURL></Period></MPD>",
        "pattern.txt": f"{other.parent}/%d.jpg",
    }
    return {name: text.encode() for name, text in texts.items()} | {
        "zip.mp4": zip_bomb(),
        "huge.png": huge_picture(),
        "byte.mp4": b"\0",
        "zeros.mp4": bytes(10240),
    }


def zip_bomb() -> bytes:
    """100 MB of zeros in 100 KB."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = b"".join(deflate.compress(bytes(MEGABYTE)) for _ in range(100)) + deflate.flush()
    sizes = (len(content), 100 * MEGABYTE, 5, 0)
    return struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, *sizes) + b"a.mp4" + content


def huge_picture() -> bytes:
    """A PNG of 60,000 x 60,000 pixels in some KB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        sum_ = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(MEGABYTE))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    )


def mutants(attack: Attack) -> None:
    """A clip with seeded damage, over and over: each ends done, or failed with a reason."""
    generator = random.Random(20)
    ids = []
    for _ in range(attack.given.mutants):
        content = mutated(attack.clips.video, generator)
        ids.append(attack.server.upload(content, "mutant.mp4").json()["id"])
    states: Counter[str] = Counter()
    bad: list[str] = []
    for identifier in ids:
        analysis = attack.server.finished(identifier, 120)
        failure = analysis.get("failure", {})
        states[failure.get("code", analysis["state"])] += 1
        if analysis["state"] == "failed" and len(failure.get("message", "")) < 10:
            bad.append(str(failure))
    attack.checks.equal(f"{len(ids)} mutants end, as {dict(states)}", bad, [])


def mutated(clip: bytes, generator: random.Random) -> bytes:
    """The clip with one to four damages."""
    content = bytearray(clip)
    for _ in range(generator.randint(1, 4)):
        start = generator.randrange(len(content))
        length = min(generator.choice([1, 4, 16, 256, 4096]), len(content) - start)
        piece = slice(start, start + length)
        match generator.randrange(5):
            case 0:
                content[piece] = generator.randbytes(length)
            case 1:
                content[piece] = bytes(length)
            case 2:
                content[start:start] = content[piece]
            case 3:
                del content[piece]
            case _:
                content[start : start + 4] = b"\xff\xff\xff\xff"
    return bytes(content)
