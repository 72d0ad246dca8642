"""What every file in benchmarks/results says of how it was measured; see scripts/render-performance."""

import datetime
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Flags of Linux, and what they mean for kernels.
INSTRUCTIONS = {
    "fma": "AVX2", "avx512dq": "AVX-512", "avx512_bf16": "AVX-512 BF16", "amx_bf16": "AMX"}


def origin():
    """Commit (with `, changed` where files differ from it), date, machine and command of this process."""
    def git(*arguments):
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "--short", "HEAD")
    if commit and git("status", "--porcelain", "--untracked-files=no"):
        commit += ", changed"
    command = ["scripts/" + Path(sys.argv[0]).name, *sys.argv[1:]]
    return {
        "commit": commit, "date": datetime.date.today().isoformat(),
        "machine": {"processor": processor(), "cores": len(os.sched_getaffinity(0))},
        "command": shlex.join(command)}


def processor():
    """The processor's name and its vector instructions, as Linux gives them; null where it doesn't."""
    facts = {}
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            facts.setdefault(key.strip(), value.strip())
    except OSError:
        return None
    flags = set(facts.get("flags", "").split())
    known = [name for flag, name in INSTRUCTIONS.items() if flag in flags]
    name = facts.get("model name")
    return ", ".join([name, *known]) if name else None
