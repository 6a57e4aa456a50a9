package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.protocol.Replies.list;
import static dev.weirpool.queue.protocol.Replies.part;
import static dev.weirpool.queue.protocol.Replies.text;
import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;

/** What has happened on one queue, summed up by launchers, in Redis. */
public final class Statistics {

    private static final Script TALLY = Script.load(Broker.class, "tally");
    private static final Script TALLIES = Script.load(Broker.class, "tallies");
    private static final int AT_A_TIME = 200;
    private static final Duration LIFE = Duration.ofDays(30);

    private final Keys keys;

    /**
     * @throws IllegalArgumentException if {@code queue} is not a queue name
     */
    public Statistics(String queue) {
        this.keys = new Keys(queue);
    }

    /**
     * Adds to the statistics of the queue, and to each how many tasks wait now. Not to be done again when it fails.
     *
     * @param now says which periods it belongs to
     */
    public void add(RedisConnection redis, Tally tally, Instant now) {
        var arguments = new ArrayList<>(keys.ready());
        arguments.add(keys.total);
        for (var period : Period.values()) {
            arguments.add(keys.statistics(period, period.start(now)));
        }
        var keyCount = arguments.size();
        arguments.add(bytes(LIFE.toMillis()));
        for (var period : Period.values()) {
            arguments.add(bytes(period.life().toMillis()));
        }
        tally.fields().forEach((field, amount) -> arguments.addAll(List.of(bytes(field), bytes(amount))));
        redis.run(TALLY, keyCount, arguments);
    }

    /** All that was added up on this queue; it begins anew when the queue was deleted, or nobody served it for 30 days. */
    public Tally total(RedisConnection redis) {
        return read(redis, List.of(keys.total)).get(0);
    }

    /** The statistics of the periods that begin at {@code starts}. */
    public List<Tally> of(RedisConnection redis, Period period, List<Instant> starts) {
        return read(
                redis,
                starts.stream().map(start -> keys.statistics(period, start)).toList());
    }

    private static List<Tally> read(RedisConnection redis, List<byte[]> statistics) {
        var tallies = new ArrayList<Tally>(statistics.size());
        for (var from = 0; from < statistics.size(); from += AT_A_TIME) {
            var some = statistics.subList(from, Math.min(statistics.size(), from + AT_A_TIME));
            for (var reply : list(redis.run(TALLIES, some.size(), some))) {
                var fields = new HashMap<String, Long>();
                var pairs = list(reply);
                for (var i = 0; i < pairs.size(); i += 2) {
                    var amount = text(part(pairs, i + 1));
                    fields.put(text(part(pairs, i)), amount.matches("-?\\d{1,18}") ? Long.valueOf(amount) : 0L);
                }
                tallies.add(Tally.of(fields));
            }
        }
        return tallies;
    }

    /** The keys of all periods that may be there. */
    static List<byte[]> keys(Keys keys, Instant now) {
        return Stream.of(Period.values())
                .flatMap(period -> period.last((int) period.life().dividedBy(period.length()) + 1, now).stream()
                        .map(start -> keys.statistics(period, start)))
                .toList();
    }
}
