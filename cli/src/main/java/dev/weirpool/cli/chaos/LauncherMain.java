package dev.weirpool.cli.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import dev.weirpool.worker.WorkerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;

/** The main class of a launcher's process; its arguments are the queue, the number of workers and the lease. */
final class LauncherMain {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private LauncherMain() {}

    public static void main(String[] arguments) throws IOException {
        var options = LauncherOptions.of(Integer.parseInt(arguments[1]), RedisOptions.fromEnvironment(), arguments[0])
                .withLease(Duration.parse(arguments[2]))
                .withWorkers(WorkerOptions.DEFAULT.withJvmFlags(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1")));
        var launcher = start(options);
        launcher.stopped().whenComplete((nothing, failure) -> {
            if (failure != null) {
                System.err.println(failure);
            }
            Runtime.getRuntime().halt(failure == null ? 0 : 1);
        });
        System.out.println(Peer.READY);
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            launcher.stop(GRACE);
        }
        Runtime.getRuntime().halt(1); // the run is gone; the workers end as their input does
    }

    /** Redis may be down just now. */
    private static Launcher start(LauncherOptions options) {
        while (true) {
            try {
                return Launcher.start(options);
            } catch (RedisUnavailableException e) {
                System.err.println(e.getMessage());
                Pace.pause(Duration.ofMillis(200));
            }
        }
    }
}
