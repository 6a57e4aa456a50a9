package dev.weirpool.examples;

import dev.weirpool.pool.Pool;
import java.util.concurrent.ThreadLocalRandom;

/** Ten tasks on three worker processes. */
public final class TenTasks {

    public static void main(String[] arguments) throws Exception {
        run(Pool.start(3));
    }

    /** Runs them on {@code pool}. */
    public static void run(Pool pool) throws InterruptedException {
        System.out.println("-----start-----");
        for (int i = 0; i < 10; i++) {
            pool.applyAsync(TenTasks::work, i);
        }
        pool.close();
        pool.join();
        System.out.println("-----end-----");
    }

    static void work(int number) throws InterruptedException {
        long start = System.nanoTime();
        Thread.sleep(ThreadLocalRandom.current().nextInt(200, 1000));
        long pid = ProcessHandle.current().pid();
        System.out.printf("task %d ran in process %d for %.2f s%n", number, pid, (System.nanoTime() - start) / 1e9);
    }

    private TenTasks() {}
}
