import dev.weirpool.pool.Pool;

/** A user's program: four workers, one result, the end. It prints when (System.nanoTime) it began, had its result, and was through. */
public final class FirstResult {

    public static int square(int number) {
        return number * number;
    }

    public static void main(String[] arguments) throws Exception {
        long began = System.nanoTime();
        var pool = Pool.start(4);
        if (pool.apply(FirstResult::square, 7) != 49) {
            throw new IllegalStateException("a wrong result");
        }
        long first = System.nanoTime();
        pool.close();
        pool.join();
        System.out.println(began + " " + first + " " + System.nanoTime());
    }
}
