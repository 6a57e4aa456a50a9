package dev.weirpool.dashboard;

import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.redis.ForeignDataException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at Redis for all who watch: every two seconds, or every twenty times as long as a look takes. While nobody watches it does not
 * look.
 */
final class Sampler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Sampler.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final Duration LIFE = Duration.ofMillis(1500);
    private static final int FACTOR = 20;

    private final Operator operator;
    private final History history;
    private final Clock clock;
    private final Thread thread = new Thread(this::run, "weirpool-dashboard-sampler");

    private final Object looking = new Object();
    private volatile Snapshot latest;
    private volatile long freshUntil;
    private volatile long tookNanos;
    private volatile boolean wasDown;

    // guarded by this
    private int watchers;
    private long ticks;
    private boolean closed;

    Sampler(Operator operator, History history, Clock clock) {
        this.operator = operator;
        this.history = history;
        this.clock = clock;
        this.latest = Snapshot.failed("not looked yet", clock.instant());
        this.freshUntil = System.nanoTime();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** How everything is, or was a moment ago. */
    Snapshot latest() {
        if (System.nanoTime() - freshUntil < 0) {
            return latest;
        }
        synchronized (looking) {
            if (System.nanoTime() - freshUntil >= 0) {
                look();
            }
            return latest;
        }
    }

    /** What is known is not true any more, because something was changed through this dashboard. */
    void forget() {
        freshUntil = System.nanoTime();
    }

    private void look() {
        var began = System.nanoTime();
        try {
            latest = snapshot();
            if (wasDown) {
                wasDown = false;
                log.info("Redis is back");
            }
        } catch (RedisUnavailableException | RedisRefusedException e) {
            latest = Snapshot.failed(String.valueOf(e.getMessage()), clock.instant());
            if (!wasDown) {
                wasDown = true;
                log.warn("{}; the dashboard shows so until it is back", e.getMessage());
            }
        }
        tookNanos = System.nanoTime() - began;
        freshUntil = System.nanoTime() + Math.max(LIFE.toNanos(), FACTOR * tookNanos);
    }

    private Snapshot snapshot() {
        var queues = new ArrayList<Snapshot.Queue>();
        var launchers = new ArrayList<Snapshot.Launcher>();
        var spoilt = new ArrayList<String>();
        for (var state : operator.queues(spoilt::add)) {
            try {
                var series = history.lastMinutes(state.name());
                queues.add(new Snapshot.Queue(state, series.donePerMinuteNow(), series.failedPerMinuteNow()));
            } catch (ForeignDataException e) {
                spoilt.add("queue " + state.name() + " has no statistics: " + e.getMessage());
                queues.add(new Snapshot.Queue(state, 0, 0));
            }
            if (state.workers() > 0) {
                try {
                    operator.queue(state.name())
                            .launchers()
                            .forEach(each -> launchers.add(new Snapshot.Launcher(state.name(), each)));
                } catch (ForeignDataException e) {
                    spoilt.add("queue " + state.name() + " has no launchers: " + e.getMessage());
                }
            }
        }
        var now = queues.stream()
                .map(Snapshot.Queue::state)
                .map(QueueState::at)
                .max(Comparator.naturalOrder())
                .orElseGet(clock::instant);
        return new Snapshot("", spoilt, now, queues, launchers);
    }

    /** Somebody begins to watch. */
    synchronized void enter() {
        watchers++;
        notifyAll();
    }

    /** Somebody has watched enough. */
    synchronized void leave() {
        watchers--;
    }

    /** Waits for a tick later than {@code seen}, for at most {@code limit}; returns the number of the last one. */
    synchronized long await(long seen, Duration limit) throws InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (ticks <= seen && !closed) {
            var left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return ticks;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    private void run() {
        try {
            while (true) {
                awaitWatchers();
                latest();
                tick();
                Thread.sleep(Math.max(PERIOD.toMillis(), FACTOR * tookNanos / 1_000_000));
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private synchronized void awaitWatchers() throws InterruptedException {
        while (watchers == 0) {
            wait();
        }
    }

    private synchronized void tick() {
        ticks++;
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
