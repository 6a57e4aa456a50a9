package dev.weirpool.scheduler;

import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.protocol.ScheduleBroker;
import dev.weirpool.queue.protocol.ScheduleBroker.Fire;
import dev.weirpool.queue.protocol.ScheduleBroker.Fired;
import dev.weirpool.queue.protocol.ScheduleBroker.Planned;
import dev.weirpool.queue.protocol.StoredSchedule;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of the scheduler of a queue: looks a few seconds ahead in Redis, has Quartz call at each planned time, and fires.
 *
 * <p>It knows nothing that is not in Redis, so any number of replicas do the same beside each other, and one that dies leaves nothing
 * undone. It goes by the clock of Redis; its own only measures how long to wait.
 */
final class Timekeeper extends Duty {

    private static final Logger log = LoggerFactory.getLogger(Timekeeper.class);

    private static final Duration AHEAD = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LOOK_SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int MOST_LOOKED_AT = 5_000;
    private static final int MOST_READ = 500;
    private static final int MOST_KNOWN = 10_000;
    private static final int BATCH_FIRES = 100;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int TOLERANCE_MILLIS = 20;

    private final String queue;
    private final ScheduleBroker broker;
    private final Signer signer;
    private final Signer verifier;
    private final InstantSource clock;
    private final Clockwork clockwork;
    private final BlockingQueue<Moment> inbox = new LinkedBlockingQueue<>();
    private volatile Instant lastHeard = Instant.EPOCH;
    private volatile Consumer<Duration> lateness = late -> {};

    // owned by the duty's thread
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST_KNOWN;
        }
    };
    private final Map<String, Armed> armed = new HashMap<>();
    private final Map<String, Long> damaged = new HashMap<>();
    private Set<String> missing = Set.of();
    private final RedisClock redisClock = new RedisClock();
    private long lookAt = System.nanoTime();

    /** A planned time in ms that Quartz says has come. */
    private record Moment(String name, long planned) {}

    /** A planned time in ms, and the moment of the own clock, in ms, for which Quartz was told of it. */
    private record Armed(long planned, long moment) {}

    /** A definition, or none if it cannot be used. */
    private record Known(long version, @Nullable Definition definition) {}

    Timekeeper(Redis redis, String queue, InstantSource clock) {
        super("weirpool-scheduler-" + queue, redis);
        this.queue = queue;
        this.broker = new ScheduleBroker(queue);
        this.signer = redis.keyring().signer(Direction.TASK, queue);
        this.verifier = redis.keyring().signer(Direction.SCHEDULE, queue);
        this.clock = clock;
        this.clockwork = new Clockwork(
                "weirpool-scheduler-" + queue, clock, (name, planned) -> inbox.add(new Moment(name, planned)));
    }

    @Override
    public void start() {
        clockwork.start();
        super.start();
    }

    @Override
    public void close() {
        super.close();
        clockwork.close();
    }

    /** Has {@code listener} told, on this duty's thread, how late each schedule was fired. */
    void tellLateness(Consumer<Duration> listener) {
        lateness = listener;
    }

    /** When Redis has last answered, by the clock of this process. */
    Instant lastHeard() {
        return lastHeard;
    }

    @Override
    protected void connected(RedisConnection redis) {
        new Broker(queue).enlist(redis);
        lookAt = System.nanoTime(); // whatever was armed may have been fired by others meanwhile
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        if (System.nanoTime() - lookAt >= 0) {
            look(redis);
        }
        var first = inbox.poll(lookAt - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (first != null) {
            fire(redis, batch(first));
        }
    }

    private void look(RedisConnection redis) {
        var before = System.nanoTime();
        var most = MOST_LOOKED_AT + damaged.size(); // those are due for ever
        var reply = broker.due(redis, AHEAD, most);
        redisClock.set(reply.now(), System.nanoTime());
        lastHeard = clock.instant();
        learn(redis, reply.due());
        reply.due().forEach(due -> arm(due.name(), due.planned(), due.version()));
        var wait = reply.due().size() == most ? LOOK_SOON_NANOS : LOOK_NANOS;
        lookAt = Math.max(before + wait, System.nanoTime() + LOOK_SOON_NANOS / 2);
    }

    /** Reads the definitions that are new. */
    private void learn(RedisConnection redis, List<Planned> due) {
        var unknown = due.stream()
                .filter(planned -> !isKnown(planned))
                .map(Planned::name)
                .toList();
        var missingNow = new HashSet<String>();
        for (var i = 0; i < unknown.size(); i += MOST_READ) {
            var names = unknown.subList(i, Math.min(unknown.size(), i + MOST_READ));
            var stored = broker.read(redis, names).schedules();
            for (var name : names) {
                var schedule = stored.get(name);
                if (schedule != null) {
                    know(name, schedule);
                } else if (missing.contains(name)) {
                    skip(name, 0, new IllegalStateException("nothing says what it is"));
                } else {
                    missingNow.add(name); // it may have been fired for the last time, or removed, since we looked
                }
            }
        }
        missing = missingNow;
    }

    private boolean isKnown(Planned due) {
        var known = this.known.get(due.name());
        return known != null && known.version == due.version()
                || Long.valueOf(due.version()).equals(damaged.get(due.name()));
    }

    private void know(String name, StoredSchedule stored) {
        var version = stored.version();
        try {
            known.put(name, new Known(version, Definition.of(stored.definition(), name, verifier)));
            damaged.remove(name);
        } catch (RuntimeException e) {
            skip(name, version, e);
        }
    }

    /** One schedule that cannot be used must not stop the others. */
    private void skip(String name, long version, RuntimeException why) {
        known.put(name, new Known(version, null));
        if (!Long.valueOf(version).equals(damaged.put(name, version))) {
            log.error("schedule {} of queue {} is skipped: {}; schedule it again", name, queue, why.getMessage());
        }
    }

    private void arm(String name, long planned, long version) {
        if (Long.valueOf(version).equals(damaged.get(name))) {
            return;
        }
        var moment = clock.millis() + Math.max(0, planned - redisClock.millis());
        var old = armed.get(name);
        if (old != null && old.planned == planned && Math.abs(old.moment - moment) < TOLERANCE_MILLIS) {
            return;
        }
        if (old != null && old.planned == planned && old.moment <= clock.millis()) {
            return; // it comes
        }
        armed.put(name, new Armed(planned, moment));
        if (planned <= redisClock.millis()) {
            inbox.add(new Moment(name, planned)); // it has come
        } else {
            clockwork.arm(name, planned, Instant.ofEpochMilli(moment));
        }
    }

    /** What to do at {@code first} and at whatever else has come meanwhile. */
    private List<Fire> batch(Moment first) {
        var fires = new LinkedHashMap<String, Fire>();
        var bytes = 0L;
        for (var moment = first; moment != null; moment = next(fires.size(), bytes)) {
            armed.remove(moment.name);
            var fire = decide(moment.name, moment.planned);
            if (fire != null) {
                fires.put(moment.name, fire);
                bytes += fire.tasks().stream().mapToLong(task -> task.size()).sum();
            }
        }
        return new ArrayList<>(fires.values());
    }

    private @Nullable Moment next(int fires, long bytes) {
        return fires < BATCH_FIRES && bytes < BATCH_BYTES ? inbox.poll() : null;
    }

    private @Nullable Fire decide(String name, long planned) {
        var schedule = known.get(name);
        if (schedule == null || schedule.definition == null) {
            return null; // it is read again when it is seen again
        }
        try {
            return fire(name, schedule.version, schedule.definition, planned, redisClock.millis());
        } catch (RuntimeException e) {
            skip(name, schedule.version, e);
            return null;
        }
    }

    private Fire fire(String name, long version, Definition definition, long planned, long now) {
        var decision = Decision.of(
                definition.schedule(), Instant.ofEpochMilli(planned), Instant.ofEpochMilli(now), definition.misfire());
        var producer = Definition.producer(name);
        return new Fire(
                name,
                Optional.of(planned),
                version,
                decision.next().map(Instant::toEpochMilli),
                definition.instead(),
                decision.deadline().toEpochMilli(),
                decision.missed(),
                definition.limit(),
                decision.fires().stream()
                        .map(time -> definition.template().withId(producer, time.toEpochMilli(), signer))
                        .toList());
    }

    private void fire(RedisConnection redis, List<Fire> fires) {
        if (fires.isEmpty()) {
            return;
        }
        try {
            var reply = broker.fire(redis, fires);
            redisClock.set(reply.now(), System.nanoTime());
            lastHeard = clock.instant();
            for (var i = 0; i < fires.size(); i++) {
                after(fires.get(i), reply.fired().get(i));
            }
        } catch (RedisFullException e) {
            // refused whole: nothing was fired, and all is tried again when workers have drained some
            throw new RedisUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private void after(Fire fire, Fired fired) {
        switch (fired.what()) {
            case OK -> {
                log.debug("schedule {} put {} tasks", fire.name(), fired.tasks());
                if (fired.tasks() > 0) {
                    var late = redisClock.millis() - fire.planned().orElseThrow();
                    lateness.accept(Duration.ofMillis(Math.max(0, late)));
                }
                if (fire.missed() > 0) {
                    log.warn(
                            "schedule {} drops {} planned times that nobody fired in time", fire.name(), fire.missed());
                }
                if (fired.tasks() < fire.tasks().size()) {
                    log.info("schedule {} put no further task: as many as may are running", fire.name());
                }
                fired.next()
                        .filter(next -> next < redisClock.millis() + AHEAD.toMillis())
                        .ifPresent(next -> arm(fire.name(), next, fire.version()));
            }
            case EARLY, LATE -> arm(fire.name(), fire.planned().orElseThrow(), fire.version());
            case STALE, VERSION -> log.debug("schedule {} was fired or edited by another", fire.name());
        }
    }
}
