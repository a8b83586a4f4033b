"""`make cluster`: start the site, say where it is, and take it away on Ctrl-C."""

import signal

from deploy.cluster.places import FOLDER, NAME, PASSWORD, SITE
from deploy.cluster.site import Site

if __name__ == "__main__":
    site = Site()
    try:
        site.start()
        print(f"http://{SITE} is up: sign in as {NAME}, {PASSWORD}.", flush=True)
        print(f"Data and logs: {FOLDER}. Ctrl-C ends it.", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        print("Ending.")
    finally:
        site.end()
