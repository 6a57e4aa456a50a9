package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.protocol.Statistics;
import dev.weirpool.queue.protocol.Tally;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds once a second what a launcher's workers have done to the statistics of their queue. */
final class Bookkeeper extends Duty {

    private static final Logger log = LoggerFactory.getLogger(Bookkeeper.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Statistics statistics;
    private final Supplier<Tally> news;

    /** @param news what has happened since it was last asked for; called on this duty's thread */
    Bookkeeper(Redis redis, String queue, Supplier<Tally> news) {
        super("weirpool-bookkeeper-" + queue, redis);
        this.statistics = new Statistics(queue);
        this.news = news;
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        Thread.sleep(PERIOD.toMillis());
        book(redis, news.get());
    }

    /** Adds it now. A failure loses it: to add it again might count it twice. */
    void book(RedisConnection redis, Tally tally) {
        try {
            if (!tally.isNothing()) {
                statistics.add(redis, tally, Instant.now());
            }
        } catch (RedisFullException e) {
            log.debug("{}; until then there are no statistics", e.getMessage());
        }
    }
}
