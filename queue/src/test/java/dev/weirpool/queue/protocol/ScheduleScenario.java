package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.weirpool.queue.protocol.ScheduleBroker.Edit;
import dev.weirpool.queue.protocol.ScheduleBroker.Fire;
import dev.weirpool.queue.protocol.ScheduleBroker.Fired;
import dev.weirpool.queue.protocol.ScheduleBroker.Fired.Found;
import dev.weirpool.queue.protocol.ScheduleBroker.Planned;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** What the scripts of schedules must do, one sentence each; on a queue of its own, of a server of the test's own. */
enum ScheduleScenario {
    FIRES_A_PLANNED_TIME_ONCE {
        @Override
        void run(On on) {
            on.put("s", 1000L);

            assertThat(on.fire("s", 1000, 1, 2000L)).isEqualTo(new Fired(Found.OK, 1, Optional.of(2000L)));
            assertThat(on.fire("s", 1000, 1, 2000L).what()).isEqualTo(Found.STALE);

            assertThat(on.ready()).containsExactly(1000L);
            assertThat(on.stored("s").planned()).contains(2000L);
            assertThat(on.stored("s").fired()).isEqualTo(1);
        }
    },
    FIRES_NO_OTHER_TIME_THAN_THE_NEXT {
        @Override
        void run(On on) {
            on.put("s", 2000L);

            assertThat(on.fire("s", 1000, 1, 3000L).what()).isEqualTo(Found.STALE);
            assertThat(on.fire("s", 2500, 1, 3000L).what()).isEqualTo(Found.STALE);
            assertThat(on.fire("none", 2000, 1, 3000L).what()).isEqualTo(Found.STALE);

            assertThat(on.ready()).isEmpty();
        }
    },
    FIRES_NOTHING_EARLY {
        @Override
        void run(On on) {
            var far = System.currentTimeMillis() + 3_600_000;
            on.put("s", far);

            assertThat(on.fire("s", far, 1, far + 1).what()).isEqualTo(Found.EARLY);

            assertThat(on.ready()).isEmpty();
        }
    },
    FIRES_NO_DEFINITION_THAT_WAS_REPLACED {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            on.put("s", 1000L);

            assertThat(on.fire("s", 1000, 1, 2000L).what()).isEqualTo(Found.VERSION);
            assertThat(on.ready()).isEmpty();
            assertThat(on.fire("s", 1000, 2, 2000L).what()).isEqualTo(Found.OK);
        }
    },
    HAS_IT_THOUGHT_OVER_WHEN_IT_IS_TOO_LATE {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            var late = new Fire(
                    "s",
                    Optional.of(1000L),
                    1,
                    Optional.of(2000L),
                    Optional.empty(),
                    11_000,
                    0,
                    0,
                    List.of(task(1000)));

            assertThat(on.fire(late).what()).isEqualTo(Found.LATE);
            assertThat(on.ready()).isEmpty();
        }
    },
    PUTS_AS_MANY_AS_MAY_RUN_AND_COUNTS_THE_OTHERS {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            var fire = new Fire(
                    "s",
                    Optional.of(1000L),
                    1,
                    Optional.of(4000L),
                    Optional.empty(),
                    FOR_EVER,
                    7,
                    2,
                    List.of(task(1000), task(2000), task(3000)));

            assertThat(on.fire(fire).tasks()).isEqualTo(2);

            assertThat(on.ready()).containsExactly(1000L, 2000L);
            assertThat(on.stored("s").skipped()).isEqualTo(1);
            assertThat(on.stored("s").missed()).isEqualTo(7);
            assertThat(on.schedules.running(on.redis, "s")).isEqualTo(2);
        }
    },
    GOES_ON_SOON_INSTEAD_OF_WAITING_FOR_A_TASK_THAT_WAS_NOT_PUT {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            on.fire(limited("s", 1000, 2000));

            var fired = on.fire(limited("s", 2000, 3000));

            assertThat(fired.tasks()).isZero();
            assertThat(fired.next().orElseThrow()).isGreaterThan(System.currentTimeMillis() - 60_000);
        }
    },
    FORGETS_A_SCHEDULE_WITH_ITS_LAST_FIRE {
        @Override
        void run(On on) {
            on.put("s", 1000L);

            assertThat(on.fire("s", 1000, 1, null).next()).isEmpty();

            assertThat(on.schedules.read(on.redis, List.of("s")).schedules()).isEmpty();
            assertThat(on.schedules.sources(on.redis)).isEmpty();
            assertThat(on.ready()).containsExactly(1000L);
        }
    },
    PUTS_A_TASK_BY_HAND_ONCE_AND_LEAVES_THE_PLANNED_TIME {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            var fire = new Fire(
                    "s", Optional.empty(), 1, Optional.empty(), Optional.empty(), FOR_EVER, 0, 0, List.of(task(-5)));

            assertThat(on.fire(fire)).isEqualTo(new Fired(Found.OK, 1, Optional.of(1000L)));
            assertThat(on.fire(fire)).isEqualTo(new Fired(Found.STALE, 1, Optional.of(1000L)));

            assertThat(on.ready()).containsExactly(-5L);
            assertThat(on.stored("s").planned()).contains(1000L);
        }
    },
    NAMES_WHAT_IS_DUE_SOON_THE_EARLIEST_FIRST {
        @Override
        void run(On on) {
            on.put("b", 2000L);
            on.put("a", 1000L);
            on.put("far", System.currentTimeMillis() + 3_600_000);

            assertThat(on.schedules.due(on.redis, Duration.ofSeconds(2), 10).due())
                    .containsExactly(new Planned("a", 1000, 2), new Planned("b", 2000, 1));
            assertThat(on.schedules.due(on.redis, Duration.ofSeconds(2), 1).due())
                    .hasSize(1);
        }
    },
    MAKES_AN_EDIT_ONCE_HOWEVER_LATE_IT_COMES_AGAIN {
        @Override
        void run(On on) {
            var put = on.edit("s", Optional.empty(), 1000L);
            assertThat(on.schedules.edit(on.redis, 0, List.of(put))).isTrue();
            var remove = Edit.of("s", Optional.of(1000L), Edit.Change.REMOVE, Optional.empty());
            assertThat(on.schedules.edit(on.redis, 1, List.of(remove))).isTrue();

            assertThat(on.schedules.edit(on.redis, 0, List.of(put))).isFalse();

            assertThat(on.schedules.read(on.redis, List.of("s")).schedules()).isEmpty();
        }
    },
    MAKES_NO_EDIT_OF_WHAT_HAS_FIRED_SINCE {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            on.fire("s", 1000, 1, 2000L);

            assertThat(on.schedules.edit(on.redis, 1, List.of(on.edit("s", Optional.of(1000L), 1000L))))
                    .isFalse();

            assertThat(on.stored("s").planned()).contains(2000L);
        }
    },
    KEEPS_WHAT_IS_PAUSED_FROM_FIRING {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            on.schedules.edit(
                    on.redis, 1, List.of(Edit.of("s", Optional.of(1000L), Edit.Change.PAUSE, Optional.empty())));

            assertThat(on.fire("s", 1000, 1, 2000L).what()).isEqualTo(Found.STALE);
            assertThat(on.stored("s").isPaused()).isTrue();
            on.schedules.edit(
                    on.redis, 2, List.of(Edit.of("s", Optional.empty(), Edit.Change.RESUME, Optional.of(3000L))));

            assertThat(on.stored("s").isPaused()).isFalse();
            assertThat(on.fire("s", 3000, 1, 4000L).what()).isEqualTo(Found.OK);
        }
    },
    IS_REFUSED_WHOLE_BY_A_FULL_SERVER_WHICH_LETS_REMOVALS_PASS {
        @Override
        void run(On on) {
            on.put("s", 1000L);
            on.put("t", 1000L);
            on.redis.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(1));
            try {
                on.refused(() -> on.fire("s", 1000, 1, 2000L));
                on.refused(() -> on.fire("s", 1000, 1, null));
                on.refused(() -> on.put("u", 1000L));
                assertThat(on.stored("s").planned()).contains(1000L);
                assertThat(on.ready()).isEmpty();
                var pause = Edit.of("s", Optional.of(1000L), Edit.Change.PAUSE, Optional.empty());
                assertThatCode(() -> on.schedules.edit(on.redis, 2, List.of(pause)))
                        .doesNotThrowAnyException();
                var remove = Edit.of("t", Optional.of(1000L), Edit.Change.REMOVE, Optional.empty());
                assertThat(on.schedules.edit(on.redis, 3, List.of(remove))).isTrue();
                assertThat(on.stored("s").isPaused()).isTrue();
            } finally {
                try (var fresh = on.server.connect()) { // the other may be closed by an error
                    fresh.call("CONFIG", bytes("SET"), bytes("maxmemory"), bytes(0));
                }
            }
        }
    };

    private static final long FOR_EVER = 1L << 50;

    abstract void run(On on);

    /** Plays all of them. */
    static void runAll(URI uri) {
        for (var scenario : values()) {
            scenario.run(uri);
        }
    }

    void run(URI uri) {
        try (var server = new Redis(uri, Duration.ofSeconds(5), Duration.ZERO)) {
            var on = new On(server, "schedules-" + UUID.randomUUID());
            try {
                run(on);
            } finally {
                on.redis.close();
                try (var fresh = server.connect()) { // a script without a guard leaves behind what it should not
                    BrokerFixture.delete(fresh, on.queue);
                }
            }
        }
    }

    private static Envelope task(long planned) {
        return new Envelope.Draft("Tasks::run", 0, false, 3, Map.of(), new byte[] {1}).seal(7, planned);
    }

    private static Fire limited(String name, long planned, long next) {
        return new Fire(
                name,
                Optional.of(planned),
                1,
                Optional.of(next),
                Optional.of(500L),
                FOR_EVER,
                0,
                1,
                List.of(task(planned)));
    }

    /** A queue. */
    static final class On {
        final ScheduleBroker schedules;
        private final Redis server;
        private final String queue;
        private RedisConnection redis;

        private On(Redis server, String queue) {
            this.server = server;
            this.queue = queue;
            this.schedules = new ScheduleBroker(queue);
            this.redis = server.connect();
        }

        Edit edit(String name, Optional<Long> seen, Long next) {
            return new Edit(name, seen, Edit.Change.PUT, Optional.of(next), bytes("what it is"), "source");
        }

        void put(String name, Long next) {
            var now = schedules.read(redis, List.of(name));
            var seen = Optional.ofNullable(now.schedules().get(name)).flatMap(StoredSchedule::planned);
            assertThat(schedules.edit(redis, now.edits(), List.of(edit(name, seen, next))))
                    .isTrue();
        }

        StoredSchedule stored(String name) {
            return schedules.read(redis, List.of(name)).schedules().get(name);
        }

        Fired fire(Fire fire) {
            return schedules.fire(redis, List.of(fire)).fired().get(0);
        }

        Fired fire(String name, long planned, long version, Long next) {
            return fire(new Fire(
                    name,
                    Optional.of(planned),
                    version,
                    Optional.ofNullable(next),
                    Optional.empty(),
                    FOR_EVER,
                    0,
                    0,
                    List.of(task(planned))));
        }

        /** The planned times of the tasks on the queue. */
        List<Long> ready() {
            var all = (List<?>) redis.call("LRANGE", bytes("weirpool:{" + queue + "}:ready"), bytes(0), bytes(-1));
            return Stream.of(all.toArray())
                    .map(raw -> Envelope.stored((byte[]) raw).sequence())
                    .toList();
        }

        void refused(Runnable what) {
            try {
                what.run();
            } catch (RedisFullException e) {
                redis = server.connect(); // the old connection is closed by an error
                return;
            }
            throw new AssertionError("a full server takes it");
        }
    }
}
