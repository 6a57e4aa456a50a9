import dev.weirpool.pool.Pool;
import dev.weirpool.queue.RedisOptions;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.signing.Keyring;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What {@code benchmarks/scaling.sh} runs. */
public final class Scaling {
    private static final int WORKERS = 2;
    private static final int MILLIS = 20;
    private static final Keyring KEYRING = Keyring.random();
    private static final List<Integer> HOSTS = List.of(1, 2, 4);
    /** For each worker in a round: four seconds of waiting. */
    private static final int TASKS = 200;

    private Scaling() {}

    /** What waits for others: a database, a page, a disk. */
    public static int waiting(int number) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(MILLIS);
        return number;
    }

    /** So much of a processor's time, however many share it. */
    public static int computing(int number) {
        var x = (long) number;
        for (var i = 0; i < 12_000_000; i++) {
            x = x * 6364136223846793005L + 1442695040888963407L;
        }
        return x == 0 ? 0 : number;
    }

    public static void main(String[] arguments) throws Exception {
        var rounds = Integer.parseInt(arguments[2]);
        var rates = new LinkedHashMap<String, Map<Integer, List<Double>>>();
        try (var server = RedisOptions.embedded().open()) {
            var address = server.uri().toString();
            for (var round = 0; round < rounds; round++) {
                for (int hosts : HOSTS) { // each has its turn, since a machine changes more in a minute than hosts differ
                    measure(arguments[0], arguments[1], address, hosts, rates);
                }
            }
        }
        System.out.println("processors " + Runtime.getRuntime().availableProcessors() + ", workers of a host " + WORKERS
                + ", rounds " + rounds);
        System.out.println("| | 1 host | 2 hosts | 4 hosts |\n|---|---|---|---|");
        rates.forEach((what, byHosts) -> {
            var line = new StringBuilder("| " + what + " |");
            var one = median(byHosts.get(1));
            byHosts.forEach((hosts, all) -> line.append(String.format(
                    Locale.ROOT,
                    " %.0f <small>%.0f–%.0f</small>%s |",
                    median(all),
                    all.stream().mapToDouble(rate -> rate).min().orElse(0),
                    all.stream().mapToDouble(rate -> rate).max().orElse(0),
                    hosts == 1 ? "" : String.format(Locale.ROOT, ", ×%.2f", median(all) / one))));
            System.out.println(line);
        });
    }

    private static void measure(
            String command, String classes, String address, int hosts, Map<String, Map<Integer, List<Double>>> rates)
            throws Exception {
        var queue = "scaling-" + hosts;
        var launchers = new ArrayList<Process>();
        var options = RedisOptions.of(address).withKeyring(KEYRING);
        try (var tasks = TaskQueue.connect(options, queue);
                var pool = Pool.connect(options, queue)) {
            for (var i = 0; i < hosts; i++) {
                var builder = new ProcessBuilder(
                                command, "worker", "--processes", "" + WORKERS, "--queue", queue, "--classpath", classes)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
                builder.environment().put("WEIRPOOL_REDIS_URL", address);
                builder.environment().putAll(KEYRING.toEnvironment());
                launchers.add(builder.start());
            }
            while (tasks.workers() < hosts * WORKERS) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            pool.map(Scaling::computing, numbers(hosts * WORKERS * 8), 1); // compiled by then
            add(rates, "tasks/s that wait 20 ms", hosts, hosts * TASKS * WORKERS, count ->
                    pool.imapUnordered(Scaling::waiting, numbers(count), 1).stream().count());
            add(rates, "tasks/s that compute for some 10 ms", hosts, 2 * TASKS, count ->
                    pool.imapUnordered(Scaling::computing, numbers(count), 1).stream().count());
        } finally {
            launchers.forEach(Process::destroy);
            for (var launcher : launchers) {
                launcher.waitFor();
            }
        }
    }

    private static void add(
            Map<String, Map<Integer, List<Double>>> rates,
            String what,
            int hosts,
            int count,
            ToDoubleFunction<Integer> run) {
        var began = System.nanoTime();
        if (run.applyAsDouble(count) != count) {
            throw new IllegalStateException("not all came back");
        }
        rates.computeIfAbsent(what, any -> new LinkedHashMap<>())
                .computeIfAbsent(hosts, any -> new ArrayList<>())
                .add(count / ((System.nanoTime() - began) / 1e9));
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
