package dev.weirpool.examples;

import dev.weirpool.pool.Pool;
import dev.weirpool.worker.Host;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/** Gives tasks to whatever workers there are on a queue, and tells who ran which. */
public final class Fleet {
    /** What a task tells of its run. */
    public record Ran(int number, String host, long pid, double seconds) {}

    /** Runs {@code tasks} tasks that each sleep for {@code seconds}. */
    public static void run(Pool pool, int tasks, double seconds) {
        Set<String> hosts = new HashSet<>();
        Set<String> processes = new HashSet<>();
        var numbers = IntStream.rangeClosed(1, tasks).boxed().toList();
        try (var results = pool.imapUnordered((Integer number) -> work(number, seconds), numbers)) {
            while (results.hasNext()) {
                Ran ran = results.next();
                System.out.printf("task %d ran on %s pid %d in %.2f s%n", ran.number, ran.host, ran.pid, ran.seconds);
                hosts.add(ran.host);
                processes.add(ran.host + " " + ran.pid);
            }
        }
        System.out.printf("%d tasks, %d hosts, %d processes%n", tasks, hosts.size(), processes.size());
    }

    static Ran work(int number, double seconds) throws InterruptedException {
        long start = System.nanoTime();
        Thread.sleep((long) (seconds * 1000));
        return new Ran(number, Host.name(), ProcessHandle.current().pid(), (System.nanoTime() - start) / 1e9);
    }

    private Fleet() {}
}
