"""Python's side of the comparison: told a row by a line on standard input, it measures once more and answers with a line."""

import multiprocessing
import platform
import sys
import time

PROCESSES = int(sys.argv[1])
GOAL = float(sys.argv[2])
MAPPED = 1_000_000
SPINS = 2000


def noop(number):
    return number


def increment(number):
    return number + 1


def spin(micros):
    began = time.time()
    until = time.thread_time() + micros / 1e6
    while time.thread_time() < until:
        pass
    return began


def take(queue, count):
    for _ in range(count):
        queue.get()


def ready(queue, answers):
    """Takes counts, and so many items each."""
    while True:
        count = queue.get()
        take(queue, count)
        answers.put(count)


def timed(work, count):
    since = time.perf_counter()
    work(count)
    return time.perf_counter() - since


class Rate:
    """How much of something gets done in a second; how often it is done in one go is found out first."""

    def __init__(self, unit, work, prepare=lambda count: None):
        self.unit, self.work, self.prepare, self.count = unit, work, prepare, 0

    def measure(self):
        if not self.count:
            tried = 200
            while True:
                self.prepare(tried)
                seconds = timed(self.work, tried)
                if seconds > GOAL / 4:
                    break
                tried *= 4
            self.count = max(200, int(tried * GOAL / seconds))
        self.prepare(self.count)
        return "%s=%f" % (self.unit, self.count / timed(self.work, self.count))


def main():
    pool = multiprocessing.Pool(PROCESSES)
    manager = multiprocessing.Manager()
    managed = manager.Queue()
    plain = multiprocessing.Queue()

    def reader(queue, answers):
        process = multiprocessing.Process(target=ready, args=(queue, answers), daemon=True)
        process.start()
        return lambda count: stream(queue, answers, count)

    def stream(queue, answers, count):
        queue.put(count)
        for i in range(count):
            queue.put(i)
        answers.get()

    def apply_async(count):
        results = [pool.apply_async(noop, (i,)) for i in range(count)]
        for result in results:
            result.get()

    def imap_unordered(count):
        for _ in pool.imap_unordered(noop, range(count)):
            pass

    def round_trip():
        nanos, until = [], time.perf_counter() + GOAL
        while len(nanos) < 200 or time.perf_counter() < until:
            since = time.perf_counter()
            pool.apply(noop, (1,))
            nanos.append(time.perf_counter() - since)
        nanos.sort()
        return "p50 µs=%f;p99 µs=%f" % (nanos[len(nanos) // 2] * 1e6, nanos[len(nanos) * 99 // 100] * 1e6)

    numbers = list(range(MAPPED))

    def map_ints():
        return "items/s=%f" % (MAPPED / timed(lambda count: pool.map(increment, numbers), MAPPED))

    def efficiency(work):
        return "%% of ideal=%f" % (100 * SPINS / 1000 / PROCESSES / timed(work, SPINS))

    def apply_spins(count):
        for result in [pool.apply_async(spin, (1000,)) for _ in range(count)]:
            result.get()

    def put(count):
        for i in range(count):
            managed.put(i)

    def drained(count):
        while not managed.empty():
            managed.get()

    to_managed = reader(manager.Queue(), manager.Queue())
    to_plain = reader(plain, multiprocessing.Queue())
    rates = {
        "apply-async": Rate("tasks/s", apply_async),
        "imap-unordered": Rate("tasks/s", imap_unordered),
        "put": Rate("items/s", put, drained),
        "take": Rate("items/s", lambda count: take(managed, count), put),
        "queue": Rate("items/s", to_managed),
        "queue-buffered": Rate("items/s", to_plain),
    }
    rows = {name: rate.measure for name, rate in rates.items()}
    rows["round-trip"] = round_trip
    rows["map"] = map_ints
    rows["map-1ms"] = lambda: efficiency(lambda count: pool.map(spin, [1000] * count))
    rows["apply-1ms"] = lambda: efficiency(apply_spins)

    print(platform.python_version(), flush=True)
    print(*rows, flush=True)
    for line in sys.stdin:
        print(rows[line.strip()](), flush=True)
    pool.terminate()


if __name__ == "__main__":
    main()
