"""Runs MiniStack, and ends it together with the process that started it.

That process holds the other end of our standard input. Reading it ends when that process closes it, or dies in any way
(kill -9 included). Then MiniStack saves its state, if it keeps one, the whole process group is ended, Lambda workers
included, and the temporary files are removed.
"""

import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading

SAVED_WITHIN_S = 20

keeps_state = os.environ.get("PERSIST_STATE") == "1"
parent_gone = threading.Event()
saved = threading.Event()


def end_with_parent():
    sys.stdin.buffer.read()
    parent_gone.set()
    if keeps_state:
        os.kill(os.getpid(), signal.SIGTERM)
        saved.wait(SAVED_WITHIN_S)
    folder = os.environ["TMPDIR"]
    try:
        if hasattr(os, "killpg"):
            # A process outside the group removes the folder after the group's end: a member may be unpacking into it.
            script = 'kill -s KILL -- "-$1"; sleep 0.1; rm -rf -- "$2"'
            end = ["/bin/sh", "-c", script, "end", str(os.getpgrp()), folder]
            subprocess.run(end, cwd="/", stdin=subprocess.DEVNULL, start_new_session=True)
    finally:
        # Only where there are no process groups, or no shell.
        shutil.rmtree(folder, ignore_errors=True)
        if hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(0)


# The group that is killed above must be our own, never the one of whoever starts this file by hand.
if hasattr(os, "getpgrp") and os.getpgrp() != os.getpid():
    sys.exit("run-ministack.py must lead its own process group: it is started by local/ministack.ts")

watch = threading.Thread(target=end_with_parent, daemon=True)
watch.start()
sys.argv = ["ministack"]
try:
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
finally:
    saved.set()
    if parent_gone.is_set():
        watch.join()
