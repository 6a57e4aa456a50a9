package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.protocol.Replies.list;
import static dev.weirpool.queue.protocol.Replies.number;
import static dev.weirpool.queue.protocol.Replies.part;
import static dev.weirpool.queue.protocol.Replies.raw;
import static dev.weirpool.queue.protocol.Replies.text;
import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The schedules of one queue, and the steps that change and fire them: each is one atomic change in Redis, and may be sent
 * again, however late.
 *
 * <p>It holds no state; any thread may use it with a connection of its own.
 */
public final class ScheduleBroker {

    private static final Script DUE = Script.load(ScheduleBroker.class, "schedule-due");
    private static final Script READ = Script.load(ScheduleBroker.class, "schedule-read");
    private static final Script EDIT = Script.load(ScheduleBroker.class, "schedule-edit");
    private static final long NO_NUMBER = -1; // of edits
    private static final Script FIRE = Script.load(ScheduleBroker.class, "schedule-fire");

    private static final int NAMES_PER_PAGE = 1000;
    private static final byte[] NOTHING = {};
    private static final byte[] ONE = bytes("1");
    private static final byte[] ZERO = bytes("0");

    private final Keys keys;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public ScheduleBroker(String queue) {
        this.keys = new Keys(queue);
    }

    /**
     * A schedule and its next planned time.
     *
     * @param planned that time in ms
     */
    public record Planned(String name, long planned, long version) {}

    /**
     * What is due.
     *
     * @param now by the clock of Redis in ms
     * @param edits how many edits were ever made
     */
    public record DueReply(long now, long edits, List<Planned> due) {}

    /** The schedules that are planned within {@code ahead}, {@code most} of them, the earliest first. */
    public DueReply due(RedisConnection redis, Duration ahead, int most) {
        return dueReply(list(redis.run(
                DUE, 3, List.of(keys.schedules, keys.versions, keys.edits, bytes(ahead.toMillis()), bytes(most)))));
    }

    static DueReply dueReply(List<?> reply) {
        var due = new ArrayList<Planned>(reply.size() / 3);
        for (var i = 2; i < reply.size(); i += 3) {
            due.add(new Planned(text(part(reply, i)), number(part(reply, i + 1)), number(part(reply, i + 2))));
        }
        return new DueReply(number(part(reply, 0)), number(part(reply, 1)), due);
    }

    /**
     * Some schedules at one moment.
     *
     * @param now by the clock of Redis in ms
     * @param edits how many edits were ever made
     * @param schedules those that there are, by name
     */
    public record ReadReply(long now, long edits, Map<String, StoredSchedule> schedules) {}

    /** What is known of the schedules of these names. */
    public ReadReply read(RedisConnection redis, List<String> names) {
        var arguments = new ArrayList<byte[]>(List.of(
                keys.schedules, keys.definitions, keys.versions, keys.sources, keys.paused, keys.edits, keys.counts));
        names.forEach(name -> arguments.add(bytes(name)));
        var reply = list(redis.run(READ, 7, arguments));
        var schedules = new LinkedHashMap<String, StoredSchedule>();
        for (var i = 0; i < names.size(); i++) {
            var parts = reply.subList(2 + 8 * i, 10 + 8 * i);
            var planned = number(part(parts, 4));
            if (part(parts, 0) instanceof byte[] definition) {
                schedules.put(
                        names.get(i),
                        new StoredSchedule(
                                names.get(i),
                                definition,
                                number(part(parts, 1)),
                                text(part(parts, 2)),
                                number(part(parts, 3)) == 1,
                                planned < 0 ? Optional.empty() : Optional.of(planned),
                                number(part(parts, 5)),
                                number(part(parts, 6)),
                                number(part(parts, 7))));
            }
        }
        return new ReadReply(number(part(reply, 0)), number(part(reply, 1)), schedules);
    }

    /** All schedules, each with the name of its source; not at one moment. */
    public Map<String, String> sources(RedisConnection redis) {
        var sources = new LinkedHashMap<String, String>();
        var cursor = ZERO;
        do {
            var reply = list(redis.call("HSCAN", keys.sources, cursor, bytes("COUNT"), bytes(NAMES_PER_PAGE)));
            cursor = raw(part(reply, 0));
            var pairs = list(part(reply, 1));
            for (var i = 0; i < pairs.size(); i += 2) {
                sources.put(text(part(pairs, i)), text(part(pairs, i + 1)));
            }
        } while (!text(cursor).equals("0"));
        return sources;
    }

    /**
     * A change of one schedule.
     *
     * @param seen when it was planned to fire next when it was read, in ms
     * @param next when it is to fire next, in ms
     */
    public record Edit(
            String name, Optional<Long> seen, Change what, Optional<Long> next, byte[] definition, String source) {

        /** What is done. */
        public enum Change {
            PUT,
            PAUSE,
            RESUME,
            REMOVE
        }

        /** A change of a schedule that goes on being what it is, or is gone. */
        public static Edit of(String name, Optional<Long> seen, Change what, Optional<Long> next) {
            return new Edit(name, seen, what, next, NOTHING, "");
        }
    }

    /**
     * Makes all of these edits or none.
     *
     * @param seen the number of edits when the schedules were read
     * @return false if something has changed since then: they must be read again
     */
    public boolean edit(RedisConnection redis, long seen, List<Edit> edits) {
        var fills = edits.stream().anyMatch(edit -> edit.what() == Edit.Change.PUT);
        var arguments = new ArrayList<byte[]>(List.of(
                keys.schedules,
                keys.definitions,
                keys.versions,
                keys.sources,
                keys.paused,
                keys.edits,
                keys.counts,
                bytes(seen),
                fills ? ZERO : ONE));
        for (var edit : edits) {
            arguments.add(bytes(edit.name()));
            arguments.add(bytes(edit.seen().orElse(-1L)));
            arguments.add(
                    switch (edit.what()) {
                        case PUT -> bytes("put");
                        case PAUSE -> bytes("pause");
                        case RESUME -> bytes("resume");
                        case REMOVE -> bytes("remove");
                    });
            arguments.add(edit.next().map(next -> bytes((long) next)).orElse(NOTHING));
            arguments.add(edit.definition());
            arguments.add(bytes(edit.source()));
        }
        return number(redis.runDurably(keys.schedulesMark, EDIT, 7, arguments)) == 1;
    }

    /** Returns when all edits that were ever made are as safe as the {@link dev.weirpool.queue.redis.Durability} of the address demands. */
    public void awaitDurability(RedisConnection redis) {
        edit(redis, NO_NUMBER, List.of());
    }

    /**
     * What to do at a planned time.
     *
     * @param planned the time in ms; empty for a task that is put by hand, which comes alone
     * @param next the time after that in ms; empty for none, which ends the schedule
     * @param instead if no task is put because others run: the next time, in ms from now
     * @param deadline the moment in ms from which on something else has to be done
     * @param missed how many planned times are dropped
     * @param limit how many of the schedule's tasks may run at a time; 0 for any number
     * @param tasks to put
     */
    public record Fire(
            String name,
            Optional<Long> planned,
            long version,
            Optional<Long> next,
            Optional<Long> instead,
            long deadline,
            long missed,
            int limit,
            List<Envelope> tasks) {}

    /**
     * What became of it.
     *
     * @param tasks how many were put
     * @param next when the schedule fires next in ms; empty for not at all
     */
    public record Fired(Found what, int tasks, Optional<Long> next) {

        /** What was found. */
        public enum Found {
            /** It is done. */
            OK,
            /** The time has not come. */
            EARLY,
            /** It was done before, or the schedule is planned for another time. */
            STALE,
            /** The schedule has been edited. */
            VERSION,
            /** The deadline is over. */
            LATE
        }
    }

    /**
     * What became of some fires.
     *
     * @param now by the clock of Redis in ms
     */
    public record FireReply(long now, List<Fired> fired) {}

    /** Does what is due, if it still is: at each planned time once. */
    public FireReply fire(RedisConnection redis, List<Fire> fires) {
        var arguments = new ArrayList<byte[]>(List.of(
                keys.schedules,
                keys.versions,
                keys.counts,
                keys.ready,
                keys.ready1,
                keys.ready2,
                keys.ready3,
                keys.bell,
                keys.workers,
                keys.definitions,
                keys.sources,
                keys.producers));
        var values = new ArrayList<byte[]>();
        values.add(bytes(fires.size()));
        for (var fire : fires) {
            values.add(bytes(fire.name()));
            values.add(digits(fire.planned()));
            values.add(bytes(fire.version()));
            values.add(digits(fire.next()));
            values.add(digits(fire.instead()));
            values.add(bytes(fire.deadline()));
            values.add(bytes(fire.missed()));
            values.add(fire.limit() == 0 ? ZERO : index(arguments, keys.running(fire.name())));
            values.add(bytes(fire.limit()));
            values.add(bytes(ScheduledRun.LOST.toMillis()));
            values.add(
                    fire.planned().isPresent()
                            ? ZERO
                            : index(
                                    arguments,
                                    keys.triggered(fire.tasks().get(0).id())));
            values.add(bytes(fire.tasks().size()));
            fire.tasks().forEach(task -> values.add(task.raw()));
        }
        var keyCount = arguments.size();
        arguments.addAll(values);
        // what is forgotten of planned times is fired again; what is put by hand is not
        var isByHand = fires.stream().anyMatch(fire -> fire.planned().isEmpty());
        var reply = list(
                isByHand
                        ? redis.runDurably(keys.schedulesMark, FIRE, keyCount, arguments)
                        : redis.run(FIRE, keyCount, arguments));
        var fired = new ArrayList<Fired>(fires.size());
        for (var i = 1; i < reply.size(); i += 3) {
            var next = number(part(reply, i + 2));
            fired.add(new Fired(
                    Fired.Found.valueOf(text(part(reply, i))),
                    (int) number(part(reply, i + 1)),
                    next < 0 ? Optional.empty() : Optional.of(next)));
        }
        return new FireReply(number(part(reply, 0)), fired);
    }

    private static byte[] index(List<byte[]> keys, byte[] key) {
        keys.add(key);
        return bytes(keys.size());
    }

    /** How many tasks of this schedule have not ended, if it counts them. */
    public long running(RedisConnection redis, String name) {
        return number(redis.call("ZCARD", keys.running(name)));
    }

    private static byte[] digits(Optional<Long> number) {
        return number.map(value -> bytes((long) value)).orElse(NOTHING);
    }
}
