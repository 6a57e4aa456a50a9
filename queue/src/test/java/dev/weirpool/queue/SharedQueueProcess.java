package dev.weirpool.queue;

import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The main program of a process that writes to a shared queue or reads from it, for tests. */
public final class SharedQueueProcess {

    private SharedQueueProcess() {}

    public static void main(String[] arguments) throws Exception {
        var redis = RedisOptions.of(arguments[1]);
        SharedQueue<String> queue = SharedQueue.connect(redis, arguments[2]);
        switch (arguments[0]) {
            case "write" -> write(queue, arguments[3], Integer.parseInt(arguments[4]));
            case "read" -> read(queue);
            case "claim" -> claim(queue.withLease(Duration.parse(arguments[3])));
            case "hold" -> hold(queue.withLease(Duration.parse(arguments[3])), Integer.parseInt(arguments[4]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Puts {@code writer:0}, {@code writer:1}, …, some of them in batches. */
    static void write(SharedQueue<String> queue, String writer, int count) throws InterruptedException {
        var i = 0;
        while (i < count) {
            if (i % 50 == 0) {
                var batch = new ArrayList<String>();
                while (batch.size() < 30 && i < count) {
                    batch.add(writer + ":" + i++);
                }
                queue.putAll(batch);
            } else {
                queue.put(writer + ":" + i++);
            }
        }
    }

    /** Claims one by one until the queue is shut down, and prints each item once it is done. */
    private static void claim(SharedQueue<String> queue) throws InterruptedException {
        try {
            while (true) {
                try (var claim = queue.claim()) {
                    if (claim.done()) {
                        System.out.println(claim.value());
                    }
                }
            }
        } catch (QueueShutDownException e) {
            System.out.println("shut down");
        }
    }

    /** Claims so many items, says so, and at any input says for each in turn whether it could be reported done. */
    private static void hold(SharedQueue<String> queue, int count) throws Exception {
        var claims = new ArrayList<Claim<String>>();
        for (var i = 0; i < count; i++) {
            claims.add(queue.claim());
        }
        System.out.println("holds");
        System.in.read();
        for (var claim : claims) {
            System.out.println(claim.value() + " " + claim.done());
        }
    }

    /** Takes one by one and in batches until the queue is shut down, then prints what was taken. */
    private static void read(SharedQueue<String> queue) throws InterruptedException {
        var taken = new ArrayList<String>();
        try {
            while (true) {
                List<String> batch = taken.size() % 20 == 0 ? queue.takeBatch(5) : List.of(queue.take());
                taken.addAll(batch);
                batch.forEach(item -> queue.taskDone());
            }
        } catch (QueueShutDownException e) {
            try (var out = new PrintStream(new BufferedOutputStream(System.out))) {
                taken.forEach(out::println);
            }
        }
    }
}
