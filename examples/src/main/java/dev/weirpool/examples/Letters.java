package dev.weirpool.examples;

import dev.weirpool.pool.AsyncResult;
import dev.weirpool.pool.Pool;
import dev.weirpool.queue.SharedQueue;

/** A writer and a reader, each in a process of its own, pass letters through a shared queue. */
public final class Letters {

    private static final String WORD = "python";

    public static void main(String[] arguments) throws Exception {
        run(Pool.start(2));
    }

    /** Runs them on {@code pool}. */
    public static void run(Pool pool) throws Exception {
        // room for one letter only: the writer has to wait for the reader
        SharedQueue<Character> queue =
                pool.queue("letters-" + ProcessHandle.current().pid(), 1);
        AsyncResult<Void> writer = pool.applyAsync(Letters::write, queue);
        AsyncResult<Void> reader = pool.applyAsync(Letters::read, queue);
        writer.get();
        reader.get();
        queue.delete();
        pool.close();
        pool.join();
    }

    static void write(SharedQueue<Character> queue) throws InterruptedException {
        for (int i = 0; i < WORD.length(); i++) {
            char letter = WORD.charAt(i);
            queue.put(letter);
            System.out.printf("process %d wrote %s%n", ProcessHandle.current().pid(), letter);
        }
    }

    static void read(SharedQueue<Character> queue) throws InterruptedException {
        for (int i = 0; i < WORD.length(); i++) {
            System.out.printf("process %d read  %s%n", ProcessHandle.current().pid(), queue.take());
        }
    }

    private Letters() {}
}
