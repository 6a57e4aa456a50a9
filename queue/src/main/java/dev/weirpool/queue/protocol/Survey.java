package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.protocol.Replies.list;
import static dev.weirpool.queue.protocol.Replies.moment;
import static dev.weirpool.queue.protocol.Replies.number;
import static dev.weirpool.queue.protocol.Replies.part;
import static dev.weirpool.queue.protocol.Replies.raw;
import static dev.weirpool.queue.protocol.Replies.text;
import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at one queue and changes nothing. No look takes longer because more tasks wait. */
public final class Survey {

    private static final Script SURVEY = Script.load(Survey.class, "survey");
    private static final Script PEEK = Script.load(Survey.class, "peek");
    private static final Script FIND = Script.load(Survey.class, "find");
    /** Later than that after the last tick the probe says nothing of tasks that came since. */
    private static final long PROBED_MILLIS = 5_000;

    private static final int MOST_WORKERS = 10_000;
    private static final int MOST_HELD = 1000;
    private static final int KEYS_AT_ONCE = 500;

    private final Keys keys;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public Survey(String queue) {
        this.keys = new Keys(queue);
    }

    /** The queues that are in use, or were, by name. */
    public static List<String> queues(RedisConnection redis) {
        return list(redis.call("ZRANGE", Keys.QUEUES, bytes(0), bytes(-1))).stream()
                .map(Replies::text)
                .filter(Keys::isName) // what somebody else has put there is none of ours
                .sorted()
                .toList();
    }

    /** Forgets a queue that was noted before {@code moment}, in ms; false if it was noted since, or has a schedule, which may be paused. */
    public static boolean forget(RedisConnection redis, String queue, long moment) {
        var noted = (byte[]) redis.call("ZSCORE", Keys.QUEUES, bytes(queue));
        return noted != null
                && moment(noted).filter(at -> at < moment).isPresent()
                && text(redis.call("TYPE", new Keys(queue).definitions)).equals("none")
                && redis.callIfAllowed("ZREM", Keys.QUEUES, bytes(queue))
                        .isPresent(); // who may only look forgets nothing
    }

    /** How much a queue holds in all its partitions, and who serves it. */
    public static Counts all(RedisConnection redis, String queue) {
        var counts = new Survey(queue).counts(redis);
        if (counts.partitions > 1) {
            for (var other : new Partitions(queue, counts.partitions).others()) {
                counts = counts.and(new Survey(other).counts(redis));
            }
        }
        return counts;
    }

    /** How much it holds, and who serves it. */
    public Counts counts(RedisConnection redis) {
        return counts(list(redis.run(
                SURVEY,
                12,
                List.of(
                        keys.ready,
                        keys.ready1,
                        keys.ready2,
                        keys.ready3,
                        keys.delayed,
                        keys.dead,
                        keys.workers,
                        keys.tick,
                        keys.fence,
                        keys.schedules,
                        keys.producers,
                        keys.partitions,
                        bytes(MOST_WORKERS)))));
    }

    static Counts counts(List<?> reply) {
        return new Counts(
                number(part(reply, 0)),
                List.of(number(part(reply, 1)), number(part(reply, 2)), number(part(reply, 3)), number(part(reply, 4))),
                number(part(reply, 5)),
                number(part(reply, 6)),
                number(part(reply, 7)) == 1,
                number(part(reply, 8)),
                moment(part(reply, 9)),
                number(part(reply, 10)),
                list(part(reply, 11)).stream().map(Replies::text).toList(),
                moment(part(reply, 12)),
                number(part(reply, 16)),
                moment(part(reply, 17)),
                oldestAge(reply),
                moment(part(reply, 22)).orElse(0L),
                text(part(reply, 23)).isEmpty() ? Limit.NONE : Limit.of(text(part(reply, 23))),
                Partitions.count(raw(part(reply, 24))));
    }

    private static Optional<Duration> oldestAge(List<?> reply) {
        var now = number(part(reply, 0));
        if (Stream.of(1, 2, 3, 4).allMatch(level -> number(part(reply, level)) == 0)) {
            return Optional.of(Duration.ZERO);
        }
        var probed = probedAge(reply);
        var isProbed = moment(part(reply, 12))
                .filter(beat -> now - beat < PROBED_MILLIS)
                .isPresent();
        var waits = Stream.of(18, 19, 20, 21)
                .map(at -> part(reply, at))
                .map(Replies::raw)
                .filter(since -> since.length == Long.BYTES)
                .map(since -> ByteBuffer.wrap(since).getLong())
                .filter(since -> since > 0)
                .min(Comparator.naturalOrder())
                .map(since -> now - since);
        return Stream.of(probed, isProbed && probed.isPresent() ? Optional.<Long>empty() : waits)
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .map(millis -> Duration.ofMillis(Math.max(0, millis)));
    }

    /**
     * The age of the task that was last in line when a probe was set, if it waits still, or else how long it waited. A probe is the number
     * of claims there will have been when it is claimed.
     */
    private static Optional<Long> probedAge(List<?> reply) {
        var probe = moment(part(reply, 13));
        var probedAt = moment(part(reply, 14));
        if (probe.isEmpty() || probedAt.isEmpty()) {
            return Optional.empty();
        }
        var waits = number(part(reply, 8)) < probe.get() ? number(part(reply, 0)) - probedAt.get() : 0L;
        return Optional.of(Math.max(moment(part(reply, 15)).orElse(0L), waits));
    }

    /**
     * What {@link #counts} found.
     *
     * @param now in ms since 1970, on the clock of Redis, as all moments here are
     * @param ready by priority
     * @param claims how many were ever made
     * @param firstDue when the first delayed task is due
     * @param workers how many are registered
     * @param workerNames of them, the first 10 000
     * @param beat when a launcher last ticked
     * @param schedules how many there are that are not paused
     * @param nextFire when the first of them is to fire
     * @param oldestAge for how long the task has waited that has waited longest; empty if nobody can tell
     * @param load how many bytes wait, ready or delayed
     * @param limit how much may
     * @param partitions how many the queue has
     */
    public record Counts(
            long now,
            List<Long> ready,
            long delayed,
            long dead,
            boolean paused,
            long claims,
            Optional<Long> firstDue,
            long workers,
            List<String> workerNames,
            Optional<Long> beat,
            long schedules,
            Optional<Long> nextFire,
            Optional<Duration> oldestAge,
            long load,
            Limit limit,
            int partitions) {

        /** This and what another partition holds, which has the same workers, and no schedules. */
        private Counts and(Counts other) {
            var sums = new ArrayList<Long>();
            for (var i = 0; i < ready.size(); i++) {
                sums.add(ready.get(i) + other.ready.get(i));
            }
            return new Counts(
                    now,
                    sums,
                    delayed + other.delayed,
                    dead + other.dead,
                    paused,
                    claims + other.claims,
                    Stream.concat(firstDue.stream(), other.firstDue.stream()).min(Comparator.naturalOrder()),
                    workers,
                    workerNames,
                    beat,
                    schedules,
                    nextFire,
                    oldestAge.flatMap(age -> other.oldestAge.map(theirs -> age.compareTo(theirs) > 0 ? age : theirs)),
                    load + other.load,
                    limit.and(other.limit),
                    partitions);
        }
    }

    /** The envelopes from index {@code from} to {@code to}, each cut at {@code cut} bytes; negative indices count from the end. */
    public Glimpse.Of peek(RedisConnection redis, Place place, long from, long to, int cut) {
        return peek(redis, List.of(place.key(keys)), from, to, cut).get(0);
    }

    /** How many tasks wait, or lie, in one place. */
    public long count(RedisConnection redis, Place place) {
        return peek(redis, place, 1, 0, 0).total();
    }

    /** How many of {@code workers} hold a task. */
    public long busy(RedisConnection redis, List<String> workers) {
        return holdings(redis, workers, 1, 0, 0).stream()
                .filter(held -> held.total() > 0)
                .count();
    }

    /** What each of {@code workers} holds first. */
    public List<Glimpse.Of> running(RedisConnection redis, List<String> workers, int cut) {
        return holdings(redis, workers, 0, 0, cut);
    }

    private List<Glimpse.Of> holdings(RedisConnection redis, List<String> workers, long from, long to, int cut) {
        var all = new ArrayList<Glimpse.Of>(workers.size());
        for (var i = 0; i < workers.size(); i += KEYS_AT_ONCE) {
            var some = workers.subList(i, Math.min(workers.size(), i + KEYS_AT_ONCE));
            all.addAll(peek(redis, some.stream().map(keys::inflight).toList(), from, to, cut));
        }
        return all;
    }

    private static List<Glimpse.Of> peek(RedisConnection redis, List<byte[]> places, long from, long to, int cut) {
        var arguments = new ArrayList<>(places);
        arguments.addAll(List.of(bytes(from), bytes(to), bytes(cut)));
        return list(redis.run(PEEK, places.size(), arguments)).stream()
                .map(shown -> glimpses(list(shown)))
                .toList();
    }

    static Glimpse.Of glimpses(List<?> shown) {
        var glimpses = new ArrayList<Glimpse>();
        for (var i = 1; i < shown.size(); i += 3) {
            glimpses.add(glimpse(shown, i));
        }
        return new Glimpse.Of(number(part(shown, 0)), glimpses);
    }

    private static Glimpse glimpse(List<?> shown, int at) {
        return new Glimpse(
                (int) number(part(shown, at)),
                raw(part(shown, at + 1)),
                moment(part(shown, at + 2)).orElse(0L));
    }

    /** Looks for a task from index {@code from} to {@code to}. */
    public Found find(RedisConnection redis, Place place, byte[] id, long from, long to, int cut) {
        return find(redis, place.key(keys), id, from, to, cut);
    }

    /** Looks for a task among those that {@code worker} holds. */
    public Found findHeld(RedisConnection redis, String worker, byte[] id, int cut) {
        return find(redis, keys.inflight(worker), id, 0, MOST_HELD - 1, cut);
    }

    private static Found find(RedisConnection redis, byte[] key, byte[] id, long from, long to, int cut) {
        var reply = list(redis.run(FIND, 1, List.of(key, id, bytes(from), bytes(to), bytes(cut))));
        return new Found(
                (int) number(part(reply, 0)), reply.size() == 1 ? Optional.empty() : Optional.of(glimpse(reply, 1)));
    }

    /**
     * What {@link #find} found.
     *
     * @param looked at so many
     */
    public record Found(int looked, Optional<Glimpse> glimpse) {}

    /** The records of a task's attempts. */
    public List<byte[]> attempts(RedisConnection redis, byte[] id) {
        return list(redis.call("LRANGE", keys.attempts(id), bytes(0), bytes(-1))).stream()
                .map(record -> (byte[]) record)
                .toList();
    }

    /** How far the tasks with these ids last said they were; null for one that has said nothing. */
    public List<byte @Nullable []> progress(RedisConnection redis, List<byte[]> ids) {
        return values(redis, ids.stream().map(keys::progress).toList());
    }

    /** What {@code launchers} have last said of themselves; null for one that has said nothing lately. */
    public List<byte @Nullable []> reports(RedisConnection redis, List<String> launchers) {
        return values(redis, launchers.stream().map(keys::launcher).toList());
    }

    private static List<byte @Nullable []> values(RedisConnection redis, List<byte[]> keys) {
        var values = new ArrayList<byte @Nullable []>();
        if (!keys.isEmpty()) {
            list(redis.call("MGET", keys.toArray(byte[][]::new))).forEach(value -> values.add((byte[]) value));
        }
        return values;
    }
}
