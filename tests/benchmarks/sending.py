"""A sender of webhooks in a process of its own, so that it costs the application nothing: as Stripe's servers would.

python -m tests.benchmarks.sending URL SENDERS < lines of [body, signature header]

Says "ready" when everything is read, then sends at once and prints every status.
"""

import http.client
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from urllib.parse import urlsplit


def send_all(url: str, signed: list[list[str]]) -> list[int]:
    """Send one after the other on one kept-alive connection; answers the status of each."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
    statuses = []
    for body, signature in signed:
        headers = {"stripe-signature": signature, "content-type": "application/json"}
        connection.request("POST", target.path, body.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    return statuses


def main() -> None:
    """Deal the lines out to the senders."""
    url, senders = sys.argv[1], int(sys.argv[2])
    signed = [json.loads(line) for line in sys.stdin]
    print("ready", flush=True)
    with ThreadPoolExecutor(senders) as pool:
        dealt = pool.map(lambda first: send_all(url, list(islice(signed, first, None, senders))), range(senders))
        print(json.dumps([status for statuses in dealt for status in statuses]))


if __name__ == "__main__":
    main()
