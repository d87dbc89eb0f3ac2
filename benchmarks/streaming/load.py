"""Sends clicks straight to Kafka: `python -m benchmarks.streaming.load RATE SECONDS`."""

from __future__ import annotations

import datetime as dt
import sys
import time

from confluent_kafka import Producer

from lakehouse.platform import kafka
from lakehouse.platform.settings import settings
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

_TICK = 0.004
_TAILS = [
    f" [INFO] USER_ID: {n % 997} SESSION_ID: {n % 10} EVENT_TYPE: "
    f"{'purchase' if n % 9 == 0 else 'page_view'} PRODUCT_ID: prod_{n % 5000} "
    f"AMOUNT: {'12.50' if n % 9 == 0 else 'N/A'} OUTCOME: N/A"
    for n in range(4_500)
]


def send(rate: float, seconds: float) -> int:
    """Send at a steady rate; how many lines."""
    producer = Producer(
        {
            "bootstrap.servers": kafka.address(settings()),
            "linger.ms": 2,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    run, sent, began = f"{time.time():.0f}", 0, time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        for number in range(sent, int(passed * rate)):
            line = now + _TAILS[number % len(_TAILS)]
            producer.produce(CLICKSTREAM.raw.name, line, key=f"{run}:{number}")
        sent = max(sent, int(passed * rate))
        producer.poll(0)
        time.sleep(_TICK)
    producer.flush()
    return sent


if __name__ == "__main__":
    print(send(float(sys.argv[1]), float(sys.argv[2])))
