"""Runs MiniStack, and ends it together with the process that started it.

That process holds the other end of our standard input. When it closes it, or dies in any way (kill -9 included), reading
comes to an end: then the whole process group, Lambda workers included, is ended and the temporary files are removed.
"""

import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading


def end_with_parent():
    sys.stdin.buffer.read()
    folder = os.environ["TMPDIR"]
    try:
        if hasattr(os, "killpg"):
            # From outside the group, and after its end: whoever is alive may be unpacking a function into the folder.
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

threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = ["ministack"]
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
