package dev.weirpool.worker;

import dev.weirpool.queue.Progress;
import dev.weirpool.queue.protocol.Broker;
import dev.weirpool.queue.protocol.Duty;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.RedisFullException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells Redis what tasks say of their progress: of each the latest word. */
final class Announcer extends Duty {

    private static final Logger log = LoggerFactory.getLogger(Announcer.class);

    private final Broker broker;
    private final Map<String, Progress> untold = new ConcurrentHashMap<>();
    private final Semaphore due = new Semaphore(0);

    Announcer(Redis redis, Broker broker) {
        super("weirpool-progress-" + broker.queue(), redis);
        this.broker = broker;
    }

    /** Any thread: the task with that id says so. */
    void announce(String task, Progress progress) {
        untold.put(task, progress);
        due.release();
    }

    @Override
    protected void round(RedisConnection redis) throws InterruptedException {
        if (untold.isEmpty()) {
            due.acquire();
        }
        due.drainPermits();
        for (var task : List.copyOf(untold.keySet())) {
            tell(redis, task);
        }
    }

    private void tell(RedisConnection redis, String task) {
        var progress = untold.get(task);
        if (progress == null) {
            return;
        }
        try {
            broker.tellProgress(redis, HexFormat.of().parseHex(task), progress.toBytes());
        } catch (RedisFullException e) {
            log.debug("{}; until then nobody hears of progress", e.getMessage());
        }
        untold.remove(task, progress);
    }
}
