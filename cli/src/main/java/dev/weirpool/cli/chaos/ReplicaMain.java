package dev.weirpool.cli.chaos;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.scheduler.Scheduler;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/** The main class of a scheduler's process; its arguments are the queue, and how wrong its clock is. */
final class ReplicaMain {

    private ReplicaMain() {}

    public static void main(String[] arguments) throws IOException {
        start(arguments[0], Clock.offset(Clock.systemUTC(), Duration.parse(arguments[1])));
        System.out.println(Peer.READY);
        while (System.in.read() >= 0) {
            // it ends with its input
        }
        Runtime.getRuntime().halt(0);
    }

    /** Redis may be down just now. */
    private static void start(String queue, Clock clock) {
        while (true) {
            try {
                Scheduler.start(RedisOptions.fromEnvironment(), queue, clock);
                return;
            } catch (RedisUnavailableException e) {
                System.err.println(e.getMessage());
                Pace.pause(Duration.ofMillis(200));
            }
        }
    }
}
