"""Run as a process of its own: carries one large bundle in at the courier's and tells what that took.

`python -m tests.unit.server.carried [copies]`: bytes of the bundle, and by how much memory grew beyond it;
`copies` copies each envelope out at once, to see what windows are good for.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from types import SimpleNamespace

from nacl.signing import SigningKey

from tests.unit.protocol.hungry import MEGABYTE, _status
from tongcds.protocol import bundle
from tongcds.protocol.messages import PushContent, encode
from tongcds.server import courier, ops

ENVELOPES = 60


def main() -> None:
    server, laptop = SigningKey(bytes(32)), SigningKey(bytes(range(32)))
    dull = Random(20261123)
    content = encode(PushContent([dull.randbytes(MEGABYTE) for _ in range(ENVELOPES)], b""))
    note = bundle.Note("push", 7, 1, 1, 1)
    raw = bundle.seal(content, note, key=laptop, readers=[bytes(server.verify_key)])
    del content
    taken = []
    courier._know = lambda *_: None
    ops.sync = lambda _province, envelope, **_: taken.append(len(envelope)) or b"answer"
    if sys.argv[1:] == ["copies"]:
        courier._Carried = PushContent
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    courier.carry(SimpleNamespace(key=server, now=lambda: 1), raw)
    grown = _status("VmHWM") - before
    sys.stdout.write(json.dumps({"size": len(raw), "grown": grown, "taken": len(taken), "bytes": sum(taken)}))


if __name__ == "__main__":
    main()
